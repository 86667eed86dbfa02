"""Every advertising platform that comes described, against a server that behaves as its public contract says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.errors import ReportingError
from campfill_pipeline.reporting.fetched import Fetched
from campfill_pipeline_tests.reporting.loopback import QuickClock, Reply, serving
from campfill_pipeline_tests.reporting.platform_servers import PLATFORMS, TOKEN, Platform, Truth
from campfill_pipeline_tests.reporting.test_first_three_platforms import NAMES as FIRST

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 2, 10)
DOCS = Path(__file__).parents[2] / "docs"
CONNECTORS = resources.files("campfill_pipeline.reporting") / "connectors"
NIGHT = datetime(2026, 2, 11, 3, tzinfo=UTC)
LINE = "0f2b4fcf-63ce-4178-add5-17e4f602a115"
DAILY = frozenset({"linkedin", "microsoft_advertising", "criteo", "pinterest", "adcp"})
IN_UTC = frozenset({"google_ad_manager", "xandr"})
ALL_AT_ONCE = frozenset({"display_video_360", "xandr", "microsoft_advertising"})
FIGURES = {("101", 0): 10, ("101", 13): 20, ("101", 23): 30, ("102", 13): 7, ("103", 5): 1}
ENVIRON = {
    "CAMPFILL_GOOGLE_CLIENT_ID": "id", "CAMPFILL_GOOGLE_CLIENT_SECRET": "secret", "CAMPFILL_GAM_NETWORK": "42",
    "CAMPFILL_DV360_ADVERTISERS": "11", "CAMPFILL_DV360_TIME_ZONE": "Europe/Berlin",
    "CAMPFILL_XANDR_USER": "someone", "CAMPFILL_META_ACCOUNTS": "11", "CAMPFILL_META_TIME_ZONE": "Europe/Berlin",
    "CAMPFILL_TIKTOK_ADVERTISERS": "11", "CAMPFILL_TIKTOK_TIME_ZONE": "Europe/Berlin",
    "CAMPFILL_GA4_PROPERTY": "99", "CAMPFILL_GA4_TIME_ZONE": "Europe/Berlin", "CAMPFILL_LINKEDIN_ACCOUNTS": "11",
    "CAMPFILL_MICROSOFT_CLIENT_ID": "id", "CAMPFILL_MICROSOFT_CLIENT_SECRET": "secret",
    "CAMPFILL_MICROSOFT_DEVELOPER_TOKEN": "developer", "CAMPFILL_MICROSOFT_CUSTOMER": "1",
    "CAMPFILL_MICROSOFT_ACCOUNT": "2", "CAMPFILL_CRITEO_CLIENT_ID": "id", "CAMPFILL_CRITEO_ADVERTISERS": "3",
    "CAMPFILL_PINTEREST_AD_ACCOUNT": "5", "CAMPFILL_PINTEREST_CAMPAIGNS": "101,102,103",
    "CAMPFILL_ADCP_ACCOUNTS": "acc",
}  # fmt: skip


def truth(name: str) -> Truth:
    """The same figures by the clock of each platform."""
    hours = {
        (key, datetime(2026, 2, 10, hour, tzinfo=BERLIN)): figure for (key, hour), figure in FIGURES.items()
    }
    if name == "google_ad_manager":  # it is asked for two days of UTC: what lies around the day comes along
        hours[("101", datetime(2026, 2, 11, 0, tzinfo=BERLIN))] = 1000
    zone = UTC if name in IN_UTC else BERLIN
    return {
        (key, hour.astimezone(zone).replace(tzinfo=None)): figure for (key, hour), figure in hours.items()
    }


@contextmanager
def asking(server: Platform, described: Connector | None = None) -> Iterator[ReportingClient]:
    described = described or connector.load(server.name)
    with serving(server) as served:
        server.url = served.url
        environ = {
            **ENVIRON,
            "CAMPFILL_GOOGLE_TOKEN_URL": f"{served.url}/token",
            "CAMPFILL_MICROSOFT_TOKEN_URL": f"{served.url}/token",
        }
        with ReportingClient(
            described, served.url, TOKEN, environ=environ, timezone=BERLIN, clock=QuickClock()
        ) as asked:
            yield asked


def fetched(server: Platform, described: Connector | None = None) -> Fetched:
    with asking(server, described) as asked:
        return asked.fetch(*day_window(DAY, BERLIN))


def by_line(found: Fetched) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in found.table.to_pylist():
        sums[row["campaign_id"]] = sums.get(row["campaign_id"], Decimal(0)) + row["impressions"]
    return sums


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_days_figures_are_the_servers(name: str) -> None:
    found = fetched(Platform(name, truth(name)))
    assert by_line(found) == {"101": 60, "102": 7, "103": 1}
    assert (found.refused, found.contradicting) == ((), 0)
    hours = {row["hour_utc"].astimezone(BERLIN).hour for row in found.table.to_pylist()}
    assert hours == ({0} if name in DAILY else {0, 5, 13, 23})


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_request_too_many_is_asked_again_when_the_platform_says(name: str) -> None:
    server = Platform(name, truth(name), throttled=True)
    with asking(server) as asked:
        found = asked.fetch(*day_window(DAY, BERLIN))
        clock = asked._clock
        assert isinstance(clock, QuickClock)
        assert max(clock.slept) >= 7
    assert by_line(found) == {"101": 60, "102": 7, "103": 1} and found.retries >= 1


@pytest.mark.parametrize("name", [name for name in PLATFORMS if name != "display_video_360"])
def test_an_error_within_a_200_is_no_empty_day(name: str) -> None:
    server = Platform(name, truth(name), broken=True)
    with pytest.raises(ReportingError):
        fetched(server)
    assert server.asked, "it failed before it asked: enter its variables in ENVIRON"


def test_a_failed_report_is_no_empty_day() -> None:
    with pytest.raises(ReportingError, match="FAILED"):
        fetched(Platform("display_video_360", truth("display_video_360"), broken=True))


def test_rows_that_the_platforms_own_total_has_are_missed() -> None:
    with pytest.raises(ReportingError, match=r"total|sum"):
        fetched(Platform("display_video_360", truth("display_video_360"), hold_back=5))


@pytest.mark.parametrize("name", PLATFORMS)
def test_an_empty_day_is_believed(name: str) -> None:
    found = fetched(Platform(name, {}))
    assert (found.rows, found.refused) == (0, ())


def test_an_answer_that_says_nothing_at_all_is_no_empty_day() -> None:
    with pytest.raises(ReportingError, match="no list of rows"):
        fetched(Platform("google_analytics_4", {}, silent=True))


def test_a_media_buy_whose_figures_are_late_fails_the_day() -> None:
    with pytest.raises(ReportingError, match=r"not here yet \(status: reporting_delayed\)"):
        fetched(Platform("adcp", truth("adcp"), silent=True))


def test_hours_of_days_that_were_not_asked_for_are_still_refused() -> None:
    figures = {**truth("tiktok"), ("104", datetime(2026, 2, 12, 3)): 9}
    found = fetched(Platform("tiktok", figures))
    assert [row.reasons[0].code for row in found.refused] == ["out_of_window"]


@pytest.mark.parametrize("name", ["google_ad_manager", "meta", "tiktok", "google_analytics_4"])
def test_the_last_page_is_read_and_no_further(name: str) -> None:
    server = Platform(name, truth(name))
    found = fetched(server)
    assert found.pages == 3  # of two rows each
    assert len(server.asked) == (3 if name != "google_ad_manager" else 7)


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_reached_cap_of_rows_fails_the_day(name: str) -> None:
    described = connector.load(name)
    rows = 1 if name == "pinterest" else 3
    capped = described.model_copy(update={"limits": described.limits.model_copy(update={"max_rows": rows})})
    with pytest.raises(ReportingError, match="at most"):
        fetched(Platform(name, truth(name)), capped)


WORDS = [
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]


def test_every_connector_has_a_server_and_stands_in_the_docs() -> None:
    """What a new connector must not lack; the recipe is in CONTRIBUTING.md."""
    shipped = {
        file.name.removesuffix(".toml") for file in CONNECTORS.iterdir() if file.name.endswith(".toml")
    }
    unserved = sorted(shipped - set(FIRST) - set(PLATFORMS))
    assert not unserved, (
        f"{', '.join(unserved)}: no test asks it. Write a server in platform_servers.py, enter it in _WIRES there,"
        " its variables in ENVIRON above, its name in DAILY, IN_UTC, ALL_AT_ONCE and test_the_last_page… where it fits."
    )
    told = (DOCS / "platforms.md").read_text("utf-8").partition("## Interfaces that come described")[2]
    listed = set(re.findall(r"^\| `(\w+)` \|", told.partition("\n## ")[0], re.M))
    assert listed == shipped, (
        f"docs/platforms.md, “Interfaces that come described”: give each connector its row. Without one:"
        f" {sorted(shipped - listed)}; a row without connector: {sorted(listed - shipped)}."
    )
    said = re.search(r"those of (\w+)\s+further platforms", (DOCS / "connect-your-api.md").read_text("utf-8"))
    further = WORDS[len(shipped - set(FIRST)) - 11]
    assert said is not None and said[1] == further, (
        f"docs/connect-your-api.md says “those of {said and said[1]} further platforms”; it must say “{further}”."
    )


def test_documented_caps_are_described() -> None:
    assert connector.load("linkedin").limits.max_rows == 15_000
    assert connector.load("criteo").limits.max_rows == 100_000


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_description_names_its_sources(name: str) -> None:
    head = (CONNECTORS / f"{name}.toml").read_text().split("\nname =")[0]
    assert ("Checked against" in head and "Not confirmed" in head) or name in ("linkedin", "criteo")


def test_throttling_that_meta_tells_by_400_fails_the_day_with_metas_words() -> None:
    said = {"error": {"message": "(#80000) There have been too many calls", "code": 80000}}
    with (
        serving(lambda asked: Reply(said, 400)) as served,
        pytest.raises(ReportingError, match="too many calls"),
        ReportingClient(
            connector.load("meta"), served.url, TOKEN, environ=ENVIRON, timezone=BERLIN, clock=QuickClock()
        ) as asked,
    ):
        asked.fetch(*day_window(DAY, BERLIN))
