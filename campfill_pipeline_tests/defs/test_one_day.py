"""The clock is read once per piece of work: midnight may pass meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime

from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.refresh import refresh
from campfill_pipeline.settings import load_settings
from campfill_pipeline_tests.reporting.loopback import Asked, Reply, serving

BEFORE = datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC)  # a second before midnight in Berlin
AFTER = datetime(2026, 11, 20, 23, 0, 5, tzinfo=UTC)


def test_a_refresh_that_crosses_midnight_stays_with_its_day(runs: LocalRuns) -> None:
    """Its first look at the clock decides: what is fetched, and as of when figures are computed."""
    looks = iter([BEFORE])
    runs.campfill.clock = lambda: next(looks, AFTER)

    def script(asked: Asked) -> Reply:
        return Reply({"rows": [], "next_cursor": None})

    with serving(script) as served:
        environ = {
            "CAMPFILL_HOME": str(runs.campfill.settings.home),
            "CAMPFILL_REPORTING_URL": served.url,
            "CAMPFILL_REPORTING_TOKEN": "t",
            "CAMPFILL_RESTATE_DAYS": "1",
        }
        runs.campfill.settings = load_settings(environ, cwd=runs.campfill.settings.home)
        document = refresh(runs, None, None)
    assert (document["from"], document["to"]) == (date(2026, 11, 19), date(2026, 11, 20))
    assert [(day["day"].day, day["status"]) for day in document["days"]] == [
        (19, "complete"),
        (20, "complete"),
    ]
    assert document["failures"] == []
    with runs.campfill.connect() as connection:
        assert connection.execute("SELECT as_of FROM fulfillment_state").fetchall() == [(date(2026, 11, 20),)]
    assert runs.campfill.today == date(2026, 11, 21)
