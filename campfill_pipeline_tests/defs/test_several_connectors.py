"""Several reporting APIs in one home, each with its own token, days and failures, over real HTTP."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import dagster as dg
import psycopg
import pytest

from campfill_pipeline.commands import doctor, status, token
from campfill_pipeline.defs import asked_apis, delivery_steps, schedules, sensors
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.refresh import RefreshError, refresh
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.settings import SettingsError, load_settings
from campfill_pipeline.warehouse.delivery import coverage
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.readers.one_line import line_life
from campfill_pipeline_tests.reporting.descriptions import BEARER, DETAIL, HEAD, NUMBERS
from campfill_pipeline_tests.reporting.loopback import Asked, Loopback, Reply, serving
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, add_line, all_of

DAY = date(2025, 8, 5)
NOW = datetime(2025, 8, 6, 12, tzinfo=UTC)
OTHER = "c0000000-0000-0000-0000-000000000002"
OTHER_ID = UUID(OTHER)
QUICK = "max_retries = 0\ntotal_seconds = 20\n"


def api(campaign: str, impressions: int) -> Any:
    """An API that tells one row, at the first hour of any window, to whoever has the token `its-<impressions>`."""

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer its-{impressions}":
            return Reply({"error": "no"}, 401)
        row = {"Date": asked.query["from"], "Site": "A", "Core DSP Campaign ID": campaign}
        return Reply({"rows": [row | {"Total Impressions": impressions}]})

    return answer


@pytest.fixture
def served() -> Iterator[tuple[Loopback, Loopback]]:
    with serving(api(CAMPAIGN, 5)) as one, serving(api(OTHER, 7)) as two:
        yield one, two


@pytest.fixture
def home(
    tmp_path: Path, database_url: str, served: tuple[Loopback, Loopback], monkeypatch: pytest.MonkeyPatch
) -> Campfill:
    described = tmp_path / "ssp.toml"
    described.write_text(HEAD + NUMBERS + BEARER + DETAIL)
    monkeypatch.setenv("CAMPFILL_REPORTING_URL_SSP", served[1].url)
    monkeypatch.setenv("CAMPFILL_REPORTING_TOKEN_SSP", "its-7")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(
        {
            "CAMPFILL_HOME": str(tmp_path / "home"),
            "CAMPFILL_DATABASE_URL": database_url,
            "CAMPFILL_REPORTING_URL": served[0].url,
            "CAMPFILL_REPORTING_TOKEN": "its-5",
            "CAMPFILL_REPORTING_CONNECTOR": str(described),
            "CAMPFILL_CONNECTORS": str(described),
        },
        cwd=tmp_path,
    )
    settings.make_folders()
    with psycopg.connect(database_url, autocommit=True) as connection:
        attribute(connection, [add_line(connection, line, start=DAY, end=DAY) for line in (CAMPAIGN, OTHER)])
    return Campfill(settings, database_url, clock=lambda: NOW)


DAILY = "SELECT line_id::text, source, impressions FROM delivery_daily ORDER BY line_id"


def fetched(home: Campfill, only: str | None = None) -> list[tuple[str, str | None]]:
    return [
        (done.api, done.failure) for done in delivery_steps.fetch_days(home, [str(DAY)], "run", only=only)
    ]


def asked_of(home: Campfill, question: str) -> list[tuple[object, ...]]:
    with home.connect() as connection:
        return all_of(connection, question)


def test_each_is_asked_with_its_own_token_and_stored_under_its_name(
    home: Campfill, served: tuple[Loopback, Loopback]
) -> None:
    assert fetched(home) == [("api", None), ("ssp", None)]
    assert asked_of(home, DAILY) == [(CAMPAIGN, "api", 5), (OTHER, "ssp", 7)]
    assert len(served[0].asked) == len(served[1].asked) == 1
    assert fetched(home, only="ssp") == [("ssp", None)] and len(served[0].asked) == 1
    with home.connect() as connection:
        found = line_life(connection, OTHER_ID, home.settings.rules, as_of=DAY + timedelta(days=1))
    assert found is not None
    assert [(one["source"], one["days"], one["counted_days"]) for one in found.sources] == [("ssp", 1, 1)]


def test_one_that_is_down_holds_no_other_back_and_is_told(
    home: Campfill, runs_of: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPFILL_REPORTING_TOKEN_SSP", "wrong")
    document = refresh(runs_of, DAY, DAY)
    assert [(d["source"], d["status"]) for d in document["days"]] == [("api", "complete"), ("ssp", "failed")]
    [failure] = document["failures"]
    assert "ssp: The reporting API does not know the token" in failure and "campfill token ssp" in failure
    assert "CAMPFILL_REPORTING_TOKEN_SSP" in failure
    assert asked_of(home, "SELECT line_id::text, delivered, covered FROM fulfillment ORDER BY line_id") == [
        (CAMPAIGN, 5, True),
        (OTHER, 0, False),  # nobody told of it, and not all were heard
    ]
    monkeypatch.setenv("CAMPFILL_REPORTING_TOKEN_SSP", "its-7")
    assert refresh(runs_of, DAY, DAY, only="ssp")["failures"] == []
    assert asked_of(home, "SELECT line_id::text, delivered, covered FROM fulfillment ORDER BY line_id") == [
        (CAMPAIGN, 5, True),
        (OTHER, 7, True),
    ]
    with pytest.raises(RefreshError, match=r"called nobody\. There are: api, ssp"):
        refresh(runs_of, DAY, DAY, only="nobody")


@pytest.fixture
def runs_of(home: Campfill, instance: dg.DagsterInstance) -> LocalRuns:
    return LocalRuns(home, instance)


def test_one_that_is_badly_described_or_has_no_address_says_so_itself(
    home: Campfill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAMPFILL_REPORTING_URL_SSP")
    [first, (name, failure)] = fetched(home)
    assert (first, name) == (("api", None), "ssp")
    assert failure == "ssp: It has no address. Set CAMPFILL_REPORTING_URL_SSP."
    broken = tmp_path / "broken.toml"
    broken.write_text("name = 1")
    settings = load_settings(
        {
            "CAMPFILL_HOME": str(home.settings.home),
            "CAMPFILL_REPORTING_URL": home.settings.reporting_url or "",
            "CAMPFILL_REPORTING_TOKEN": "its-5",
            "CAMPFILL_REPORTING_CONNECTOR": home.settings.reporting_connector,
            "CAMPFILL_CONNECTORS": str(broken),
        },
        cwd=tmp_path,
    )
    other = Campfill(settings, home.url, clock=lambda: NOW)
    [first, (name, failure)] = fetched(other)
    assert (first, name) == (("api", None), "broken") and failure is not None and "broken.toml" in failure


def test_each_gets_runs_of_its_own(home: Campfill, instance: dg.DagsterInstance) -> None:
    hourly, nightly, *_ = schedules.schedules("Europe/Berlin")
    context = dg.build_schedule_context(instance, scheduled_execution_time=NOW, resources={"campfill": home})
    for schedule in (hourly, nightly):
        found = schedule.evaluate_tick(context).run_requests
        assert [request.tags.get("connector") for request in found or ()] == ["api", "ssp"]
    fetched(home, only="api")
    missing = sensors.missing_days(dg.build_sensor_context(instance, resources={"campfill": home}))
    assert isinstance(missing, dg.SensorResult)
    told = [(one.tags["connector"], one.tags["days"]) for one in missing.run_requests or ()]
    assert told == [("ssp", str(DAY))]


def test_where_nothing_is_asked_for_it_says_why(home: Campfill, instance: dg.DagsterInstance) -> None:
    def why() -> str:
        found = sensors.missing_days(dg.build_sensor_context(instance, resources={"campfill": home}))
        assert isinstance(found, dg.SkipReason)
        return found.skip_message or ""

    fetched(home)
    assert why() == "Every flight day of every known line was fetched."
    with home.connect() as connection:
        coverage.record_gone(connection, "api", DAY - timedelta(days=9), detail="gone", now=NOW)
    assert "Every flight day after 2025-07-27 was fetched." in why() and "are not judged" in why()
    with home.connect() as connection:
        connection.execute("UPDATE delivery_fetch SET status = 'failed' WHERE source = 'ssp'")
        coverage.record_failure(connection, "ssp", DAY, detail="no answer", now=NOW)
    assert "asked for again later: 1, the newest 2025-08-05" in why()


def test_a_token_is_stored_for_the_one_it_is_for(home: Campfill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAMPFILL_REPORTING_TOKEN_SSP")
    monkeypatch.setattr("sys.stdin", io.StringIO("its-7\n"))
    assert fetched(home)[1] == (
        "ssp",
        "ssp: The reporting API asks for a token, and there is none."
        " Run: campfill token ssp, or set CAMPFILL_REPORTING_TOKEN_SSP.",
    )
    token.run(home.settings, "ssp")
    file = home.settings.home / "reporting-token-ssp"
    assert (file.read_text(), file.stat().st_mode & 0o077) == ("its-7\n", 0)
    assert fetched(home) == [("api", None), ("ssp", None)]


def test_status_and_doctor_name_each(
    home: Campfill, served: tuple[Loopback, Loopback], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(home, only="api")
    assert status.facts(home.settings)["never_fetched"] == ["ssp"]
    monkeypatch.setenv("CAMPFILL_REPORTING_TOKEN_SSP", "wrong")
    found = {one.name: one.ok for one in doctor._reporting(home.settings)}
    assert found == {
        "connector": True, "reporting API": True, "connector ssp": True, "reporting API ssp": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "api=kevel",
        "csv",
        "x_day=kevel",
        "kevel, kevel",
        "=kevel",
        "a b=kevel",
        ",".join(f"n{n}=ppv" for n in range(14)),
    ],
)
def test_names_that_would_mix_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CAMPFILL_CONNECTORS"):
        load_settings({"CAMPFILL_CONNECTORS": text}, cwd=tmp_path)


def test_the_first_is_left_out_where_nothing_says_what_it_is(tmp_path: Path) -> None:
    settings = load_settings({"CAMPFILL_CONNECTORS": "kevel, austria=kevel"}, cwd=tmp_path)
    assert settings.asked == ("kevel", "austria")
    assert load_settings({}, cwd=tmp_path).asked == ("api",)
    assert asked_apis.why_none(Campfill(settings, "")) == (
        "kevel: The reporting API asks for a token, and there is none.",
        "Run: campfill token kevel, or set CAMPFILL_REPORTING_TOKEN_KEVEL.",
    )
