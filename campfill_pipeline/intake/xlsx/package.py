"""The parts of an Office Open XML workbook: which sheets there are, which styles are dates, the epoch.

Belongs here: content types, relationships, workbook, styles and document properties.
Does not belong here: the cells of a sheet.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import unquote

from campfill_pipeline.intake.findings import UnreadableError
from campfill_pipeline.intake.refusals import corrupt, encrypted, not_a_workbook, unsupported
from campfill_pipeline.intake.xlsx import number_formats
from campfill_pipeline.intake.xlsx.container import Container
from campfill_pipeline.intake.xlsx.number_formats import DateStyle
from campfill_pipeline.intake.xlsx.xml_parts import attribute, local, tree

T = TypeVar("T")
_WORKBOOKS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": "xlsm",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml": "xltx",
    "application/vnd.ms-excel.template.macroenabled.main+xml": "xltm",
    "application/vnd.ms-excel.addin.macroenabled.main+xml": "xlam",
}
FOREIGN_TYPES = (
    ("wordprocessingml", "a Word document"),
    ("vnd.ms-word", "a Word document"),
    ("presentationml", "a PowerPoint presentation"),
    ("vnd.ms-powerpoint", "a PowerPoint presentation"),
    ("vnd.ms-visio", "a Visio drawing"),
)


@dataclass(frozen=True)
class Sheet:
    """One worksheet: its name, the member that holds it, and whether Excel shows it."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Package:
    """What a workbook says about itself. `date_styles` maps a cell's style to how its number is read, `signs` to what
    is shown beside it and makes it another amount.

    `recalculates`: programs shall calculate its formulas when they open it, so stored results may be placeholders.
    """

    format: str
    sheets: tuple[Sheet, ...]
    date1904: bool
    date_styles: dict[int, DateStyle]
    signs: dict[int, str]
    strings_part: str | None
    content_date: datetime | None
    recalculates: bool = False


def open_package(container: Container) -> Package:
    """Read everything but cells. Raises UnreadableError for what is no workbook, or a damaged one."""
    file_format, workbook_part = _find_workbook(container)
    workbook = tree(container.read(workbook_part), workbook_part)
    relations = _relations(container, workbook_part)
    sheets = tuple(_sheets(workbook, relations))
    if not sheets:
        raise UnreadableError(
            "no_header",
            "The workbook has no worksheet.",
            "Put the campaign list on a worksheet, drop it again.",
        )
    by_type = dict(relations.values())
    styles = by_type.get("styles")
    strings = by_type.get("sharedStrings")
    custom, used = _formats(container, styles) if styles and styles in container else ({}, [])
    date1904 = any(
        attribute(element, "date1904") in ("1", "true", "on")
        for element in workbook
        if local(element) == "workbookPr"
    )
    return Package(
        format=file_format,
        sheets=sheets,
        date1904=date1904,
        date_styles=_by_style(used, custom, number_formats.date_style),
        signs=_by_style(used, custom, number_formats.told_beside),
        strings_part=strings if strings and strings in container else None,
        content_date=_content_date(container),
        recalculates=any(
            attribute(element, "fullCalcOnLoad") in ("1", "true", "on")
            or attribute(element, "calcCompleted") in ("0", "false", "off")
            for element in workbook
            if local(element) == "calcPr"
        ),
    )


def _find_workbook(container: Container) -> tuple[str, str]:
    if "[content_types].xml" not in container:
        raise _no_content_types(container)
    types = tree(container.read("[Content_Types].xml"), "[Content_Types].xml")
    declared = {
        (attribute(element, "PartName") or "").lstrip("/"): (attribute(element, "ContentType") or "").lower()
        for element in types
        if local(element) == "Override"
    }
    defaults = {
        "." + (attribute(element, "Extension") or "").lower(): (
            attribute(element, "ContentType") or ""
        ).lower()
        for element in types
        if local(element) == "Default"
    }
    for part, content_type in declared.items():
        if content_type in _WORKBOOKS:
            return _WORKBOOKS[content_type], part
    # Without an override the main part may have its type by extension: the package says which part it is.
    main = next(
        (target for kind, target in _relations(container, "").values() if kind == "officeDocument"), None
    )
    if main is not None:
        content_type = declared.get(main) or defaults.get(posixpath.splitext(main)[1].lower(), "")
        if content_type in _WORKBOOKS:
            return _WORKBOOKS[content_type], main
    everything = " ".join([*declared.values(), *defaults.values()])
    if "sheet.binary" in everything:
        raise unsupported("a binary Excel workbook (.xlsb)")
    for mark, what in FOREIGN_TYPES:
        if mark in everything:
            raise not_a_workbook(what)
    raise not_a_workbook("an Office file of another kind")


def _no_content_types(container: Container) -> UnreadableError:
    if "mimetype" in container:
        kind = container.read("mimetype", 10_000).decode("latin-1").strip()
        manifest = b""
        if "meta-inf/manifest.xml" in container:
            manifest = container.read("META-INF/manifest.xml", 10_000_000)
        if "opendocument" in kind and b"encryption-data" in manifest:
            return encrypted()
        if "opendocument.spreadsheet" in kind:
            return unsupported("an OpenDocument spreadsheet (.ods)")
        if "opendocument" in kind:
            return not_a_workbook("an OpenDocument text, drawing or presentation")
    if any(name.startswith("xl/") for name in container.names()):
        return corrupt("its list of parts ([Content_Types].xml) is missing")
    if "index/document.iwa" in container or any(name.endswith(".iwa") for name in container.names()):
        return unsupported("a Numbers spreadsheet")
    return not_a_workbook("a zip archive")


def _relations(container: Container, part: str) -> dict[str, tuple[str, str]]:
    """Relationship id → (last word of its type, target member), for inner targets only."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", name + ".rels")
    if rels not in container:
        return {}
    found = {}
    for element in tree(container.read(rels), rels):
        target, kind = attribute(element, "Target"), attribute(element, "Type")
        if (
            local(element) == "Relationship"
            and target
            and kind
            and attribute(element, "TargetMode") != "External"
        ):
            path = target if target.startswith("/") else posixpath.join(folder, target)
            path = posixpath.normpath(path.replace("\\", "/")).lstrip("/")
            if path not in container:
                path = unquote(path)
            found[attribute(element, "Id") or ""] = (kind.rpartition("/")[2], path)
    return found


def _sheets(workbook: object, relations: dict[str, tuple[str, str]]) -> list[Sheet]:
    sheets = []
    for group in workbook:  # type: ignore[attr-defined]
        if local(group) != "sheets":
            continue
        for element in group:
            kind, part = relations.get(attribute(element, "id") or "", ("", ""))
            if local(element) == "sheet" and kind == "worksheet":
                hidden = (attribute(element, "state") or "visible") != "visible"
                sheets.append(Sheet(attribute(element, "name") or "", part, hidden))
    return sheets


def _formats(container: Container, part: str) -> tuple[dict[int, str], list[int]]:
    """The workbook's own number formats by their number, and the number of each style's format."""
    custom: dict[int, str] = {}
    used: list[int] = []
    for group in tree(container.read(part), part):
        if local(group) == "numFmts":
            for element in group:
                number = _whole(attribute(element, "numFmtId"))
                if number is not None:
                    custom[number] = attribute(element, "formatCode") or ""
        elif local(group) == "cellXfs":
            used = [
                _whole(attribute(element, "numFmtId")) or 0 for element in group if local(element) == "xf"
            ]
    return custom, used


def _by_style(
    used: Sequence[int], custom: Mapping[int, str], meaning: Callable[[int, str | None], T | None]
) -> dict[int, T]:
    """What the formats of the styles mean, for those that mean anything."""
    found = ((index, meaning(number, custom.get(number))) for index, number in enumerate(used))
    return {index: meant for index, meant in found if meant is not None}


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\d{1,9}", text) else None


def _content_date(container: Container) -> datetime | None:
    """When the content was last saved, by its own properties; None where it does not say."""
    try:
        relations = _relations(container, "").values()
        part = next((target for kind, target in relations if kind == "core-properties"), None)
        if part is None or part not in container:
            return None
        root = tree(container.read(part, 1_000_000), part)
        texts = {local(element): element.text or "" for element in root}
        date = datetime.fromisoformat((texts.get("modified") or texts.get("created") or "").strip())
    except (UnreadableError, ValueError):
        return None  # properties are a nicety: a workbook is not refused for them
    return date if date.tzinfo is not None else None
