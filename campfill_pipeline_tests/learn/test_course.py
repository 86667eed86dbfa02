"""The course as a whole: every page has its parts in order, its pictures are those of their texts, its files exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campfill_pipeline.defs import course, resources
from campfill_pipeline.defs.build import build_defs
from campfill_pipeline.lab.catalog import LABS
from campfill_pipeline.settings import load_settings
from campfill_pipeline_tests.learn import drawing
from campfill_pipeline_tests.learn.pages import LEARN, PAGES

ROOT = LEARN.parents[1]
PARTS = [
    "Predict", "The picture", "Wrong beside right", "Break it yourself", "What you saw",
    "The computer science behind it", "The same in the product", "Three questions", "Where to go next",
]  # fmt: skip


def test_every_lab_has_its_page_and_every_page_its_lab() -> None:
    assert [page.name for page in PAGES] == [lab.page for lab in LABS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_goal_parts_picture_and_three_hidden_answers(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.M) == PARTS
    assert "**Learning goal.**" in text.split("## ")[0] + text.split("##")[0]
    assert "](pictures/" in text
    assert "](../glossary.md#" in text
    assert text.count("<details>") == text.count("</details>") == 3
    number = int(page.name[:2])
    for command in ("start", "check"):
        assert f"campfill lab {command} {number}" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_words_of_the_trade_are_linked_where_they_are_used(page: Path) -> None:
    head, _, body = page.read_text(encoding="utf-8").partition("\n## Predict\n")
    named, used = (set(re.findall(r"\]\(\.\./glossary\.md(#[\w-]+)\)", part)) for part in (head, body))
    assert named
    assert named <= used, "a word named at the top is not linked in the text"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    product = text.split("## The same in the product")[1].split("\n## ")[0]
    named = set(re.findall(r"`((?:campfill_pipeline|docs|bench)/[\w./-]+)`", text))
    assert set(re.findall(r"`(campfill_pipeline/[\w./-]+)`", product)), "names no file of the product"
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_pictures_are_those_of_their_texts_and_each_is_shown() -> None:
    made = drawing.pictures()
    assert set(made) == set(drawing.PICTURES.glob("*.svg"))
    shown = "".join(page.read_text(encoding="utf-8") for page in LEARN.glob("*.md"))
    for file, svg in made.items():
        assert file.read_text(encoding="utf-8") == svg, "run: make docs"
        assert "prefers-color-scheme: dark" in svg
        assert f"](pictures/{file.name})" in shown


def test_the_contents_name_every_page_with_its_minutes() -> None:
    contents = (LEARN / "README.md").read_text(encoding="utf-8")
    for lab in LABS:
        title = re.escape(f"[{lab.title}]({lab.page})")
        assert re.search(rf"\| {lab.number} \| {title} \|.*\| {lab.minutes} \|", contents)


def test_each_asset_in_the_web_ui_names_the_lab_that_explains_it() -> None:
    pages = {lab.number: lab.page for lab in LABS}
    descriptions = sorted((ROOT / "campfill_pipeline" / "defs" / "descriptions").glob("*.md"))
    assert descriptions
    for file in descriptions:
        text = file.read_text(encoding="utf-8")
        named = re.search(r"`campfill lab start (\d+)`, with the page `docs/learn/([\w.-]+)`", text)
        assert named, f"{file.name} names no lab"
        assert pages[int(named[1])] == named[2]


def test_an_asset_page_leads_to_its_lab_where_the_system_shows_it() -> None:
    for file in (ROOT / "campfill_pipeline" / "defs" / "descriptions").glob("*.md"):
        text = file.read_text(encoding="utf-8")
        number = int(re.findall(r"campfill lab start (\d+)", text)[-1])
        linked = course.with_links(text, "http://127.0.0.1:3001")
        assert f"](http://127.0.0.1:3001/learn/{number:02d})" in linked
        assert f"`campfill lab start {number}`" in linked
        assert "docs/learn/" not in linked


def test_the_definitions_of_a_running_system_are_linked(tmp_path: Path) -> None:
    settings = load_settings({"CAMPFILL_HOME": str(tmp_path)}, cwd=tmp_path)
    settings.pages_address.write_text("http://127.0.0.1:4001")
    opened = resources.Campfill(settings, "postgresql://nowhere")
    specs = build_defs(opened).resolve_all_asset_specs()
    assert specs
    assert [
        spec.key for spec in specs if "(http://127.0.0.1:4001/learn/" not in (spec.description or "")
    ] == []
    settings.pages_address.unlink()
    assert "http" not in "".join(
        (spec.description or "").split("data:image")[0]
        for spec in build_defs(opened).resolve_all_asset_specs()
    )
