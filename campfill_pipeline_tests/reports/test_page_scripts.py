"""The scripts and styles of our pages: formatted, linted, narrow; the bundle is that of its modules."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from campfill_pipeline.door.reader import STATIC
from campfill_pipeline.reports.page import SCRIPT, TEMPLATES
from campfill_pipeline_tests import page_bundle

WRITTEN = sorted(
    file for folder in (TEMPLATES, STATIC) for file in folder.iterdir() if file.suffix in (".js", ".css")
)
TOOLS = page_bundle.ROOT / "node_modules" / ".bin"
AGAIN = (
    "the page's scripts were changed: run `make page` (it needs Node.js and npm) and commit what it writes"
)

needs_tools = pytest.mark.skipif(
    shutil.which("node") is None or not (TOOLS / "esbuild").exists(),
    reason="needs Node.js and the tools in package.json: run `npm ci` (CI does; who changes no script needs neither)",
)


def test_the_bundle_is_that_of_the_sources() -> None:
    assert SCRIPT.read_text(encoding="utf-8").endswith(page_bundle.mark()), AGAIN


@needs_tools
def test_the_bundler_makes_this_very_bundle() -> None:
    assert SCRIPT.read_text(encoding="utf-8") == page_bundle.bundled(), AGAIN


@needs_tools
@pytest.mark.parametrize(
    "tool", [["prettier", "--check"], ["biome", "lint", "--error-on-warnings"]], ids=lambda tool: str(tool[0])
)
def test_scripts_and_styles_are_formatted_and_linted(tool: list[str]) -> None:
    files = [str(path) for path in WRITTEN]
    done = subprocess.run(
        [str(TOOLS / tool[0]), *tool[1:], *files], cwd=page_bundle.ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\n`make page` formats"


def test_no_line_is_longer_than_120_signs() -> None:
    long = [
        f"{path.name}:{number}"
        for path in WRITTEN
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120
    ]
    assert long == []


def test_every_script_is_a_module_that_is_reached_from_the_first() -> None:
    reached, waiting = set[str](), ["main.js"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += re.findall(r'from "\./([\w.]+)";', (TEMPLATES / name).read_text(encoding="utf-8"))
            waiting += re.findall(
                r'^import "\./([\w.]+)";', (TEMPLATES / name).read_text(encoding="utf-8"), re.M
            )
    assert reached == {path.name for path in page_bundle.sources()}


def _colours(style: Path, part: str) -> dict[str, str]:
    """The colours of the light or dark look: the first rule for it."""
    text = style.read_text(encoding="utf-8").split(part, 1)[1]
    return dict(re.findall(r"--([\w-]+): (#\w+);", text[: text.index("}")]))


@pytest.mark.parametrize("look", [":root", "@media (prefers-color-scheme: dark)"], ids=["light", "dark"])
def test_the_door_wears_the_colours_of_the_fulfillment_page(look: str) -> None:
    page, door = _colours(TEMPLATES / "theme.css", look), _colours(STATIC / "door.css", look)
    both = page.keys() & door.keys()
    assert {"paper", "ink", "accent", "warm"} <= both
    assert {name: door[name] for name in both} == {name: page[name] for name in both}
