"""Exports that a house describes itself: which of a file's columns is what, in the words of a connector description.

Belongs here: the description as data, its plain TOML form (it travels to the reading process, and is kept in each of
its versions), and which columns of a header it takes. Does not belong here: what a user may write, and its faults
(reporting/description/export_files.py), reading files and rows (intake/).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from campfill_pipeline.domain.cells import is_blank, shown
from campfill_pipeline.domain.columns import Column, normal_header
from campfill_pipeline.domain.export_forms import ExportForm
from campfill_pipeline.domain.report_values import NumberNotation

NEEDED = ("hour", "impressions", "campaign_id", "deal_id", "site")
"""Fields whose columns a file must have where they are described; it may lack those of the others."""

_FILE = re.compile(r"^\[file[].]", re.M)
_IN_ORDER = (
    *NEEDED, "campaign_name", "deal_name", "campaign_purchase_type", "deal_purchase_type", "bids", "wins", "plays",
)  # fmt: skip
IN_TABLE = {"hour": "date"}
"""Fields that a table of an export (intake) knows by another name."""


@dataclass(frozen=True)
class Source:
    """Where a field comes from: columns put together, others in their place (the first that holds something), a fixed
    text, or a part of what stands there.
    """

    several: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    text: str | None = None
    extract: str | None = None
    join: str = " "

    def value(self, parts: Sequence[str | None], others: Sequence[str | None]) -> str | None:
        """The text of one row, from those of its columns."""
        found = None
        if parts and not any(part is None or not part.strip() for part in parts):
            found = parts[0] if len(parts) == 1 else self.join.join(shown(str(part)) for part in parts)
        if found is not None and self.extract is not None:
            match = re.search(self.extract, found)
            found = None if match is None else match.group(1 if match.re.groups else 0)
        if found is None or is_blank(shown(found)):
            found = next((other for other in others if other is not None and other.strip()), found)
        return found


@dataclass(frozen=True)
class Drop:
    """Rows that are no report rows: whose `column` holds one of `values`, or begins with one of `starts`."""

    column: str
    values: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    total: bool = False

    def takes(self, text: str | None) -> bool:
        """Whether it is meant by what stands in the column."""
        plain = (text or "").strip()
        return plain in self.values or any(plain.startswith(start) for start in self.starts)


@dataclass(frozen=True)
class Bound:
    """The columns of one header by a description. `names`: the table's field of each, by the header in the form in
    which they are compared. `fields`: our fields, each with the table's fields of its columns and of those in their
    place. `missing`: columns without which the file cannot be read.
    """

    names: Mapping[str, str]
    fields: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    missing: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class DescribedExport:
    """A description. `zone` None: what the file says of itself, else the house's; `numbers` None: by the columns."""

    name: str
    title: str
    sources: Mapping[str, Source]
    pattern: str | None = None
    numbers: NumberNotation | None = None
    zone: str | None = None
    granularity: Literal["hour", "day", "finer"] = "hour"
    formats: tuple[str, ...] = ()
    stop_at: tuple[str, ...] = ()
    drops: tuple[Drop, ...] = ()
    same_key: Literal["refuse", "once", "sum"] = "refuse"
    without_site: Literal["refuse", "add"] = "refuse"
    whole: bool = False

    def bound(self, headers: Iterable[str]) -> Bound:
        """Which of these headers it takes, and for what."""
        there = {normal_header(header) for header in headers}
        names: dict[str, str] = {}
        fields: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        missing: list[str] = []
        absent: list[str] = []

        def taken(header: str, wanted: str) -> str:
            key = normal_header(header)
            if key not in names:
                names[key] = wanted if wanted not in names.values() else f"also_{len(names)}"
            return names[key]

        for ours in _IN_ORDER:
            source = self.sources.get(ours)
            if source is None or not source.several:
                continue
            others = tuple(other for other in source.otherwise if normal_header(other) in there)
            several = source.several
            lacking = [header for header in several if normal_header(header) not in there]
            if lacking and others:
                several, others = (others[0],), others[1:]
            elif lacking:
                (missing if ours in NEEDED else absent).extend(lacking)
                continue
            wanted = [IN_TABLE.get(ours, ours)] * len(several)
            if ours == "hour" and len(several) > 1 and self.granularity != "day":
                wanted[-1] = "hour_of_day"
            parts = tuple(taken(header, name) for header, name in zip(several, wanted, strict=True))
            fields[ours] = parts, tuple(taken(other, f"also_{len(names)}") for other in others)
        for drop in self.drops:
            if normal_header(drop.column) in there:
                taken(drop.column, f"also_{len(names)}")
            else:
                missing.append(drop.column)
        return Bound(names, fields, tuple(dict.fromkeys(missing)), tuple(absent))

    def form(self, headers: Iterable[str]) -> ExportForm | None:
        """The form of an export with this header; None where the header lacks more than half of what is needed."""
        headers = list(headers)
        bound = self.bound(headers)
        if len(bound.missing) > len(bound.names):
            return None
        written = {normal_header(header): header for header in headers}
        found = {name: (written[key],) for key, name in bound.names.items()}
        lacking = {f"missing_{number}": (header,) for number, header in enumerate(bound.missing)}
        return _Own(self.name, self.title, {**found, **lacking}, needed=(*found, *lacking), by=self)


@dataclass(frozen=True)
class _Own(ExportForm):
    """The form of one header by a house's description."""

    by: DescribedExport | None = None

    def column(self, header: str) -> Column | None:
        """The column that this header means, or None."""
        return self._by_header.get(normal_header(header))

    def preferred(self, field: str, headers: Mapping[int, str]) -> list[int]:
        """All of several columns with one name: nobody can know which one is meant."""
        return list(headers)


def description_of(form: ExportForm | None) -> DescribedExport | None:
    """The house's own description that a form is of; None for what platforms write."""
    return form.by if isinstance(form, _Own) else None


def is_export(text: str) -> bool:
    """Whether a kept description, as TOML, is one of an export; else it is one of a list."""
    return _FILE.search(text) is not None


def read(text: str) -> DescribedExport:
    """A description from its plain TOML form (`written`)."""
    data = tomllib.loads(text)
    values, file = data.get("values", {}), data["file"]
    sources = {
        ours: Source(
            tuple(source.get("from", ())), tuple(source.get("otherwise", ())), source.get("text"),
            source.get("extract"), source.get("join", " "),
        )
        for ours, source in file["columns"].items()
    }  # fmt: skip
    drops = tuple(
        Drop(drop["column"], tuple(drop.get("values", ())), tuple(drop.get("starts", ())), drop.get("total", False))
        for drop in file.get("drop_rows", ())
    )  # fmt: skip
    return DescribedExport(
        name=data["name"],
        title=data["title"],
        sources=sources,
        pattern=file["columns"]["hour"].get("pattern"),
        numbers=values.get("numbers"),
        zone=values.get("time_zone"),
        granularity=values.get("granularity", "hour"),
        formats=tuple(values.get("time_formats", ())),
        stop_at=tuple(file.get("stop_at", ())),
        drops=drops,
        same_key=file.get("same_key", "refuse"),
        without_site=file.get("without_site", "refuse"),
        whole=file.get("whole", False),
    )


def written(data: Mapping[str, Any]) -> str:
    """A description of an export as TOML, from its tables: what is said and nothing else, always in the same way."""
    lines = [f"{key} = {_toml(data[key])}" for key in ("name", "title")]
    for table, wanted in (("values", data.get("values", {})), ("file", data["file"])):
        plain = {
            key: value for key, value in wanted.items() if key != "columns" and value not in (None, [], False)
        }
        if plain or table == "file":
            lines += ["", f"[{table}]", *(f"{key} = {_toml(value)}" for key, value in plain.items())]
    lines += ["", "[file.columns]"]
    lines += [f"{ours} = {_toml(source)}" for ours, source in data["file"]["columns"].items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(cast(Any, value), ensure_ascii=False)
