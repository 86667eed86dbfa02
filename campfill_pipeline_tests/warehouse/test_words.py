"""One word for one thing: code, tables and page spell every status, kind, band and cause the same way."""

import ast
import re
from enum import StrEnum
from pathlib import Path

import psycopg
import pytest

import campfill_pipeline
from campfill_pipeline.domain.cause_words import CAUSE_WORDS
from campfill_pipeline.domain.causes import Cause, Side
from campfill_pipeline.domain.disagreements import DISAGREEMENT_WORDS, Disagreement
from campfill_pipeline.domain.fulfillment import Band, Bands, Lifecycle, Pace
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.kinds import LineKind, PurchaseType
from campfill_pipeline.domain.profile import Basis
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.reports import wording
from campfill_pipeline.warehouse import figures

STORED: list[tuple[str, str, type[StrEnum]]] = [
    ("upload", "status", UploadStatus),
    ("upload", "kind", UploadKind),
    ("upload_issue", "severity", Severity),
    ("line_register", "kind_reported", LineKind),
    ("fulfillment", "kind", LineKind),
    ("line_register", "purchase_type", PurchaseType),
    ("fulfillment", "lifecycle", Lifecycle),
    ("fulfillment", "band", Band),
    ("fulfillment", "pace", Pace),
    ("shortfall_cause", "side", Side),
]


# "all" and "even" are words of other things, too: code is not searched for them.
OF_MANY_THINGS: list[tuple[str, str, type[StrEnum]]] = [
    ("fulfillment", "pacing_basis", Basis),
    ("site_week", "basis", Basis),
]


@pytest.mark.parametrize(("table", "column", "words"), STORED + OF_MANY_THINGS)
def test_a_table_takes_exactly_the_words_of_the_code(
    connection: psycopg.Connection, table: str, column: str, words: type[StrEnum]
) -> None:
    rules = [
        rule
        for (rule,) in connection.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass",
            [table],
        )
        if re.match(rf"CHECK \(\(\(?{column}\b", rule)
    ]
    assert len(rules) == 1, f"no rule for {table}.{column}: {rules}"
    assert set(re.findall(r"'([a-z_]+)'", rules[0])) == set(words)


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("kinds", LineKind), ("purchase_types", PurchaseType), ("bands", Band), ("band_limits", Band),
        ("paces", Pace), ("lifecycles", Lifecycle), ("sides", Side), ("side_meanings", Side),
        ("side_phrases", Side), ("causes", Cause), ("cause_sentences", Cause), ("cause_actions", Cause),
        ("piles", Disagreement),
    ],
)  # fmt: skip
def test_the_page_has_words_for_every_code(group: str, words: type[StrEnum]) -> None:
    missing = set(words) - set(wording.page_words(Bands())[group])
    assert not missing, f"add {sorted(missing)} to the group {group!r} in reports/wording.py"


def test_every_kind_that_is_listed_is_said_in_words_and_documented(connection: psycopg.Connection) -> None:
    sql = (Path(figures.__file__).parent / "reconciliation.sql").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\s*SELECT '(\w+)'", sql, re.MULTILINE))
    assert listed == set(Disagreement), (
        "domain/disagreements.py and figures/reconciliation.sql name the same kinds"
    )
    assert set(DISAGREEMENT_WORDS) == set(Disagreement)
    assert set(CAUSE_WORDS) == set(Cause)
    comments = connection.execute(
        "SELECT col_description('reconciliation'::regclass, attnum) FROM pg_attribute"
        " WHERE attrelid = 'reconciliation'::regclass AND attname = 'kind_of_issue'"
    ).fetchall()
    assert [set(re.findall(r"[a-z_]+", comment)) - {"or"} for (comment,) in comments] == [set(Disagreement)]


def _compared_literals() -> list[str]:
    """Every place where a word of `STORED` is compared as bare text, outside of the module that defines it."""
    known = {str(word): enum.__name__ for _, _, enum in STORED for word in enum}
    package, found = Path(campfill_pipeline.__file__).parent, []
    for file in sorted(package.rglob("*.py")):
        if "labs" in file.parts and file.name != "lab.py":
            continue  # what a lab gives its reader: programs that know nothing of the product
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            # The invented world has eras of its own: its lines ended, are live or are to come.
            if isinstance(node, ast.Compare) and getattr(node.left, "attr", "") != "era":
                for side in (node.left, *node.comparators):
                    parts = side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side]
                    found += [
                        f"{file.relative_to(package)}:{part.lineno} compares with {part.value!r}: {known[part.value]}"
                        for part in parts
                        if isinstance(part, ast.Constant) and part.value in known
                    ]
    return found


def test_no_code_compares_with_a_bare_word() -> None:
    assert _compared_literals() == []
