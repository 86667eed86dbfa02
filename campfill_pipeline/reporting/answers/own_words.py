"""What an answer says about itself though nobody described it: that it failed, is not whole, or goes on.

Belongs here: the names and values by which APIs commonly say so. Does not belong here: marks that a connector describes
(`ErrorMark` in `description`), and paging that it describes (walk/).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_SHOWN = 300
_ERRORS = {"error", "errors", "exception", "fault"}
_STATES = {"status", "state", "result", "resultstatus"}
_BAD_STATES = {
    "error", "errors", "failed", "failure", "fail", "timeout", "partial", "incomplete", "aborted", "cancelled",
    "processing", "pending", "queued", "running", "inprogress", "notready",
}  # fmt: skip
_GOOD = {"success", "ok", "succeeded", "complete", "iscomplete", "finished"}
_BAD = {
    "truncated",
    "istruncated",
    "partial",
    "ispartial",
    "incomplete",
    "failed",
    "iserror",
    "haserror",
    "haserrors",
}
_CODES = {"code", "status", "statuscode", "errorcode"}
_MORE = {"hasmore", "hasnext", "hasnextpage", "morerows", "moreresults", "moredata"}
_NEXT = {
    "next", "nexturl", "nextlink", "nextpage", "nextcursor", "nexttoken", "nextpagetoken", "nextpagecursor",
    "continuationtoken", "odatanextlink",
}  # fmt: skip
_TOTALS = {
    "totalrows",
    "totalcount",
    "totalrecords",
    "recordstotal",
    "totalresults",
    "totalelements",
    "rowstotal",
}
_COUNTED_BESIDE = {"limit", "offset", "page", "perpage", "pagesize", "pageindex", "pagenumber"}
_PARTS = {
    "meta",
    "metadata",
    "paging",
    "pagination",
    "page",
    "pageinfo",
    "links",
    "cursors",
    "info",
    "header",
}


def _plain(name: object) -> str:
    return "".join(letter for letter in str(name).lower() if letter.isalnum())


def said(value: Any) -> str:
    """A value as a short text on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(text.split())[:_SHOWN]


def failure(document: Any, *, empty: bool) -> str | None:
    """The name and value by which a document says that it is an error or not whole; None where nothing says so.

    `empty`: it holds no rows; then a code of 400 or more says so too.
    """
    if not isinstance(document, Mapping):
        return None
    for name, value in document.items():
        plain = _plain(name)
        wrong = (
            (plain in _ERRORS and bool(value))
            or (plain in _STATES and isinstance(value, str) and _plain(value) in _BAD_STATES)
            or (plain in _GOOD and value is False)
            or (plain in _BAD and value is True)
            or (empty and plain in _CODES and type(value) is int and value >= 400)
        )
        if wrong:
            return f"{name}: {said(value)}"
    return None


def more(document: Any, rows: int | None) -> str | None:
    """The name and value by which a document says that there are more rows than these; None where nothing says so.

    `rows` is None where it cannot be compared with a total, as some rows are not counted.
    """
    for part in _parts(document):
        names = {_plain(name) for name in part}
        for name, value in part.items():
            plain = _plain(name)
            counted = plain in _TOTALS or (plain == "total" and bool(names & _COUNTED_BESIDE))
            goes_on = (
                (plain in _MORE and value is True)
                or (plain in _NEXT and bool(value) and value is not True)
                or (counted and rows is not None and type(value) is int and value > rows)
            )
            if goes_on:
                return f"{name}: {said(value)}"
    return None


def _parts(document: Any) -> Iterator[Mapping[Any, Any]]:
    if isinstance(document, Mapping):
        yield document
        for name, value in document.items():
            if isinstance(value, Mapping) and _plain(name) in _PARTS:
                yield value
