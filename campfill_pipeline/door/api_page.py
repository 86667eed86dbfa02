"""The page `/docs`: every address of the door, written from its OpenAPI description, with nothing from outside.

Belongs here: turning the description into a page. Does not belong here: the description (FastAPI makes it).
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

_HEAD = Path(__file__).with_name("static") / "api.html"


def render(description: dict[str, Any]) -> str:
    """The page."""
    parts = [_HEAD.read_text(encoding="utf-8")]
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            parts.append(_operation(method.upper(), path, told))
    parts.append("</main></body></html>\n")
    return "".join(parts)


def _operation(method: str, path: str, told: dict[str, Any]) -> str:
    rows = "".join(_parameter(one) for one in told.get("parameters", []))
    table = (
        '<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Parameter</th>'
        f'<th scope="col">What</th></tr></thead><tbody>{rows}</tbody></table></div>'
        if rows
        else ""
    )
    answers = ", ".join(
        f"{status}: {escape(answer['description'])}" for status, answer in sorted(told["responses"].items())
    )
    return (
        f"<h2><code>{method} {escape(path)}</code></h2><p>{escape(told.get('description', ''))}</p>{table}"
        f'<p class="soft">{answers}</p>'
    )


def _parameter(one: dict[str, Any]) -> str:
    schema = one["schema"]
    kinds = [kind for kind in (schema, *schema.get("anyOf", [])) if kind.get("type") or kind.get("enum")]
    words = ", ".join(
        " | ".join(map(str, kind["enum"])) if "enum" in kind else str(kind.get("format") or kind["type"])
        for kind in kinds
        if kind.get("type") != "null"
    )
    needed = ", needed" if one.get("required") else ""
    return (
        f"<tr><td><code>{escape(one['name'])}</code></td>"
        f"<td>{escape(words)}{needed}. {escape(one.get('description', ''))}</td></tr>"
    )
