"""A first description of an interface, from what a person answers, or from an OpenAPI document.

Belongs here: the text of a first TOML file. Does not belong here: asking a person (commands/), reading it back
(`description`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campfill_pipeline.domain.report_rows import FIELDS
from campfill_pipeline.reporting.answers.shapes import at

_METHODS = ("get", "post")
_REPORTS = ("report", "stat", "deliver", "insight", "metric", "analytic")
_DAYS = ("day", "date", "reportdate", "report_date", "statdate", "stat_date")
_GUESSES: dict[str, tuple[str, ...]] = {
    "hour": ("hour", "datetime", "timestamp", "time", *_DAYS, "start"),
    "campaign_id": ("campaignid", "campaign_id", "lineitemid", "line_item_id", "orderid", "adgroupid"),
    "campaign_name": ("campaignname", "campaign_name", "lineitemname", "line_item_name"),
    "deal_id": ("dealid", "deal_id"),
    "deal_name": ("dealname", "deal_name"),
    "site": ("sitename", "site_name", "site", "placement", "publisher"),
    "impressions": ("impressions", "imps", "total_impressions", "views"),
    "bids": ("bids", "bid_requests"),
    "wins": ("wins", "auction_wins"),
    "plays": ("plays", "playouts"),
}


@dataclass(frozen=True)
class Draft:
    """What a first description says. `columns` are names of the source by our fields; empty ones are to be filled."""

    name: str
    title: str
    base_url: str
    path: str
    method: str = "GET"
    auth: str = "bearer"
    key: str = "X-Api-Key"
    format: str = "json"
    rows: str = ""
    time_zone: str = "UTC"
    granularity: str = "hour"
    first: str = "from"
    last: str = "to"
    columns: Mapping[str, str] = field(default_factory=dict)
    seen: tuple[str, ...] = ()


def text(draft: Draft) -> str:
    """The TOML file, with a remark wherever a person must look."""
    kinds = {
        "api_key": f'kind = "api_key"\nname = {_quoted(draft.key)}  # the header that carries the key',
        "basic": 'kind = "basic"\nuser = "your user name"',
    }
    pattern = "%Y-%m-%d" if draft.granularity == "day" else "%Y-%m-%dT%H:%M:%SZ"
    start, end = ("start", "last") if draft.granularity == "day" else ("start_utc", "end_utc")
    question = (
        f'{{ {_key(draft.first)} = "{{{start}:{pattern}}}", {_key(draft.last)} = "{{{end}:{pattern}}}" }}'
    )
    lines = [
        f"# {draft.title}: a first description. Try it with `campfill connect try {draft.name}.toml`.",
        "# Every key is explained in docs/connect-your-api.md. Look at what is marked with ???.",
        "",
        f"name = {_quoted(draft.name)}",
        f"title = {_quoted(draft.title)}",
        f"base_url = {_quoted(draft.base_url)}",
        "",
        "[auth]",
        kinds.get(draft.auth, f"kind = {_quoted(draft.auth)}"),
        "",
        "[values]",
        'numbers = "english"                      # of numbers that come as text: 1,234.5',
        f"time_zone = {_quoted(draft.time_zone)}",
        f"granularity = {_quoted(draft.granularity)}",
        "",
        "[detail]",
        f"method = {_quoted(draft.method)}",
        f"path = {_quoted(draft.path)}",
        f"{'params' if draft.method == 'GET' else 'body'} = {question}",
        f"answer = {{ format = {_quoted(draft.format)}, rows = {_quoted(draft.rows)} }}",
        '# paging = { kind = "page" }              # ??? how its pages follow each other, if there are several',
        "",
        "[detail.columns]",
    ]
    for name in FIELDS:
        if name in draft.columns:
            lines.append(f"{name} = {_quoted(draft.columns[name])}")
        elif name in ("hour", "impressions"):
            lines.append(f'{name} = "???"')
    if not {"campaign_id", "deal_id"} & set(draft.columns):
        lines.append('campaign_id = "???"')
    if draft.seen:
        lines += ["", f"# Columns of the answer: {', '.join(draft.seen)}"]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _key(value: str) -> str:
    return value if value.replace("_", "").replace("-", "").isalnum() else _quoted(value)


def guessed(columns: tuple[str, ...]) -> dict[str, str]:
    """Which column would be which of our fields, by its name alone: a proposal."""
    found: dict[str, str] = {}
    plain = {name.rsplit(".", 1)[-1].replace(" ", "_").lower(): name for name in columns}
    for ours, names in _GUESSES.items():
        for name in names:
            if name in plain and plain[name] not in found.values():
                found[ours] = plain[name]
                break
    return found


def read_document(text: str) -> Mapping[str, Any]:
    """An OpenAPI document, in JSON or YAML. Raises ValueError where it is neither."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        import yaml  # slow to load, and only needed here

        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ValueError(f"it is neither JSON nor YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, Mapping):
        raise ValueError("it is no OpenAPI document: there is no table at its top")
    return document


def from_openapi(document: Mapping[str, Any], path: str | None = None) -> Draft:
    """A draft from an OpenAPI document: the given path, or the one that looks most like a report.

    Raises ValueError where it holds none.
    """
    paths = document.get("paths")
    if not isinstance(paths, Mapping) or not paths:
        raise ValueError("the document has no paths: it is no OpenAPI document")
    known = [(name, method) for name, verbs in paths.items() for method in _METHODS if method in verbs]
    if path is not None:
        known = [one for one in known if one[0] == path]
    if not known:
        raise ValueError(
            f"the document has no GET or POST at {path}" if path else "no path answers GET or POST"
        )
    name, method = max(known, key=lambda one: sum(word in one[0].lower() for word in _REPORTS))
    operation = paths[name][method]
    schema = _answer_schema(document, operation)
    auth, key = _auth(document)
    rows, columns = _rows_of(document, schema)
    title = str(at(document, "info.title") or "An interface")
    shared = paths[name].get("parameters", ())
    found = guessed(columns)
    by_day = found.get("hour", "").rsplit(".", 1)[-1].lower() in _DAYS
    names = [str(one["name"]) for one in _parameters(document, operation, shared) if one.get("in") == "query"]
    first = next((one for one in names if any(w in one.lower() for w in ("from", "start", "since"))), "from")
    last = next((one for one in names if any(w in one.lower() for w in ("to", "end", "until"))), "to")
    return Draft(
        name="".join(c if c.isalnum() else "_" for c in title.lower()).strip("_") or "interface",
        title=title,
        base_url=_address(document),
        path=name,
        method=method.upper(),
        auth=auth,
        key=key,
        rows=rows,
        granularity="day" if by_day else "hour",
        first=first,
        last=last,
        columns=found,
        seen=columns,
    )


def _address(document: Mapping[str, Any]) -> str:
    """Of version 3 the first server; of version 2 host and base path."""
    if host := document.get("host"):
        scheme = at(document, "schemes.0") or "https"
        return f"{scheme}://{host}{document.get('basePath') or ''}".rstrip("/")
    return str(at(document, "servers.0.url") or "").rstrip("/")


def _auth(document: Mapping[str, Any]) -> tuple[str, str]:
    """How it is signed in to, and the header that carries a key."""
    schemes = at(document, "components.securitySchemes") or document.get("securityDefinitions")
    for scheme in schemes.values() if isinstance(schemes, Mapping) else ():
        if scheme.get("type") == "apiKey" and scheme.get("in", "header") == "header":
            name = str(scheme.get("name") or Draft.key)
            return ("bearer", Draft.key) if name.lower() == "authorization" else ("api_key", name)
        if scheme.get("type") == "basic" or (scheme.get("type"), scheme.get("scheme")) == ("http", "basic"):
            return "basic", Draft.key
    return "bearer", Draft.key


def _followed(document: Mapping[str, Any], node: Any) -> Any:
    for _ in range(20):
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return node
        node = at(document, reference[2:].replace("/", "."))
    return node


def _composed(document: Mapping[str, Any], node: Any) -> Any:
    """A schema with the properties of all that it is put together of (`allOf`)."""
    node = _followed(document, node)
    if not isinstance(node, Mapping) or not isinstance(node.get("allOf"), list):
        return node
    parts = [_followed(document, part) for part in node["allOf"]]
    properties: dict[str, Any] = {}
    for part in (*parts, node):
        properties |= part.get("properties", {}) if isinstance(part, Mapping) else {}
    return {**node, "properties": properties}


def _parameters(
    document: Mapping[str, Any], operation: Mapping[str, Any], shared: Sequence[Any]
) -> Iterator[Mapping[str, Any]]:
    for item in (*shared, *operation.get("parameters", ())):
        found = _followed(document, item)
        if isinstance(found, Mapping) and "name" in found:
            yield found


def _answer_schema(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Any:
    answers = operation.get("responses", {})
    answer = _followed(document, answers.get("200", answers.get(200, {})))
    if not isinstance(answer, Mapping):
        return {}
    if "schema" in answer:  # version 2
        return _followed(document, answer["schema"])
    content = answer.get("content", {})
    media: Any = content.get("application/json") or next(iter(content.values()), {})
    return _followed(document, media.get("schema", {}))


def _rows_of(
    document: Mapping[str, Any], schema: Any, place: str = "", depth: int = 0
) -> tuple[str, tuple[str, ...]]:
    """Where the answer's list of rows is, and the columns of a row."""
    schema = _composed(document, schema)
    if not isinstance(schema, Mapping) or depth > 4:
        return "", ()
    if schema.get("type") == "array" or "items" in schema:
        return place, tuple(_columns_of(document, schema.get("items", {})))
    for name, inner in schema.get("properties", {}).items():
        found, columns = _rows_of(document, inner, f"{place}.{name}" if place else name, depth + 1)
        if columns:
            return found, columns
    return "", ()


def _columns_of(document: Mapping[str, Any], schema: Any, before: str = "", depth: int = 0) -> Iterator[str]:
    schema = _composed(document, schema)
    if not isinstance(schema, Mapping) or depth > 3:
        return
    for name, inner in schema.get("properties", {}).items():
        inner = _composed(document, inner)
        if isinstance(inner, Mapping) and "properties" in inner:
            yield from _columns_of(document, inner, f"{before}{name}.", depth + 1)
        else:
            yield f"{before}{name}"
