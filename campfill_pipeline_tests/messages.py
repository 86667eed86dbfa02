"""The catalogue of messages, gathered from the product: `make messages` writes it, a test says what is missing.

Belongs here: where messages are looked for, what is wrong with a file of them. Does not belong here: translations
(`campfill_pipeline/language/messages`).

A message is the English text in a call of `say` or `say_many` (Python and templates), of `say`, `text` or `many` (the
page's scripts), a word of one of the tables in `TABLES`, which are looked up by `word`, a help text of the command
line, a sentence about a cell of a file, or one of one of our errors: those are made in English and told again at the
door (`language/of_cells`, `language/retelling`).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from campfill_pipeline import cli, settings
from campfill_pipeline.commands import (
    back_test,
    care_doors,
    connect,
    door_token,
    fulfillment,
    in_language,
    ingest,
    line,
    lists,
    maintain,
    notify,
    progress,
    proposed_ids,
    render,
    revert,
    show_settings,
    status,
    up,
)
from campfill_pipeline.defs import asked_apis
from campfill_pipeline.domain import (
    care,
    care_rows,
    client_words,
    count_words,
    due_words,
    effect,
    figures,
    issue_codes,
    numbers,
    proposals,
    receipt_sheets,
)
from campfill_pipeline.domain.causes import Side
from campfill_pipeline.domain.columns import EXPORT_COLUMNS, LIST_COLUMNS
from campfill_pipeline.domain.incidents import Silence
from campfill_pipeline.domain.kinds import LineKind, PurchaseType
from campfill_pipeline.domain.notices import WORDS
from campfill_pipeline.door import problems
from campfill_pipeline.intake.judge import repeated_ids
from campfill_pipeline.intake.lists import corrected
from campfill_pipeline.intake.receipt import changes_and_issues, proposal_sheet, summary
from campfill_pipeline.intake.receipt import words as receipt_words
from campfill_pipeline.intake.text import delimited
from campfill_pipeline.intake.xlsx import container, package
from campfill_pipeline.language import catalogue
from campfill_pipeline.reporting import errors
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reports import page, wording, workbook_summary
from campfill_pipeline_tests import found_sentences, raised_sentences

ROOT = Path(__file__).parents[1]
CODE = ROOT / "campfill_pipeline"
FOLDER = CODE / "language" / "messages"
LANGUAGES = ("de",)
HEAD = "# What campfill says, in another language. Written by `make messages`; translations are entered here by hand."
WRITTEN = datetime(2026, 11, 27, tzinfo=UTC)
"""A head without a moment: the file changes only where a message does."""

TITLED = {"Column", "ListColumn", "Listed", "_lines"}
"""In the rooms of files: classes and functions whose first argument is a heading that is said."""

SAYING = {"UnreadableError", "not_a_workbook", "unsupported", "corrupt", "too_large", "no_header"}
"""In the rooms of intake: functions whose texts of several words are sentences that are stored, and told again."""

Found = tuple[str, str | tuple[str, str]]
"""Where, and the message or its two forms."""

TABLES: dict[str, Iterable[str]] = {
    "campfill_pipeline/domain/issue_codes.py": tuple(issue_codes.said()),
    "campfill_pipeline/domain/numbers.py": tuple(
        rule.what for rule in (numbers.GOAL, numbers.BUDGET, numbers.CPM)
    ),
    "campfill_pipeline/domain/names.py": ("name", "buyer"),
    "campfill_pipeline/domain/id_maps.py": ("id of the source", "line"),
    "campfill_pipeline/domain/second_counts.py": ("number of impressions", "line", "site", "name"),
    "campfill_pipeline/intake/judge/repeated_ids.py": repeated_ids.LISTED,
    "campfill_pipeline/intake/receipt/words.py": (
        *receipt_words.FIELD_WORDS.values(),
        *receipt_words.SEVERITY_WORDS.values(),
        *(column.field.replace("_", " ").capitalize() for column in EXPORT_COLUMNS),
        *changes_and_issues.ACTIONS.values(),
        *summary.STATUS.values(),
    ),
    "campfill_pipeline/intake/lists/corrected.py": (
        corrected.TITLE,
        corrected.SETTING,
        corrected.VALUE,
        corrected.COLUMN,
        corrected.MEANS,
        *corrected.PHRASES,
        *corrected.CHOSEN_FROM.values(),
    ),
    "campfill_pipeline/intake/receipt/proposal_sheet.py": (
        *proposal_sheet.MEANINGS.values(),
        proposal_sheet.EXPLAINED,
        proposal_sheet.HOW_SURE,
    ),
    "campfill_pipeline/intake/xlsx/container.py": tuple(what for _, what in container.FOREIGN),
    "campfill_pipeline/intake/xlsx/package.py": tuple(what for _, what in package.FOREIGN_TYPES),
    "campfill_pipeline/intake/text/delimited.py": tuple(delimited.DELIMITERS.values()),
    "campfill_pipeline/door/problems.py": tuple(
        words for kind in problems.KINDS for words in (kind.title, kind.mend)
    ),
    "campfill_pipeline/settings.py": (
        *(setting.meaning for setting in settings.SETTINGS),
        *(setting.reader.takes for setting in settings.SETTINGS),
    ),
    "campfill_pipeline/commands/in_language.py": in_language.PARSERS_WORDS,
    "campfill_pipeline/commands/back_test.py": tuple(back_test.NAMES.values()),
    "campfill_pipeline/commands/connect.py": (*connect.COLUMNS[1:], *connect.GRAINS, *connect.STAGES),
    "campfill_pipeline/commands/door_token.py": (*door_token.COLUMNS[:-1], *door_token.MAY.values()),
    "campfill_pipeline/commands/lists.py": (
        *lists.SHELF,
        *lists.PROPOSED,
        *lists.PLACES,
        *lists.KINDS.values(),
        *proposals.SURENESS,
    ),
    "campfill_pipeline/commands/maintain.py": maintain.WHOSE,
    "campfill_pipeline/commands/progress.py": progress.WORK,
    "campfill_pipeline/reporting/description/connector.py": (
        *connector.NEEDED.values(),
        *connector.BOUNDS.values(),
    ),
    "campfill_pipeline/commands/notify.py": (*notify.GROUPS.values(), *notify.OFTEN.values()),
    "campfill_pipeline/commands/proposed_ids.py": (*proposed_ids.COLUMNS, "the same name"),
    "campfill_pipeline/commands/revert.py": (
        *revert.STATUS.values(),
        "reverted",
        "withdrawn",
        "restored",
    ),
    "campfill_pipeline/commands/up.py": tuple(up.STARTING.values()),
    "campfill_pipeline/commands/show_settings.py": (show_settings.STORED,),
    "campfill_pipeline/reporting/errors.py": (errors.ASKED_FOR,),
    "campfill_pipeline/defs/asked_apis.py": (*asked_apis.NOT_SET_UP, *asked_apis.NO_TOKEN),
    "campfill_pipeline/commands/care_doors.py": tuple(care_doors.ACTS.values()),
    "campfill_pipeline/commands/fulfillment.py": (
        *(title for title, _ in fulfillment.COLUMNS if title),
        *(label for _, _, label in render.BAND_STYLES.values()),
        *fulfillment.REASONS,
    ),
    "campfill_pipeline/commands/ingest.py": tuple(ingest.STATES.values()),
    "campfill_pipeline/commands/line.py": (
        *(title for title, _ in (*line.FUNNEL, *line.DAYS) if title),
        *(words for _, _, words in line.STAGES),
        *(column.field.replace("_", " ") for column in LIST_COLUMNS),
        *map(str, LineKind),
        *map(str, PurchaseType),
        *map(str, Side),
        *line.ACTIONS,
    ),
    "campfill_pipeline/commands/status.py": (
        *(title for title, _ in (*status.COLUMNS, *status.WINDOWS) if title.strip("Σ ")),
        *status.STATES.values(),
        *status.PERIODS.values(),
    ),
    "campfill_pipeline/domain/care.py": care.STATES,
    "campfill_pipeline/domain/care_rows.py": tuple(care_rows.HEADERS.values()),
    "campfill_pipeline/domain/receipt_sheets.py": (receipt_sheets.ROWS, *receipt_sheets.OTHERS),
    "campfill_pipeline/reports/wording.py": tuple(wording.said()),
    "campfill_pipeline/reports/page.py": tuple(page.PERIODS.values()),
    "campfill_pipeline/reports/workbook_summary.py": tuple(workbook_summary.PERIODS.values()),
    "campfill_pipeline/domain/count_words.py": (
        *count_words.PART_WORDS.values(),
        *count_words.REASON_WORDS.values(),
        count_words.OUR_COUNT,
    ),
    "campfill_pipeline/domain/client_words.py": tuple(client_words.said()),
    "campfill_pipeline/domain/due_words.py": tuple(due_words.words()),
    "campfill_pipeline/domain/effect.py": tuple(effect.VERDICTS.values()),
    "campfill_pipeline/domain/notices.py": tuple(
        text for words in WORDS.values() for text in (words.heading, words.one, words.many)
    ),
    "campfill_pipeline/domain/incidents.py": tuple(str(silence) for silence in Silence),
    "campfill_pipeline/domain/figures.py": tuple(shown.header for shown in figures.SHOWN if shown.header),
}

_STRING = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
_JOINED = rf"(?:{_STRING})(?:\s*\+\s*(?:{_STRING}))*"
_CALL = re.compile(rf"\b(say|text|many)\(\s*({_JOINED})(?:\s*,\s*({_JOINED}))?")
_PLACE = re.compile(r"\{(\w+)\}")
_TAG = re.compile(r"</?\w+")


def of_python(path: Path) -> Iterator[str | tuple[str, str]]:
    """The messages of a module."""
    said = {"say", "say_here", *(TITLED if {"reports", "receipt"} & set(path.parts) else ())}
    for node in raised_sentences.walked(raised_sentences.trees(CODE)[path]):
        if isinstance(node, ast.Call) and (name := raised_sentences.name_of(node.func)):
            if name in SAYING and "intake" in path.parts:
                yield from _sentences(node, path)
            wanted = 2 if name == "say_many" else int(name in said)
            texts = [
                one.value
                for one in node.args[:wanted]
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if wanted == 1 and texts:
                yield texts[0]
            elif wanted == 2 and len(texts) == 2:
                yield texts[0], texts[1]


def _sentences(call: ast.Call, path: Path) -> Iterator[str]:
    """The sentences among the arguments; `say` puts one together, so that it can be told again."""
    for one in call.args:
        if isinstance(one, ast.JoinedStr):
            raise ValueError(
                f"{path.relative_to(ROOT)}, line {one.lineno}: let `say` put this sentence together"
            )
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and " " in one.value:
            yield one.value


def places(message: str) -> list[str]:
    """The placeholders of a message."""
    return _PLACE.findall(message)


def _decoded(literals: str) -> str:
    return "".join(json.loads(_in_double(one)) for one in re.findall(_STRING, literals))


def _in_double(literal: str) -> str:
    if literal.startswith('"'):
        return literal
    return '"' + literal[1:-1].replace('"', '\\"').replace("\\'", "'") + '"'


def of_script(path: Path) -> Iterator[str | tuple[str, str]]:
    """The messages of a script of the page."""
    for function, first, second in _CALL.findall(path.read_text(encoding="utf-8")):
        if function == "many":
            yield _decoded(first), _decoded(second)
        else:
            yield _decoded(first)


def of_template(path: Path) -> Iterator[str | tuple[str, str]]:
    """The messages of a template."""
    with path.open("rb") as content:
        for _, _, told, _ in babel_extract(content, ["say"], [], {"encoding": "utf-8"}):
            message = told[0] if isinstance(told, tuple) else told
            if isinstance(message, str):
                yield message


def _everywhere() -> Iterator[Found]:
    yield from _but_of_cells()
    for path, sentence in found_sentences.everywhere(CODE):
        yield str(path.relative_to(ROOT)), sentence


@cache
def _but_of_cells() -> tuple[Found, ...]:
    return tuple(_each_but_of_cells())


def _each_but_of_cells() -> Iterator[Found]:
    ways = (
        ("*.py", of_python),
        ("page/*.js", of_script),
        ("static/*.js", of_script),
        ("*.html", of_template),
        ("*.j2", of_template),
    )
    for pattern, way in ways:
        for path in sorted(CODE.rglob(pattern)):
            if "guide" not in path.parts and "lab" not in path.parts:
                for message in way(path):
                    yield str(path.relative_to(ROOT)), message
    for path, sentence in raised_sentences.everywhere(CODE):
        yield str(path.relative_to(ROOT)), sentence
    for text in in_language.help_texts(cli.command()):
        yield "campfill_pipeline/cli.py", text
    for place, words in TABLES.items():
        for word in words:
            yield place, word


@cache
def gathered() -> dict[str, tuple[str | tuple[str, str], set[str]]]:
    """By its (singular) English text: each message that is said, and where."""
    found: dict[str, tuple[str | tuple[str, str], set[str]]] = {}
    for place, message in _everywhere():
        key = message if isinstance(message, str) else message[0]
        before = found.get(key)
        whole = message if before is None or isinstance(before[0], str) else before[0]
        found[key] = (whole, {place, *(before[1] if before else ())})
    return found


def stored(language: str) -> Catalog:
    """The file of messages as it is."""
    return read_po(BytesIO(file(language).read_bytes()), locale=language)


def _forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


def faults(catalog: Catalog) -> list[str]:
    """What is wrong with a file of messages, a sentence each."""
    said = gathered()
    known = {_ids(message)[0]: message for message in catalog if message.id}
    told = [f"not in the file: {key!r}" for key in said if key not in known]
    told += [f"no longer said: {key!r}" for key in known if key not in said]
    for key, message in known.items():
        if key not in said:
            continue
        whole = said[key][0]
        ids = (whole,) if isinstance(whole, str) else whole
        forms = _forms(message)
        if message.fuzzy or len(forms) != len(ids) or not all(forms):
            told.append(f"not translated: {key!r}")
        else:
            told += [
                f"other placeholders or marks than its message: {form!r}"
                for form, one in zip(forms, ids, strict=True)
                if set(_PLACE.findall(form)) != set(_PLACE.findall(one))
                or sorted(_TAG.findall(form)) != sorted(_TAG.findall(one))
            ]
    return told


def merged(language: str) -> Catalog:
    """What is said now, with the translations that the file has already."""
    before = {_ids(message)[0]: message for message in stored(language) if message.id}
    catalog = Catalog(
        locale=language, domain="campfill", header_comment=HEAD, project="campfill", version="1",
        msgid_bugs_address="none", creation_date=WRITTEN, revision_date=WRITTEN, last_translator="none",
        language_team="none", charset="utf-8", fuzzy=False,
    )  # fmt: skip
    raised = {
        *(sentence for _, sentence in raised_sentences.everywhere(CODE)),
        *in_language.FAULTS,
        errors.ASKED_FOR,
    }
    elsewhere = {one if isinstance(one, str) else one[0] for _, one in _but_of_cells()}
    found = {sentence for _, sentence in found_sentences.everywhere(CODE)} - elsewhere
    for key, (whole, places) in sorted(gathered().items(), key=lambda one: one[0].casefold()):
        forms = _forms(before[key]) if key in before else ()
        string: str | tuple[str, ...] = (
            (forms[0] if forms else "")
            if isinstance(whole, str)
            else (tuple(forms) if len(forms) == 2 else ("", ""))
        )
        comments = [catalogue.RAISED] if key in raised else []
        comments += [catalogue.FOUND] if key in found else []
        catalog.add(whole, string, locations=[(place, 0) for place in sorted(places)], auto_comments=comments)
    return catalog


def file(language: str) -> Path:
    """Where the messages of a language stand."""
    return FOLDER / f"{language}.po"


def text(catalog: Catalog) -> bytes:
    """A catalogue as it is written."""
    written = BytesIO()
    write_po(written, catalog, width=110, include_lineno=False)
    return written.getvalue()


def main() -> None:
    """Write the files of messages anew; what is not translated yet stands there empty."""
    for language in LANGUAGES:
        catalog = merged(language)
        file(language).write_bytes(text(catalog))
        empty = [_ids(one)[0] for one in catalog if one.id and not all(_forms(one))]
        print(f"{FOLDER.name}/{language}.po: {len(catalog)} messages, {len(empty)} not translated")  # noqa: T201
        for message in empty:
            print(f"  {message}")  # noqa: T201


if __name__ == "__main__":
    main()
