"""Shared strings are the same, whichever way through them is taken."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campfill_pipeline.intake.findings import ParseLimits, UnreadableError
from campfill_pipeline.intake.xlsx.container import Container
from campfill_pipeline.intake.xlsx.shared_strings import load_strings
from campfill_pipeline.intake.xlsx.xml_text import decode_escapes
from campfill_pipeline_tests.intake.workbooks import TRANSITIONAL

LIMITS = ParseLimits(10**8, 500, 10)
PIECES = [
    "a",
    "&lt;",
    "&gt;",
    "&quot;",
    "&apos;",
    "&amp;",
    "lt;",
    "&#10;",
    " ",
    "\n",
    "_x000D_",
    "_x41",
    "ä",
    "😀",
    "]",
]
text = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
plain = st.one_of(
    text.map("<si><t>{}</t></si>".format), text.map('<si><t xml:space="preserve">{}</t></si>'.format)
)
odd = st.one_of(
    plain,
    st.just("<si/>"),
    st.just("<si><t/></si>"),
    text.map("<si><r><rPr><b/></rPr><t>{}</t></r><r><t> more</t></r></si>".format),
    text.map('<si><t>{}</t><rPh sb="0" eb="1"><t>guide</t></rPh><phoneticPr fontId="1"/></si>'.format),
    text.map("\n <si>\n<t>{}</t></si>".format),
    st.just("<!-- <si><t>no</t></si> -->"),
)


def loaded(xml: str, only: set[int] | None = None) -> list[str]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("s.xml", xml)
        return [str(found) for found in load_strings(Container(path, LIMITS), "s.xml", only).to_pylist()]


def expected(xml: str) -> list[str]:
    """By the standard library's parser, for an independent opinion."""
    name = f"{{{TRANSITIONAL}}}"
    found = []
    for item in ElementTree.fromstring(xml).iter(f"{name}si"):
        own = [*item.findall(f"{name}t"), *item.findall(f"{name}r/{name}t")]
        found.append(decode_escapes("".join(element.text or "" for element in own)))
    return found


@given(
    st.one_of(st.lists(plain, max_size=8), st.lists(odd, max_size=8)), st.sets(st.integers(0, 9), max_size=4)
)
@settings(max_examples=200, deadline=None)
def test_any_table_of_texts_is_read_as_xml_means_it(items: list[str], asked: set[int]) -> None:
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<sst xmlns="{TRANSITIONAL}">{"".join(items)}</sst>'
    meant = expected(xml)
    assert loaded(xml) == meant
    some = loaded(xml, asked)
    assert len(some) == len(meant)
    assert [some[place] for place in asked if place < len(some)] == [
        meant[p] for p in asked if p < len(meant)
    ]


@pytest.mark.parametrize("bad", ["a & b", "a &unknown; b", "a\x01b", "a &#1; b", "<t>", "&#xD800;"])
def test_texts_that_are_no_xml_are_refused(bad: str) -> None:
    with pytest.raises(UnreadableError):
        loaded(f'<sst xmlns="{TRANSITIONAL}"><si><t>good</t></si><si><t>{bad}</t></si></sst>')


def test_an_unfinished_table_is_refused() -> None:
    with pytest.raises(UnreadableError):
        loaded(f'<sst xmlns="{TRANSITIONAL}"><si><t>good</t></si>')
