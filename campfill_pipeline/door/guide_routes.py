"""The course and the docs, to read in the browser: `/learn` and `/guide`, with their pictures, from this machine.

Belongs here: which page an address means, and what stands around it. Does not belong here: the words (docs/).
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from markupsafe import Markup

from campfill_pipeline.door import guide_pages, reader
from campfill_pipeline.door.page_routes import POLICY
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.settings import Settings

DOCS = Path(__file__).with_name("guide")
"""The folder docs/ of the project, which comes with the package."""
_PICTURES = {".svg": "image/svg+xml", ".png": "image/png"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_NUMBER = re.compile(r"[0-9]{1,2}")
_HEADERS = {"content-security-policy": POLICY, "cache-control": "no-cache"}


def router(settings: Settings) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/learn")
    @routes.get("/learn/{path:path}")
    def learn(request: Request, path: str = "") -> Response:
        """A page of the course, or one of its pictures; the number alone leads to the page of that lab."""
        path = path.removesuffix("/")
        if _NUMBER.fullmatch(path):
            for file in (DOCS / guide_pages.COURSE).glob(f"{int(path):02}-*.md"):
                return RedirectResponse(f"/learn/{file.stem}")
        return _shown(request, settings, f"{guide_pages.COURSE}{path}".removesuffix("/"))

    @routes.get("/guide")
    @routes.get("/guide/{path:path}")
    def guide(request: Request, path: str = "") -> Response:
        """A page of the other docs."""
        return _shown(request, settings, path.removesuffix("/"))

    return routes


def _shown(request: Request, settings: Settings, place: str) -> Response:
    kind = _PICTURES.get(Path(place).suffix)
    if place and not _NAME.fullmatch(place):
        raise ProblemError("not_found", f"There is no page “{place[:100]}”.")
    if kind and (DOCS / place).is_file():
        return FileResponse(DOCS / place, media_type=kind, headers={"cache-control": "no-cache"})
    place = place.removesuffix(".md")
    if not place:
        return reader.page(
            request, settings, "guide.html", _HEADERS, title="Guide", html=Markup(_list_of_pages()), around=()
        )
    for page in (f"{place}.md", f"{place}/README.md"):
        if (DOCS / page).is_file():
            title, html = guide_pages.html((DOCS / page).read_text(encoding="utf-8"), page)
            return reader.page(
                request,
                settings,
                "guide.html",
                _HEADERS,
                title=title,
                html=Markup(html),
                around=_around(page),
            )
    raise ProblemError("not_found", f"There is no page “{place[:100]}”.")


def _around(page: str) -> tuple[tuple[str, str, str], ...]:
    """From a page of the course: the one before and the one after."""
    course = sorted(file.name for file in (DOCS / guide_pages.COURSE).glob("[0-9]*.md"))
    name = page.removeprefix(guide_pages.COURSE)
    if name not in course:
        return ()
    at = course.index(name)
    return tuple(
        (rel, f"/learn/{course[number][:-3]}", _title(course[number]))
        for number, rel in ((at - 1, "prev"), (at + 1, "next"))
        if 0 <= number < len(course)
    )


def _title(name: str, folder: str = guide_pages.COURSE) -> str:
    with (DOCS / folder / name).open(encoding="utf-8") as page:
        return page.readline().removeprefix("# ").strip()


def _list_of_pages() -> str:
    names = sorted(file.name for file in DOCS.glob("*.md"))
    shown = "".join(f'<li><a href="/guide/{name[:-3]}">{escape(_title(name, ""))}</a></li>' for name in names)
    return (
        '<h1>Guide</h1><p><a href="/learn/">Learn by breaking it</a>: the course. '
        '<a href="/guide/decisions">Decisions</a>: why things are as they are.</p>'
        f"<ul>{shown}</ul>"
    )
