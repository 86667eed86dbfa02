"""Descriptions of export files: the keys of `[file]`, in a file of its own or within the description of an API.

Belongs here: what a user may write, its faults told by file, place and mend, and the folder of such files. Does not
belong here: what a description means for a file that comes (domain/described_exports.py, intake/).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from campfill_pipeline.domain import described_exports
from campfill_pipeline.reporting.description import connector as connectors
from campfill_pipeline.reporting.description.columns import ColumnSource, Values, check_hours, zone_named
from campfill_pipeline.reporting.description.connector import Connector, ConnectorError
from campfill_pipeline.reporting.description.part import Part
from campfill_pipeline.reporting.description.tables import FileSide
from campfill_pipeline.settings import Settings

_OF_AN_API = ("auth", "detail", "base_url")


class OwnFile(FileSide):
    """`[file]` where no API is described beside it: it must name its columns."""

    columns: dict[str, ColumnSource]  # here it is needed


class ExportFile(Part):
    """A description of an export file alone."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    values: Values = Values()
    file: OwnFile

    @model_validator(mode="after")
    def _names_hours(self) -> ExportFile:
        check_hours(self.file.columns, self.values)
        if self.values.time_zone.startswith("{"):
            raise ValueError("values.time_zone: here it is an IANA name like Europe/Berlin, or left out")
        return self


@dataclass(frozen=True)
class Shelved:
    """One description at hand: its plain form (`text`), where it stands, or why it cannot be used."""

    name: str
    title: str
    file: Path
    text: str | None
    fault: ConnectorError | None = None


def parse(text: str, source: str, environ: Mapping[str, str] | None = None) -> str:
    """A description, checked, in its plain form. Raises ConnectorError naming every faulty key.

    `environ`: where a description of an API finds the zone of its account.
    """
    data = connectors.tables(text, source)
    if any(key in data for key in _OF_AN_API):
        return _of_api(connectors.parse(text, source), source, environ or {})
    try:
        own = ExportFile.model_validate(data)
    except ValidationError as error:
        raise connectors.told(error, data, source) from error
    return _plain(own.name, own.title, own.values, own.file, own.file.columns)


def _of_api(described: Connector, source: str, environ: Mapping[str, str]) -> str:
    """The file side of a description of an API: what `[file]` does not say is as in the API's answers."""
    side = described.file
    if side is None:
        mend = (
            "the table [file] is missing, which says that its exports may be dropped, too: write it, empty where they "
            "have the columns of [detail.columns]."
        )
        raise ConnectorError(source, (("file", mend),))
    answer = described.detail.answer
    if answer.format == "csv":
        given = side.model_fields_set
        kept: dict[str, Any] = {
            key: getattr(answer, key) for key in ("stop_at", "drop_rows") if key not in given
        }
        side = side.model_copy(update=kept)
    values, zone = described.values, described.values.time_zone
    if zone.startswith("{"):
        variable = described.variables[zone[1:-1]]
        named = environ.get(variable.env) or variable.default
        if named is None:
            why = f"set {variable.env}: {variable.meaning}."
            raise ConnectorError(source, (("values.time_zone", why),))
        try:
            zone_named(named)
        except ValueError as error:
            raise ConnectorError(source, (("values.time_zone", f"{variable.env}: {error}."),)) from None
        values = values.model_copy(update={"time_zone": named})
    more: dict[str, Any] = {
        key: getattr(described.detail, key)
        for key in ("same_key", "without_site")
        if key not in side.model_fields_set
    }
    side = side.model_copy(update=more)
    return _plain(described.name, described.title, values, side, side.columns or described.detail.columns)


def _plain(name: str, title: str, values: Values, side: FileSide, columns: Mapping[str, ColumnSource]) -> str:
    said: dict[str, Any] = {
        key: getattr(values, key) for key in ("numbers", "time_zone") if key in values.model_fields_set
    }
    file: dict[str, Any] = {
        "stop_at": side.stop_at,
        "drop_rows": [drop.model_dump(exclude_defaults=True) for drop in side.drop_rows],
        "same_key": side.same_key,
        "without_site": side.without_site,
        "whole": side.whole,
        "columns": {ours: _source(source) for ours, source in columns.items()},
    }
    values_said: dict[str, Any] = {
        **said,
        "granularity": values.granularity,
        "time_formats": values.time_formats,
    }
    return described_exports.written({"name": name, "title": title, "values": values_said, "file": file})


def _source(source: ColumnSource) -> dict[str, Any]:
    said = {
        "from": source.several,
        "otherwise": source.others,
        "text": source.text,
        "extract": source.extract,
        "join": source.join if len(source.several) > 1 else None,
        "pattern": source.pattern,
    }
    return {key: value for key, value in said.items() if value not in (None, [], ())}


def load(file: Path, environ: Mapping[str, str] | None = None) -> str:
    """The description of a file, in its plain form. Raises ConnectorError."""
    return parse(connectors.text_in(str(file)), file.name, environ)


def at_hand(settings: Settings, environ: Mapping[str, str], lists: Sequence[str] = ()) -> tuple[Shelved, ...]:
    """The descriptions of exports: those in the house's folder, and of the APIs it asks those with a `[file]`.

    `lists` are names that are taken. What cannot be used is told, and the others go on.
    """
    found: list[Shelved] = []
    taken = set(lists)
    for file in _files(settings):
        try:
            text = load(file, environ)
        except ConnectorError as fault:
            if file.parent == settings.exports or _has_side(file):
                found.append(Shelved(file.stem, file.stem, file, None, fault))
            continue
        described = described_exports.read(text)
        if described.name in taken:
            why = f"“{described.name}” is the name of another description: choose one of its own."
            twice = ConnectorError(file.name, (("name", why),))
            found.append(Shelved(described.name, described.title, file, None, twice))
            continue
        taken.add(described.name)
        found.append(Shelved(described.name, described.title, file, text))
    return tuple(found)


def _files(settings: Settings) -> list[Path]:
    own = sorted(settings.exports.glob("*.toml")) if settings.exports.is_dir() else []
    asked = [source.described for source in settings.sources({})]
    paths = [Path(name).expanduser() for name in asked if "/" in name or name.endswith(".toml")]
    return list(dict.fromkeys((*own, *paths)))


def _has_side(file: Path) -> bool:
    """Whether a description of an API says anything of files; only then its faults are those of an export."""
    try:
        return "file" in tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return False


def with_lists(settings: Settings, environ: Mapping[str, str], lists: Mapping[str, str]) -> dict[str, str]:
    """Every description that can be used, by name, in its plain form: these of lists, and those of exports at hand."""
    exports = at_hand(settings, environ, list(lists))
    return {**lists, **{one.name: one.text for one in exports if one.text is not None}}
