"""The language of who reads a page of the door, and pages written in it.

Asked for in the address (`?lang=de`) it is kept in a cookie; else what was kept; else what the browser says it reads;
else what the house speaks. Belongs here: these rules, and filling a page in. Does not belong here: what a page says
(`static/`), JSON, which is the same in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from campfill_pipeline.domain import issue_codes
from campfill_pipeline.language import catalogue
from campfill_pipeline.language.speaking import Language, say, speaking, word

if TYPE_CHECKING:
    from campfill_pipeline.settings import Settings

COOKIE = "campfill_language"
_KEPT_SECONDS = 365 * 24 * 3600
STATIC = Path(__file__).with_name("static")
_SCRIPTS = "door/static/"
_NAMES = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch"}


def language_of(request: Request, settings: Settings) -> Language:
    """What this reader wants to read."""
    for tag in (request.query_params.get("lang"), request.cookies.get(COOKIE), *_accepted(request)):
        if tag and (known := tag[:2].lower()) in set(Language) and tag[2:3] in ("", "-"):
            return Language(known)
    return settings.language


def _accepted(request: Request) -> list[str]:
    """The languages that the browser names, the most wanted first."""
    weighted = []
    for at, part in enumerate(request.headers.get("accept-language", "").split(",")):
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        given = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weight = float(given)
        except ValueError:
            weight = 0.0
        if weight > 0:
            weighted.append((-weight, at, tag))
    return [tag for _, _, tag in sorted(weighted)]


def page(
    request: Request, settings: Settings, name: str, headers: Mapping[str, str], **facts: object
) -> HTMLResponse:
    """The page of this name in the reader's language; what it is given as text is escaped."""
    language = language_of(request, settings)
    with speaking(language):
        html = _template(name).render(
            say=say, word=word, language=str(language), switch=_switch(language), messages=_messages(language),
            **{key: value() if callable(value) else value for key, value in facts.items()},
        )  # fmt: skip
    answer = HTMLResponse(html, headers={"vary": "accept-language, cookie", **headers})
    if request.query_params.get("lang") == language:
        answer.set_cookie(COOKIE, language, max_age=_KEPT_SECONDS, samesite="lax")
    return answer


def strip_messages() -> str:
    """What the strip beside the fulfillment page says, by language: the page knows its reader's itself."""
    return orjson.dumps(
        {str(one): catalogue.of_scripts(one, _SCRIPTS + "report.js") for one in Language}
    ).decode()


def _switch(language: Language) -> Markup:
    """The way to the other language, named in it."""
    other = next(one for one in Language if one is not language)
    link = f'<a class="language" href="?lang={other}" lang="{other}" hreflang="{other}">{escape(_NAMES[other])}</a>'
    return Markup(link)


@cache
def _messages(language: Language) -> Markup:
    """What the door's scripts look up in this language, and the words of codes: a refusal's sentences are English."""
    codes = {}
    if language is not Language.ENGLISH:
        with speaking(language):
            codes = {
                code: _told(told.lists or told.exports) for code, told in issue_codes.ISSUE_CODES.items()
            }
            codes |= {reason: _told(told) for reason, told in issue_codes.FILE_REASONS.items()}
    document = orjson.dumps({"messages": catalogue.of_scripts(language, _SCRIPTS), "codes": codes}).decode()
    return Markup(document.replace("<", "\\u003c"))


def _told(told: issue_codes.Told | None) -> tuple[str, str] | None:
    if told is None:
        return None
    return word(told.meaning), "" if told.mend == issue_codes.NO_MEND else word(told.mend)


@cache
def _template(name: str) -> Template:
    spaces = Environment(autoescape=True, undefined=StrictUndefined)
    return spaces.from_string((STATIC / name).read_text(encoding="utf-8"))
