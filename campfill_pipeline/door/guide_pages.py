"""A page of the docs as HTML, made when it is asked for: headings with anchors, links that lead to other pages here.

Belongs here: turning one Markdown page into HTML. Does not belong here: HTTP (`guide_routes`), the words (docs/).
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator, MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

COURSE = "learn/"
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)


def html(text: str, page: str) -> tuple[str, str]:
    """The title and the HTML of the page at this place below docs/, such as `learn/06-money.md`."""
    markdown = MarkdownIt("commonmark", {"html": True}, renderer_cls=_Renderer).enable("table")
    tokens = markdown.parse(text)
    seen: dict[str, int] = {}
    title = page
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _plain(tokens[at + 1])
            token.attrSet("id", _anchor(words, seen))
            if token.tag == "h1":
                title = words
    for token in _all(tokens):
        for name in ("href", "src"):
            if given := token.attrGet(name):
                token.attrSet(name, address(str(given), page))
    return title, markdown.renderer.render(tokens, markdown.options, {})


def address(link: str, page: str) -> str:
    """Where a link of a page leads here: /learn/… in the course, /guide/… elsewhere in the docs."""
    if _ELSEWHERE.match(link) or link.startswith("#"):
        return link
    path, mark, anchor = link.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    if target.startswith(".."):
        return "/guide"  # a file beside the docs, such as the README: not part of them
    target = re.sub(r"(^|/)README\.md$", r"\1", target).removesuffix(".md")
    if f"{target}/".startswith(COURSE):
        return f"/learn/{target[len(COURSE) :]}{mark}{anchor}"
    return f"/guide/{'' if target == '.' else target}{mark}{anchor}"


def _anchor(words: str, seen: dict[str, int]) -> str:
    """As GitHub names headings, so that the same links hold there and here."""
    kept = [mark for mark in words.lower() if mark in " -_" or unicodedata.category(mark)[0] in "LN"]
    name = "".join(kept).replace(" ", "-")
    seen[name] = seen.get(name, -1) + 1
    return f"{name}-{seen[name]}" if seen[name] else name


def _plain(token: Token) -> str:
    return "".join(part.content for part in token.children or [] if part.type in ("text", "code_inline"))


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


class _Renderer(RendererHTML):
    """What is wider than the page scrolls for itself, by keyboard too."""

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        """A block of code."""
        return f'<pre tabindex="0"><code>{escape(tokens[idx].content)}</code></pre>\n'

    def paragraph_open(
        self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        """The begin of a paragraph; one that is a picture is marked, as pictures may be wider."""
        parts = tokens[idx + 1].children or []
        if [part.type for part in parts] == ["image"]:
            return '<p class="picture" tabindex="0">'
        return str(self.renderToken(tokens, idx, options, env))

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        """The begin of a table."""
        return '<div class="wide" tabindex="0"><table>\n'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        """The end of a table."""
        return "</table></div>\n"
