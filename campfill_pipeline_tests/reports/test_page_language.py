"""The page speaks the reader's language, wholly: no text mixes two, no text stands outside the catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campfill_pipeline.language import catalogue
from campfill_pipeline.language.speaking import Language, speaking
from campfill_pipeline_tests.reports.conftest import Library, Reader, Written, write
from campfill_pipeline_tests.reports.invented import invent, invent_details

pytestmark = pytest.mark.browser

PART = re.compile(r"(<[^>]+>|\{\w+\})")
MARKED = re.compile(r"⟦[^⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")
OURS = {"campfill", "DE", "EN", "English", "Deutsch", "XLSX", "CSV", "CPM", "Uhr", "Europe", "Berlin"}
"""Words that are the same in every language."""
SHEET = "Reconciliation"
"""A sheet of the workbook is called as the workbook calls it, which has a language of its own."""

TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest('time, code, q, svg, script, style, noscript')) found.push(node.nodeValue);
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]'))
    for (const name of ['aria-label', 'placeholder', 'title'])
      if (element.hasAttribute(name)) found.push(element.getAttribute(name));
  return found;
}"""


def levels(written: Written) -> Iterator[str]:
    """A view of every kind, with a line of every kind."""
    yield from (
        "/",
        "/?period=this_year",
        "/where/all/all",
        "/where/deal/guaranteed?period=30d",
        "/compare",
        "/right",
    )
    for state in ("ended", "live", "scheduled", "uncovered", "attention", "all"):
        yield f"/lines?state={state}"
    yield "/lines?state=all&kind=deal&band=no_data,goal_met&short=1&side=system&pile=name_differs&q=x"
    yield "/line/00000000-0000-0000-0000-000000000000"
    seen = set()
    for line in written.data.lines:
        kind = (line.lifecycle, line.covered, line.band if line.lifecycle.startswith("ended") else line.pace)
        if kind not in seen:
            seen.add(kind)
            yield f"/line/{line.id}"


def marked(message: str) -> str:
    """A translation that shows what of a text came from the catalogue."""
    return "".join(
        part if PART.fullmatch(part) or not part.strip() else f"⟦{part}⟧" for part in PART.split(message)
    )


def _marked(value: Any) -> Any:
    if isinstance(value, str):
        return marked(value)
    return (
        [_marked(one) for one in value]
        if isinstance(value, list)
        else {k: _marked(v) for k, v in value.items()}
    )


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("language"), invent(400))


@pytest.fixture(scope="module")
def german(reading_room: Library, some: Written) -> Reader:
    return reading_room.read(some.path, locale="de-DE")


def test_every_text_comes_from_the_catalogue(reading_room: Library, some: Written, tmp_path: Path) -> None:
    html = some.path.read_text("utf-8")
    blocks = {
        name: json.loads(html.split(f'id="{name}">')[1].split("</script>")[0])
        for name in ("messages", "head")
    }
    blocks["messages"]["de"] = {
        message: [marked(message), marked(forms[1])] if isinstance(forms, list) else marked(message)
        for message, forms in blocks["messages"]["de"].items()
    }
    head = blocks["head"]
    head["words"]["de"] = _marked(head["words"]["en"])
    for item in [*head["attention"], *head["unlikely"]]:
        item["reason"]["de"] = "⟦reason⟧"
    for name, content in blocks.items():
        before, _, rest = html.partition(f'id="{name}">')
        text = json.dumps(content).replace("<", r"\u003c")
        html = f'{before}id="{name}">{text}</script>{rest.partition("</script>")[2]}'
    (tmp_path / "marked.html").write_text(html, "utf-8")
    reader = reading_room.read(tmp_path / "marked.html", locale="de-DE")
    told = _data_words(some)
    strange = set()
    for level in levels(some):
        reader.go(level)
        for text in reader.tab.evaluate(TEXTS):
            left = MARKED.sub(" ", text)
            strange |= {
                (word, text.strip())
                for word in WORD.findall(left)
                if word not in {*OURS, SHEET} and word not in told
            }
    assert not strange, f"say these by `say`, `text` or `many`: {sorted(strange)[:20]}"
    assert reader.complaints == []


def _data_words(written: Written) -> set[str]:
    """Words of names, sites, buyers and sentences that the page was given."""
    data = written.data
    told = [repr(line) for line in data.lines] + [
        repr(data.revisions),
        repr(data.uploads),
        repr(data.incidents),
    ]
    told += [repr(data.reconciliation), repr(data.attention), repr(data.unlikely)]
    told += [repr(detail) for detail in invent_details(data)]
    # Sentences that are made beforehand, in each language.
    scripts = catalogue.of_scripts("de")
    for message in catalogue.read("de"):
        if str(message.id) not in scripts:
            told.append(str(message.string))
    return {word for text in told for word in WORD.findall(text)}


def test_no_english_sentence_is_left_on_the_german_page(german: Reader, some: Written) -> None:
    english = {
        message
        for message, forms in catalogue.of_scripts("de").items()
        if isinstance(forms, str) and forms != message and len(message.split()) > 1 and "{" not in message
    }
    for level in ("/", "/where/all/all", "/lines", "/lines?state=live", "/compare", "/right"):
        german.go(level)
        text = german.text("body")
        assert not [message for message in english if message in text]
        if level != "/":  # where invented sentences stand, which know no language
            assert not re.search(r"\d,\d{3}\b(?! %)", text), "a number in English notation"


def test_the_document_says_its_language_and_the_choice_is_kept(library: Library, some: Written) -> None:
    reader = library.read(some.path, locale="de-DE")
    tab = reader.tab
    assert tab.get_attribute("html", "lang") == "de"
    assert "Zielerreichung, Stand" in tab.title()
    tab.locator("#language").click()
    tab.wait_for_selector('html[lang="en"]')
    reader.wait("/")
    assert reader.text("nav").startswith("Overview")
    tab.goto(some.path.as_uri())
    reader.wait("/")
    assert tab.get_attribute("html", "lang") == "en"
    tab.goto(f"{some.path.as_uri()}?lang=de")
    reader.wait("/")
    assert tab.get_attribute("html", "lang") == "de"


def test_a_browser_that_speaks_neither_gets_the_files_language(library: Library, tmp_path: Path) -> None:
    with speaking(Language.GERMAN):
        page = write(tmp_path, invent(40))
    assert "ohne Skript" not in page.path.read_text("utf-8")
    reader = library.read(page.path, locale="fr-FR")
    assert reader.text("h1") and reader.tab.get_attribute("html", "lang") == "de"
    assert "Die wichtigsten Zahlen" in page.path.read_text("utf-8")
