"""One make-good from owed to closed, by the commands, delivery from exports; told by page, workbook and terminal."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from campfill_pipeline.cli import app
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.reports import payload
from campfill_pipeline.warehouse.readers.page import reading
from campfill_pipeline_tests.defs.test_care_sheet import workbook_of
from campfill_pipeline_tests.lists import line_id, row, write_list

HEAD = "Date,Core DSP Campaign Name,Core DSP Campaign ID,Deal Name,Deal ID,Campaign Purchase Type,Total Impressions\n"
SHORT, OTHER = line_id(1), line_id(2)
DAY = timedelta(days=1)


def export(path: Path, first: date, hourly: dict[str, int], days: int) -> Path:
    """An export of all hours from the day before on, in UTC: the same each hour, or none."""
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - DAY
    rows = [
        f"{begin + timedelta(hours=hour):%Y-%m-%dT%H}:00:00.000Z,Line,{line},,,guaranteed,{count}\n"
        for hour in range(24 * (days + 2)) for line, count in hourly.items()
    ]  # fmt: skip
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return path


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_a_make_good_is_told_in_each_of_its_states(
    tmp_path: Path, runs: LocalRuns, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPFILL_HOME", str(runs.campfill.settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    today = datetime.now(UTC).astimezone(runs.campfill.settings.timezone).date()
    start, end = today - 8 * DAY, today - 5 * DAY
    rows = [
        row(1, goal=10_000, runtime=f"{start:%d.%m.%Y}-{end:%d.%m.%Y}"),
        row(2, goal=90_000, runtime=f"{today - 4 * DAY:%d.%m.%Y}-{today + 30 * DAY:%d.%m.%Y}"),
    ]

    def run(*words: object) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == 0, done.output
        return done.output

    def told(state: str, amounts: str) -> dict[str, Any]:
        """What line, sheet and page say of the make-good."""
        said = run("line", SHORT)
        assert f"make-good: {state}: {amounts}" in said, said
        with runs.campfill.connect() as connection:
            data = reading.load(connection, runs.campfill.settings.rules, as_of=today)
        goods: Any = payload.care(data)[SHORT.replace("-", "")]["make_goods"]
        assert [one["state"] for one in goods] == [state]
        head, *lines = load_workbook(workbook_of(runs, tmp_path / f"{state}.xlsx"))["Care"].values
        (of_it,) = (line for line in lines if SHORT in line)
        assert str(of_it[head.index("Make-goods, as they stand")]).startswith(f"{state}: {amounts}")
        found: dict[str, Any] = json.loads(run("care", SHORT, "--json"))["make_goods"][0]
        assert found["state"] == state
        return found

    # Owed: it ended 5,200 short, on days that are all known.
    of_short = export(tmp_path / "a.csv", start, {SHORT: 50}, days=4)
    of_both = export(tmp_path / "b.csv", today - 4 * DAY, {OTHER: 100, SHORT: 0}, days=3)
    ingest(runs, [write_list(tmp_path / "list.xlsx", rows), of_short, of_both])
    assert json.loads(run("line", SHORT, "--json"))["figures"]["lifecycle"].startswith("ended")
    missing = json.loads(run("line", SHORT, "--json"))["figures"]["shortfall"]

    # Agreed, changed as days pass, and more than is owed is said to be.
    agree = ("care", SHORT, "--by", OTHER, "--make-good")
    run(*agree, 4_800, "--from", today + DAY, "--to", today + 3 * DAY)
    good = told("agreed", "0 of 4,800")
    assert good["owed"] == missing
    number = good["make_good"]
    change = ("--change", number)
    run(*agree, 4_800, "--from", today - DAY, "--to", today + DAY, *change)
    told("delivering", "2,")
    more = run(*agree, 90_000, "--from", today - 3 * DAY, "--to", today - DAY, *change)
    assert "Warning" in more and "90,000" in more
    told("short", "7,")
    run(*agree, 4_800, "--from", today - 3 * DAY, "--to", today - DAY, *change)
    told("delivered", "4,800 of 4,800")
    run("care", "--close", number, "--note", "invoiced")
    assert told("closed", "4,800 of 4,800")["closed_text"] == "invoiced"
