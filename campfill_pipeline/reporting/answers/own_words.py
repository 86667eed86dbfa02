"""What an answer says about itself though nobody described it: that it failed, is not whole, or goes on.

Belongs here: the names and values by which APIs commonly say so. Does not belong here: marks that a connector describes
(`ErrorMark` in `description`), and paging that it describes (walk/).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from campfill_pipeline.language.speaking import say

_SHOWN = 300
_ERRORS = {"exception", "exceptions", "fault", "faults", "failure", "failures", "failed", "err", "errs"}
_WARNING_HEADER = "warning"
_ENDS_IN_ERROR = re.compile(r".*(?:error|failure|exception)s?")
"""Any name like this, where it holds words: `partialFailureError`. As a number it may be a statistical one."""
_OF_AN_ERROR = re.compile(
    r"(?:(?:has|is|api|response|query|partial)?errors?(?:code|codes|message|messages|msg|description|desc|type|text"
    r"|detail|details|info|status|string|reason|name|no|number|count|list|response)?|errno|errmsg|errcode)"
)
_NO_ERROR = {
    "",
    "0",
    "00000",
    "none",
    "no",
    "null",
    "nil",
    "false",
    "ok",
    "success",
    "successful",
    "noerror",
    "200",
}
_STATES = {
    "status",
    "state",
    "result",
    "resultstatus",
    "outcome",
    "responsestatus",
    "jobstatus",
    "type",
    "level",
}
_LEVELS = {"type", "level"}
_FAILED_LEVELS = {"error", "fatal", "exception"}
_BAD_STATE = re.compile(
    r"(?:partial|incomplete|err|fail|timeout|timedout|abort|cancel|processing|pending|queued|running|inprogress"
    r"|notready|notok|unavailable|unauthori|denied|forbidden|exception|throttl|ratelimit|quota|overload"
    r"|internalerror|invalid|badrequest|https?[45][0-9]{2}|[45][0-9]{2}[a-z]).*|e[0-9]{2,}|ko|nok|fault|fatal"
    r"|submitted|waiting|scheduled"
)
_OWN_STATE = re.compile(
    r"(?:data|report|query|response|result|results|request|api|rows?|completeness)(?:state|status)"
)
_GOOD_PART = re.compile(r"(?:is)?(?:data|report|results?|rows?)(?:complete|completed|iscomplete|whole)")
_GOOD = {
    "success",
    "ok",
    "succeeded",
    "successful",
    "complete",
    "iscomplete",
    "jobcomplete",
    "finished",
    "iswhole",
    "issuccess",
    "issuccessful",
    "isfinished",
    "isready",
    "isdone",
    "ready",
    "done",
    "datacomplete",
    "isdatacomplete",
    "allrows",
}
_BAD = re.compile(
    r".*(?:truncated|partial|incomplete).*|sampled|issampled|containssampleddata|timedout"
    r"|.*limit(?:is|was)?(?:exceeded|reached|hit|applied)"
    r"|(?:max)?(?:rows?|results?|records?|data)(?:islimited|limited|capped|exceeded|reached|cut)"
)
_CODES = {
    "code", "status", "statuscode", "httpstatus", "httpcode", "responsecode", "resultcode", "returncode", "retcode",
    "ret", "rc",
}  # fmt: skip
_OF_RETURNS = {"resultcode", "returncode", "retcode", "ret", "rc"}
_FAILED_CODE = re.compile(r"[45][0-9]{2}|[45][0-9]{4}")
"""How HTTP, and interfaces with codes of five digits, number failures; 20000 and the like are their successes."""
_RIGHT_CODES = {*range(-1, 2), *range(200, 300)}
_WORDS = {
    "message",
    "messages",
    "msg",
    "detail",
    "details",
    "reason",
    "warning",
    "warnings",
    "notice",
    "notices",
    "statusmessage",
}
_REMARKS = {"info", "note", "notes", "remark", "remarks", "comment"}
"""Where they stand beside no rows they need not say why: only what they say counts."""
_HARMLESS = re.compile(
    r"ok|success\w*|done|completed?|finished|.*\bno (?:data|rows|results?|records?|entries|items|activity)\b.*"
    r"|.*\b0 (?:rows|results?|records?)\b.*|.*\bsuccessfully\b.*",
    re.I | re.S,
)
_NOT_WHOLE = re.compile(
    r"partial|incomplete|truncat|timed? ?out|unavailable|not (?:yet )?available|missing|sampled|exceed|fail(?:ed|ure)"
    r"|unvollständig|abgeschnitten|not authenticated|unauthori[sz]ed|access denied|forbidden|cut off"
    r"|only (?:the )?first|(?:internal|server) error|(?:row|record|rate|result|size|time)s? limit|\bcapped\b"
    r"|limit (?:is |was )?(?:reached|hit)|\blimit(?:ed)? (?:of|to) [\d,.]+ (?:rows|results|records)"
    r"|[\"'](?:severity|level|type)[\"']: ?[\"'](?:error|fatal)[\"']",
    re.I,
)
_MORE = re.compile(
    r"(?:has|is)?(?:more|next)(?:results?|rows?|data|items?|records?|entries|pages?)?(?:available|exists?|left)?"
)
_LAST = {
    "done",
    "end",
    "atend",
    "last",
    "lastpage",
    "islast",
    "islastpage",
    "isend",
    "endofdata",
    "endofresults",
    "eof",
    "exhausted",
}
_NEXT = re.compile(
    r"next(?:page|results?|records?|rows?|items?|data)?"
    r"(?:url|uri|link|href|cursor|token|offset|start|startindex|index|skip|key|marker|no|number)?"
    r"|continuation(?:token|uri|url|key)?|nextpagetoken|nextpagecursor|odatanextlink|cursornext|scrollid"
)
_TOTALS = {
    "totalrows", "totalcount", "totalrecords", "recordstotal", "totalresults", "totalelements", "rowstotal",
    "totalitems", "totalhits", "totalentries", "numrows", "nrows", "rowcount", "recordcount", "resultcount",
    "itemcount", "expectedrows", "rowsexpected", "availablerows", "rowsavailable", "expectedcount",
}  # fmt: skip
_ASKED_BESIDE = {"start", "startindex", "offset", "skip", "from", "limit", "page"}
"""Beside one of these `count` is the number of rows that was asked for."""
_COUNTED_BESIDE = {"limit", "offset", "page", "perpage", "pagesize", "pageindex", "pagenumber"}
_OF_RETURNED = {"available", "matched", "found"}
_PAGES = {"pages", "totalpages", "pagestotal", "pagecount", "numpages", "lastpage"}
_BEFORE = re.compile(r"^(?:x-)?(?:wp-|pagination-|ms-|amz-|list-|goog-|api-)?")
_MOST_TIMES = 1000
"""A bare `total` of more times the rows that came is no number of rows, but the sum of their figures."""
_PARTS = {
    "meta", "metadata", "paging", "pagination", "page", "pageinfo", "links", "cursors", "info", "header", "response",
    "result", "responseheader",
}  # fmt: skip
_FAILING_PARTS = _PARTS | {"shards", "status"}
_RANGE = re.compile(r"\s*\w+\s+(?:\d+-\d+|\*)/(\d+)\s*")


def _plain(name: object) -> str:
    return "".join(letter for letter in str(name).lower() if letter.isalnum())


def said(value: Any) -> str:
    """A value as a short text on one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(text.split())[:_SHOWN]


def failure(document: Any, *, empty: bool) -> str | None:
    """The name and value by which a document says that it is an error or not whole; None where nothing says so.

    `empty`: it holds no rows; then a code that is none of success says so too, and so do words beside them.
    """
    for part, whole in _parts(document, _FAILING_PARTS):
        for name, value in part.items():
            if _is_wrong(_plain(name), value, empty=empty, nested=not whole):
                return f"{name}: {said(value)}"
    return None


def _is_wrong(plain: str, value: Any, *, empty: bool, nested: bool) -> bool:
    if plain in _ERRORS or _OF_AN_ERROR.fullmatch(plain):
        return bool(value) and _plain(value) not in _NO_ERROR
    if _ENDS_IN_ERROR.fullmatch(plain) and isinstance(value, str | Mapping | list):
        return bool(value) and _plain(value) not in _NO_ERROR
    if (plain in _STATES | _CODES or _OWN_STATE.fullmatch(plain)) and isinstance(value, str):
        if plain in _LEVELS:
            return _plain(value) in _FAILED_LEVELS
        if _BAD_STATE.fullmatch(_plain(value)):
            return True
    if plain in _GOOD or _GOOD_PART.fullmatch(plain):
        return value is False or (isinstance(value, str | int) and _plain(value) in ("false", "no", "0"))
    if _BAD.fullmatch(plain):
        return value is True or (isinstance(value, str) and _plain(value) in ("true", "yes"))
    if plain in _WORDS and isinstance(value, str | list) and value:
        told = said(value)
        return bool(_NOT_WHOLE.search(told) if not empty else not _HARMLESS.fullmatch(told.strip('[]". ')))
    if plain in _REMARKS and isinstance(value, str | list):
        return bool(_NOT_WHOLE.search(said(value)))
    code = _whole(value) if plain in _CODES else None
    if code is None:
        return False
    if _FAILED_CODE.fullmatch(str(code)) or (plain in _OF_RETURNS and code not in (0, 1, 200)):
        return True
    return empty and (code >= 400 or (nested and code not in _RIGHT_CODES))


def _whole(value: Any) -> int | None:
    """A whole number, also one written as text."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,15}\s*", value):
        return int(value)
    return value if type(value) is int else None


@dataclass(frozen=True)
class Walked:
    """How much came until now: `rows` is None where it cannot be compared with a total, as some are not counted."""

    rows: int | None
    pages: int = 1


def more(document: Any, came: Walked) -> str | None:
    """The name and value by which a document says that there is more than came; None where nothing says so."""
    for part, whole in _parts(document, _PARTS):
        if told := _more_in(part, came):
            return told
        if whole and part.get("after"):
            return f"after: {said(part['after'])}"
        for link in (value for value in part.values() if isinstance(value, list)):
            for one in link[:20]:
                if isinstance(one, Mapping) and one.get("rel") == "next" and len(one) < 6:
                    return say("a link: {text}", text=said(one))
    return None


def more_in_headers(headers: Mapping[str, str], came: Walked) -> str | None:
    """The same of an answer's headers: X-Total-Count, X-Next-Page, Content-Range …; also that the answer is cut."""
    within = _RANGE.fullmatch(headers.get("content-range", ""))
    if within and came.rows is not None and int(within[1]) > came.rows:
        return f"content-range: {said(headers['content-range'])}"
    own = {_BEFORE.sub("", name): value for name, value in headers.items()}
    for name, value in own.items():
        if _BAD.fullmatch(_plain(name)) and _plain(value) in ("true", "yes", "1"):
            return f"{name}: {said(value)}"
        if name == _WARNING_HEADER and _NOT_WHOLE.search(value):
            return f"{name}: {said(value)}"
        if value.lstrip().startswith("{") and (told := _more_in(_read(value), came)):
            return told
    return _more_in(own, came)


def _read(value: str) -> Mapping[Any, Any]:
    """A header that is an object of JSON."""
    try:
        found = json.loads(value)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _more_in(part: Mapping[Any, Any], came: Walked) -> str | None:
    names = {_plain(name) for name in part}
    for name, value in part.items():
        plain = _plain(name)
        number = _whole(value)
        if (
            plain in _TOTALS
            or (plain == "total" and names & _COUNTED_BESIDE)
            or (plain == "count" and (not names & _ASKED_BESIDE or _above_the_limit(part, number)))
        ):
            goes_on = came.rows is not None and number is not None and number > came.rows
        elif plain == "total":
            goes_on = (
                came.rows is not None and number is not None and came.rows < number < came.rows * _MOST_TIMES
            )
        elif plain in _OF_RETURNED and "returned" in names:
            goes_on = came.rows is not None and number is not None and number > came.rows
        elif plain in _LAST and (
            value is False or (isinstance(value, str) and _plain(value) in ("false", "no"))
        ):
            goes_on = True
        elif plain in _PAGES:
            goes_on = number is not None and number > came.pages
        elif _MORE.fullmatch(plain) and (value is True or _plain(value) in ("true", "yes", "false", "no")):
            goes_on = _plain(value) in ("true", "yes")
        else:
            goes_on = bool(_NEXT.fullmatch(plain)) and bool(value) and value is not True
        if goes_on:
            return f"{name}: {said(value)}"
    return None


def _above_the_limit(part: Mapping[Any, Any], count: int | None) -> bool:
    """Whether `count` is larger than the rows that were asked for, so that it is that of all rows."""
    limit = next((_whole(value) for name, value in part.items() if _plain(name) == "limit"), None)
    return count is not None and limit is not None and count > limit


def _parts(document: Any, names: Set[str]) -> Iterator[tuple[Mapping[Any, Any], bool]]:
    """The document itself, and what stands in it beside the rows under one of these names."""
    if isinstance(document, Mapping):
        yield document, True
        for name, value in document.items():
            if isinstance(value, Mapping) and _plain(name) in names:
                yield value, False
