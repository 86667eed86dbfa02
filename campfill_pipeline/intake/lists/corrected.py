"""The sheet on which a person corrects a proposal, read back: from its cells to a description.

Belongs here: the sheet's places and words, and the description they make. Does not belong here: writing the sheet
(`intake/receipt/proposal_sheet.py`), keeping the description (`shelf.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.list_descriptions import KindBy
from campfill_pipeline.domain.proposals import CHOICES, IGNORED
from campfill_pipeline.intake.findings import Corrected, UnreadableError
from campfill_pipeline.intake.lists.notation import DescriptionError, read_description
from campfill_pipeline.language.speaking import in_each_language, say, word

SHEET = "List description"
TITLE = "How this list is to be read"
SETTING, VALUE, COLUMN, MEANS = "Setting", "Value", "Column in the list", "Means"
UPLOAD = "list"
"""The setting that names the upload whose list is meant."""

PHRASES = (
    "words for campaign", "words for deal", "words for cancelled", "words for a price of 1,000",
    "words for a goal of impressions", "buyer of all lines",
)  # fmt: skip
"""Settings whose names are words of a language; the names of the others are the same in all."""

_PLACES = {
    "name": "name", "[flight] dates": "dates", "[id] type": "ids", "[money] currency": "currency", "[kind] by": "kind",
    "[kind] words": "words for deal", "[status] cancelled": "words for cancelled",
    "[money] price_types": "words for a price of 1,000", "[goal] types": "words for a goal of impressions",
}  # fmt: skip


def is_corrected(rows: Iterable[tuple[int, Mapping[int, str]]]) -> bool:
    """Whether these are the first rows of such a sheet."""
    titles = set(in_each_language(TITLE).values())
    return any(texts.get(0, "").strip() in titles for _, texts in rows)


@cache
def _in_english() -> dict[str, str]:
    """What the sheet says in any language → in English: a German sheet may come back to a house that changed."""
    return {told: text for text in (SETTING, COLUMN, *PHRASES) for told in in_each_language(text).values()}


def read_corrected(rows: Iterable[tuple[int, Mapping[int, str]]]) -> Corrected:
    """What the sheet says. Raises UnreadableError with the cell at fault."""
    settings: dict[str, tuple[str, str]] = {}
    columns: list[tuple[str, str, str]] = []
    part = ""
    for number, texts in rows:
        first, second = texts.get(0, "").strip(), texts.get(1, "").strip()
        named = _in_english().get(first, first)
        if named in (SETTING, COLUMN):
            part = named
        elif part == SETTING and first:
            settings[named] = (second, f"B{number}")
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
                say("“{means}” in cell {cell} is no meaning of a column.", means=means, cell=cell),
                say("Use one of: {choices}.", choices=", ".join(CHOICES)),
            )
        if means != IGNORED and means in found:
            raise _bad(
                say(
                    "“{column}” (cell {cell}) and “{other}” are both “{means}”.",
                    column=header,
                    cell=cell,
                    other=found[means][0],
                    means=means,
                ),
                say("Write {ignored} beside the one that does not count.", ignored=IGNORED),
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
    reason = fault.problem.rpartition(f"{fault.place}: ")[2].removesuffix(".")
    if key is not None and not settings.get(key, ("", ""))[0]:
        reason = say("it is blank")
    if key is not None and key in settings:
        return _bad(
            say(
                "{setting} (cell {cell}): {reason}.", setting=word(key), cell=settings[key][1], reason=reason
            ),
            say(
                "Write it into cell {cell}. {choices}",
                cell=settings[key][1],
                choices=word(CHOSEN_FROM[key]) if key in CHOSEN_FROM else "",
            ).strip(),
        )
    named = fault.place.removeprefix("[columns]").strip()
    return _bad(
        say("the column that means “{named}”: {reason}.", named=named, reason=reason)
        if named
        else say("the columns: {reason}.", reason=reason),
        say("Write it into column {letter}, beside the header that it stands for.", letter=column_letters(1)),
    )


CHOSEN_FROM = {
    "dates": "Either iso (2026-12-31), german (31.12.2026), us (12/31/2026) or british (31/12/2026).",
    "ids": "Either uuid or text.",
    "currency": "Three letters, like EUR; or home, for that of this home.",
    "kind": "Either campaign, deal, buyer or column.",
    "name": "Small letters, digits and _, beginning with a letter.",
}
