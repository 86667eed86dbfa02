"""What goes wrong at ppv, Kevel and Amazon Ads, the first interfaces that came described: told, never an empty day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.errors import ReportingError
from campfill_pipeline.reporting.fetched import Fetched
from campfill_pipeline_tests.reporting.amazon_server import ENVIRON, REFRESH_TOKEN, Amazon
from campfill_pipeline_tests.reporting.kevel_server import KEY, Kevel
from campfill_pipeline_tests.reporting.loopback import Asked, QuickClock, Reply, Script, serving
from campfill_pipeline_tests.reporting.ppv_rows import TOKEN, row

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 2, 10)
NAMES = ("ppv", "kevel", "amazon_ads")
TOKENS = {"ppv": TOKEN, "kevel": KEY, "amazon_ads": REFRESH_TOKEN}
TRUTH = {"ppv": Decimal(28), "kevel": Decimal(1262), "amazon_ads": Decimal(4326)}


def ppv(asked: Asked) -> Reply:
    """Two pages for each of the four parts of the day."""
    if "cursor" not in asked.query:
        return Reply({"rows": [row(Date=asked.query["from"], impressions="5")], "next_cursor": "2"})
    return Reply(
        {"rows": [row(Date=asked.query["from"], impressions="2", Site="elsewhere")], "next_cursor": None}
    )


class KevelWithout(Kevel):
    """A report without rows."""

    def _result(self, wanted: dict[str, object]) -> dict[str, object]:
        return {**super()._result(wanted), "Records": [], "TotalImpressions": 0}


class AmazonWithout(Amazon):
    """A report without rows."""

    def _storage(self, asked: Asked) -> Reply:
        return Reply([])


def server(name: str, *, empty: bool = False) -> Script:
    if name == "ppv":
        return (lambda asked: Reply({"rows": [], "next_cursor": None})) if empty else ppv
    if name == "kevel":
        return KevelWithout() if empty else Kevel()
    return AmazonWithout() if empty else Amazon()


@contextmanager
def asking(
    name: str, script: Script, behind: Script | None = None, **limits: int
) -> Iterator[ReportingClient]:
    described = connector.load(name)
    described = described.model_copy(update={"limits": described.limits.model_copy(update=limits)})
    with serving(script) as served:
        for one in (script, behind):
            if isinstance(one, Amazon):
                one.url = served.url
        environ = {**ENVIRON, "CAMPFILL_AMAZON_TOKEN_URL": f"{served.url}/auth/o2/token"}
        with ReportingClient(
            described, served.url, TOKENS[name], environ=environ, timezone=BERLIN, clock=QuickClock()
        ) as asked:
            yield asked


def fetched(name: str, script: Script, behind: Script | None = None, **limits: int) -> Fetched:
    with asking(name, script, behind, **limits) as asked:
        return asked.fetch(*day_window(DAY, BERLIN))


def total(found: Fetched) -> Decimal:
    return sum((line["impressions"] for line in found.table.to_pylist()), Decimal(0))


@pytest.mark.parametrize("name", NAMES)
def test_a_day_is_the_servers_though_one_request_was_too_many(name: str) -> None:
    behind = server(name)
    refused = [Reply({"message": "slow down"}, 429, {"Retry-After": "7"})]

    def script(asked: Asked) -> Reply:
        return refused.pop() if refused and "/token" not in asked.path else behind(asked)

    with asking(name, script, behind) as asked:
        found = asked.fetch(*day_window(DAY, BERLIN))
        clock = asked._clock
    assert isinstance(clock, QuickClock) and max(clock.slept) >= 7
    assert (total(found), found.refused, refused) == (TRUTH[name], (), [])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "said", [{"error": {"code": 500, "message": "quota"}}, {"code": 50000, "message": "quota", "data": None}]
)
def test_an_error_within_a_200_is_no_empty_day(name: str, said: dict[str, object]) -> None:
    behind = server(name)
    with pytest.raises(ReportingError):
        fetched(name, lambda asked: behind(asked) if "/token" in asked.path else Reply(said), behind)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_day_is_believed(name: str) -> None:
    found = fetched(name, server(name, empty=True))
    assert (found.rows, found.refused) == (0, ())


@pytest.mark.parametrize("name", NAMES)
def test_a_reached_cap_of_rows_fails_the_day(name: str) -> None:
    with pytest.raises(ReportingError, match="at most"):
        fetched(name, server(name), max_rows=1)


def test_the_last_page_of_each_part_is_read_and_no_further() -> None:
    found = fetched("ppv", ppv)
    assert (found.pages, found.requests, total(found)) == (8, 8, TRUTH["ppv"])
