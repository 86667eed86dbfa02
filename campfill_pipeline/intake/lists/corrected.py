"""The sheet on which a person corrects a proposal, read back: from its cells to a description.

Belongs here: the sheet's places and words, and the description they make. Does not belong here: writing the sheet
(`intake/receipt/proposal_sheet.py`), keeping the description (`shelf.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.list_descriptions import KindBy
from campfill_pipeline.domain.proposals import CHOICES, IGNORED
from campfill_pipeline.intake.findings import Corrected, UnreadableError
from campfill_pipeline.intake.lists.notation import DescriptionError, read_description
from campfill_pipeline.language.speaking import say

SHEET = "List description"
TITLE = "How this list is to be read"
SETTING, VALUE, COLUMN, MEANS = "Setting", "Value", "Column in the list", "Means"
UPLOAD = "list"
"""The setting that names the upload whose list is meant."""

_PLACES = {
    "name": "name", "[flight] dates": "dates", "[id] type": "ids", "[money] currency": "currency", "[kind] by": "kind",
    "[kind] words": "words for deal", "[status] cancelled": "words for cancelled",
    "[money] price_types": "words for a price of 1,000", "[goal] types": "words for a goal of impressions",
}  # fmt: skip


def is_corrected(rows: Iterable[tuple[int, Mapping[int, str]]]) -> bool:
    """Whether these are the first rows of such a sheet."""
    return any(texts.get(0, "").strip() == TITLE for _, texts in rows)


def read_corrected(rows: Iterable[tuple[int, Mapping[int, str]]]) -> Corrected:
    """What the sheet says. Raises UnreadableError with the cell at fault."""
    settings: dict[str, tuple[str, str]] = {}
    columns: list[tuple[str, str, str]] = []
    part = ""
    for number, texts in rows:
        first, second = texts.get(0, "").strip(), texts.get(1, "").strip()
        if first in (SETTING, COLUMN):
            part = first
        elif part == SETTING and first:
            settings[first] = (second, f"B{number}")
        elif part == COLUMN and texts.get(0, ""):
            columns.append((texts[0], second.lower() or IGNORED, f"B{number}"))
    text = _toml({key: value for key, (value, _) in settings.items()}, _by_key(columns))
    name = settings.get("name", ("", ""))[0]
    try:
        read_description(text, f"{name}.toml")
    except DescriptionError as fault:
        raise _fault(fault, settings) from fault
    return Corrected(name, text, settings.get(UPLOAD, ("", ""))[0])


def _by_key(columns: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for header, means, cell in columns:
        if means not in CHOICES:
            raise _bad(
                f"“{means}” in cell {cell} is no meaning of a column.", f"Use one of: {', '.join(CHOICES)}."
            )
        if means != IGNORED and means in found:
            raise _bad(
                f"“{header}” (cell {cell}) and “{found[means][0]}” are both “{means}”.",
                f"Write {IGNORED} beside the one that does not count.",
            )
        found.setdefault(means, []).append(header)
    return found


def _toml(settings: Mapping[str, str], columns: Mapping[str, list[str]]) -> str:
    def told(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    def words(key: str) -> list[str]:
        return [word.strip() for word in settings.get(key, "").split(";") if word.strip()]

    lines = ["# Made from a corrected receipt.", f"name = {told(settings.get('name', ''))}"]
    if columns.get(IGNORED):
        lines.append(f"ignore = [{', '.join(map(told, columns[IGNORED]))}]")
    lines += ["", "[columns]"]
    lines += [
        f"{key} = [{', '.join(map(told, columns[key]))}]"
        for key in CHOICES
        if key != IGNORED and key in columns
    ]
    lines += ["", "[id]", f"type = {told(settings.get('ids', ''))}", "", "[flight]"]
    lines += [f"dates = {told(settings.get('dates', ''))}"] if settings.get("dates") else []
    lines += ["", "[money]"]
    lines += [f"currency = {told(settings['currency'])}"] if settings.get("currency") else []
    if by_thousand := words("words for a price of 1,000"):
        lines.append(f"price_types = [{', '.join(map(told, by_thousand))}]")
    if in_impressions := words("words for a goal of impressions"):
        lines += ["", "[goal]", f"types = [{', '.join(map(told, in_impressions))}]"]
    lines += ["", "[kind]", f"by = {told(settings.get('kind', ''))}"]
    pairs = {
        word: str(kind) for kind in (KindBy.CAMPAIGN, KindBy.DEAL) for word in words(f"words for {kind}")
    }
    if pairs:
        lines += ["", "[kind.words]", *(f"{told(word)} = {told(kind)}" for word, kind in pairs.items())]
    if cancelled := words("words for cancelled"):
        lines += ["", "[status]", f"cancelled = [{', '.join(map(told, cancelled))}]"]
    if buyer := settings.get("buyer of all lines"):
        lines += ["", "[fixed]", f"buyer = {told(buyer)}"]
    return "\n".join(lines) + "\n"


def _bad(problem: str, mend: str) -> UnreadableError:
    return UnreadableError(
        "bad_description",
        say("The sheet “{sheet}” is not ready: {told}", sheet=SHEET, told=problem),
        say("{mend} Then drop it again.", mend=mend),
    )


def _fault(fault: DescriptionError, settings: Mapping[str, tuple[str, str]]) -> UnreadableError:
    key = _PLACES.get(fault.place)
    reason = fault.problem.rpartition(f"{fault.place}: ")[2]
    if key is not None and not settings.get(key, ("", ""))[0]:
        reason = "it is blank."
    if key is not None and key in settings:
        return _bad(
            f"{key} (cell {settings[key][1]}): {reason}",
            f"Write it into cell {settings[key][1]}. {_CHOICES.get(key, '')}".strip(),
        )
    named = fault.place.removeprefix("[columns]").strip()
    what = f"the column that means “{named}”" if named else "the columns"
    return _bad(
        f"{what}: {reason}",
        f"Write it into column {column_letters(1)}, beside the header that it stands for.",
    )


_CHOICES = {
    "dates": "Either iso (2026-12-31), german (31.12.2026), us (12/31/2026) or british (31/12/2026).",
    "ids": "Either uuid or text.",
    "currency": "Three letters, like EUR; or home, for that of this home.",
    "kind": "Either campaign, deal, buyer or column.",
    "name": "Small letters, digits and _, beginning with a letter.",
}
