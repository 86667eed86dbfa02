"""docs/connect-your-api.md: the worked example works, and every key is explained."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from pydantic import BaseModel

from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.connecting.trial import try_connector
from campfill_pipeline.reporting.description import connector, tables
from campfill_pipeline_tests.reporting.loopback import Asked, QuickClock, Reply, serving

PAGE = Path(__file__).parents[2] / "docs" / "connect-your-api.md"
DEAL = "39862ef2-1276-45c3-b809-14c30bf6b389"
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, 15, 20, tzinfo=UTC)


def example(number: int = 0) -> str:
    found = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(found) == 4  # the third: test_described_by_the_docs_alone.py; the fourth: test_own_exports.py
    return str(found[number])


def acme(asked: Asked) -> Reply:
    """Acme's API: hours in New York time, pages of two rows."""
    if asked.headers.get("x-acme-key") != "acme-key-1234" or asked.query["network"] != "77":
        return Reply({"error": "who?"}, 403)
    start, end = (
        datetime.strptime(asked.query[name], "%Y-%m-%d %H:%M").replace(tzinfo=NEW_YORK)
        for name in ("since", "until")
    )
    items: list[dict[str, Any]] = []
    while start < end:
        label = f"Spring / {DEAL} / video"
        figures = {"imps": "1,234.5", "auctions": 12}
        items.append(
            {
                "time": start.strftime("%Y-%m-%dT%H:%M"),
                "label": label,
                "placement": {"name": "Times Square"},
                "figures": figures,
            }
        )
        start += timedelta(hours=1)
    page = int(asked.query["page"])
    return Reply({"data": {"items": items[page * 2 - 2 : page * 2], "pages": (len(items) + 1) // 2}})


def test_the_worked_example_works() -> None:
    described = connector.parse(example(), "the example of the page")
    with serving(acme) as served:
        shown = try_connector(
            described,
            served.url,
            "acme-key-1234",
            now=NOW,
            timezone=ZoneInfo("Europe/Berlin"),
            environ={"ACME_NETWORK": "77"},
            clock=QuickClock(),
        )
    (row,) = shown.rows
    assert row["hour_utc"] == "2026-03-02T14:00:00Z"
    assert (row["site"], row["deal_id"], row["deal_purchase_type"]) == ("Times Square", DEAL, "guaranteed")
    assert (Decimal(row["impressions"]), row["bids"], row["wins"]) == (Decimal("1234.5"), 12, None)
    assert served.asked[0].query == {
        "network": "77",
        "since": "2026-03-02 09:00",
        "until": "2026-03-02 10:00",
        "size": "500",
        "page": "1",
    }


def beta(asked: Asked) -> Reply:
    """Beta's API: a query, a run, an operation that is done at once, two pages for each account."""
    if asked.path == "/oauth/token":
        assert asked.headers["authorization"].startswith("Basic ")
        return Reply({"access_token": "access-1"})
    assert asked.headers["authorization"] == "Bearer access-1"
    if asked.path == "/v2/queries":
        asked_for = orjson.loads(asked.body)
        assert (asked_for["from"], asked_for["to"]) == ("2026-03-01", "2026-03-01")
        return Reply({"id": asked_for["account"]})
    if asked.path.endswith(":run"):
        number = asked.path.removeprefix("/v2/queries/").removesuffix(":run")
        return Reply({"operation": {"name": f"operations/{number}"}})
    if asked.path.startswith("/v2/operations/"):
        return Reply({"done": True, "response": {"result": asked.path.removeprefix("/v2/operations/")}})
    account, second = asked.path.removeprefix("/v2/results/"), "page_token" in asked.query
    rows = [["2026-03-01", 5 + second, f"li-{account}", 10], *([["TOTAL", None, None, 20]] if second else [])]
    table = {"columns": ["day", "hour", "line_item", "imps"], "rows": rows}
    return Reply({"status": {"code": 0}, "table": table, "next": None if second else "p2"})


def test_the_second_example_works() -> None:
    described = connector.parse(example(1), "the second example of the page")
    environ = {"BETA_CLIENT": "us", "BETA_SECRET": "a-client-secret", "BETA_ACCOUNTS": "7,8"}
    start = datetime(2026, 3, 1, tzinfo=UTC)
    with (
        serving(beta) as served,
        ReportingClient(described, served.url, "a-token", environ=environ, clock=QuickClock()) as client,
    ):
        found = client.fetch(start, start + timedelta(days=1))
    assert not found.refused
    told = zip(found.table["hour_utc"].to_pylist(), found.table["campaign_id"].to_pylist(), strict=True)
    assert sorted((hour.hour, campaign) for hour, campaign in told) == [
        (5, "li-7"), (5, "li-8"), (6, "li-7"), (6, "li-8"),
    ]  # fmt: skip


MODELS = [
    model
    for model in vars(tables).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model is not tables.Part
]


@pytest.mark.parametrize("model", [*MODELS, connector.Connector], ids=lambda model: model.__name__)
def test_every_key_is_explained(model: type[BaseModel]) -> None:
    text = PAGE.read_text("utf-8")
    for name, field in model.model_fields.items():
        key = field.alias or name
        assert re.search(rf"`(\w+\.)?{key}`|`{key}\.|\[{key}[.\]]|\.{key}\]|\*\*`{key}`\*\*", text), key


def test_the_limits_have_the_defaults_that_the_page_says() -> None:
    table = PAGE.read_text("utf-8").split("### `[limits]`")[1].split("###")[0]
    for keys, defaults in re.findall(r"^\| (`.*?`) \| ([\d., ]+) \|", table, re.MULTILINE):
        for key, value in zip(re.findall(r"`(\w+)`", keys), defaults.split(","), strict=True):
            assert float(getattr(tables.Limits(), key)) == float(value), key
