"""Each interface that comes described, as a refresh stores it: the same six cases for all fourteen.

A whole day and its last page, a request too many, an empty day, an error within a 200, a reached cap of rows, and a day
that is gone: what is right is stored to the server's truth, what is not leaves the day as it was and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib import resources
from pathlib import Path

import psycopg
import pytest

from campfill_pipeline.defs import delivery_steps
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.reporting import client
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline_tests.reporting import amazon_server
from campfill_pipeline_tests.reporting import test_first_three_platforms as first_three
from campfill_pipeline_tests.reporting import test_platforms as of_platforms
from campfill_pipeline_tests.reporting.amazon_server import Amazon
from campfill_pipeline_tests.reporting.loopback import QuickClock, Reply, Script, serving
from campfill_pipeline_tests.reporting.platform_servers import PLATFORMS, TOKEN, Platform
from campfill_pipeline_tests.reporting.test_platforms import DAY, LINE, NIGHT
from campfill_pipeline_tests.warehouse.delivery_rows import add_line, all_of

FIRST = first_three.NAMES
OF_THE_LINE = {"ppv": Decimal(28), "kevel": Decimal(1250), "amazon_ads": Decimal(4321)}
TOLD = "SELECT line_id::text, day, impressions FROM delivery_daily"
LATEST = "SELECT status, rows FROM delivery_fetch WHERE day = %s ORDER BY fetched_at DESC LIMIT 1"


def throttled(behind: Script) -> Script:
    """The server, after a first request that was too many."""
    refused = [Reply({"message": "slow down"}, 429, {"Retry-After": "7"})]
    return lambda asked: refused.pop() if refused and "/token" not in asked.path else behind(asked)


def with_an_error(behind: Script) -> Script:
    """The server, but each answer is an error within a 200."""
    return lambda asked: (
        behind(asked) if "/token" in asked.path else Reply({"code": 50000, "message": "quota"})
    )


class Case:
    """One platform: its server as a test wants it, and what a refresh makes of it."""

    def __init__(self, name: str, folder: Path, url: str, setenv: Callable[[str, str], None]) -> None:
        self.name, self.folder, self.url, self.setenv = name, folder, url, setenv

    @contextmanager
    def _served(self, fault: str) -> Iterator[str]:
        if self.name in FIRST:
            behind = first_three.server(self.name, empty=fault == "empty")
            script = {"throttled": throttled, "error": with_an_error}.get(fault, lambda one: one)(behind)
        else:
            figures = {} if fault == "empty" else of_platforms.truth(self.name)
            behind = Platform(self.name, figures, throttled=fault == "throttled", broken=fault == "error")
            script = behind
        with serving(script) as served:
            if isinstance(behind, Platform | Amazon):
                behind.url = served.url
            for owner in ("GOOGLE", "MICROSOFT"):
                self.setenv(f"CAMPFILL_{owner}_TOKEN_URL", f"{served.url}/token")
            self.setenv("CAMPFILL_AMAZON_TOKEN_URL", f"{served.url}/auth/o2/token")
            yield served.url

    def refreshed(self, fault: str = "") -> delivery_steps.DayDone:
        """What `campfill refresh` does of the day."""
        described = self._capped() if fault == "cap" else self.name
        with self._served(fault) as address:
            settings = load_settings(
                {
                    "CAMPFILL_HOME": str(self.folder),
                    "CAMPFILL_REPORTING_URL": address,
                    "CAMPFILL_REPORTING_TOKEN": first_three.TOKENS.get(self.name, TOKEN),
                    "CAMPFILL_REPORTING_CONNECTOR": described,
                    "CAMPFILL_DATABASE_URL": self.url,
                },
                cwd=self.folder.parent,
            )
            settings.make_folders()
            home = Campfill(settings, self.url, clock=lambda: NIGHT)
            [done] = delivery_steps.fetch_days(home, [DAY.isoformat()], "run")
            return done

    def _capped(self) -> str:
        """The description that comes along with a cap of rows that the day reaches, as a file."""
        text = (
            resources.files("campfill_pipeline.reporting") / "connectors" / f"{self.name}.toml"
        ).read_text("utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("max_rows")]
        cap = 1 if self.name in (*FIRST, "pinterest") else 3
        lines.insert(lines.index("[limits]") + 1, f"max_rows = {cap}")
        file = self.folder / f"{self.name}.toml"
        file.write_text("\n".join(lines), encoding="utf-8")
        return str(file)


@pytest.mark.parametrize("name", [*FIRST, *PLATFORMS])
def test_a_day_is_stored_to_the_servers_truth_and_no_fault_takes_it_away(
    name: str, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SystemClock", QuickClock)
    for key, value in (of_platforms.ENVIRON | amazon_server.ENVIRON).items():
        monkeypatch.setenv(key, value)
    case = Case(name, tmp_path, database_url, monkeypatch.setenv)
    truth = [(LINE, DAY, OF_THE_LINE.get(name, Decimal(60)))]
    with psycopg.connect(database_url, autocommit=True) as connection:
        number = add_line(connection, LINE, start=DAY, end=DAY)
        connection.execute("UPDATE line_register SET external_id = '101' WHERE line_no = %s", (number,))
        attribute(connection, [number])

        def status() -> object:
            return all_of(connection, LATEST, DAY)[0][0]

        assert case.refreshed("error").failure  # nothing was stored before, and nothing is now
        assert status() == "failed"
        assert (case.refreshed("empty").failure, status(), all_of(connection, TOLD)) == (None, "complete", [])
        done = case.refreshed("throttled")
        assert (done.failure, status(), all_of(connection, TOLD)) == (None, "complete", truth)
        assert case.refreshed().failure is None  # the same day again
        assert all_of(connection, TOLD) == truth
        assert case.refreshed("error").failure
        assert all_of(connection, TOLD) == truth
        assert "at most" in (case.refreshed("cap").failure or "")
        assert all_of(connection, TOLD) == truth
        assert case.refreshed("empty").failure
        assert all_of(connection, TOLD) == truth
