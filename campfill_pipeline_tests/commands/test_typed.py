"""Days that people type: both notations, and a sentence with the mend for what is no day."""

from __future__ import annotations

from datetime import date

import pytest
import typer

from campfill_pipeline.commands import refresh, typed


def test_a_day_is_read_in_english_and_in_german_notation() -> None:
    assert (
        typed.day("2026-11-23") == typed.day("23.11.2026") == typed.day(" 23.11.2026 ") == date(2026, 11, 23)
    )


@pytest.mark.parametrize("text", ["31.02.2026", "2026-13-01", "today", "", "23/11/2026", "٣٠٠"])
def test_what_is_no_day_is_told_with_the_two_ways_to_write_one(text: str) -> None:
    with pytest.raises(
        typer.BadParameter, match=r"no day of the calendar. Write it like 2026-11-23 or 23.11.2026"
    ):
        typed.day(text)


@pytest.mark.parametrize("text", ["9999-12-31", "31.12.1999", "0001-01-01"])
def test_a_day_that_nobody_can_mean_is_told_with_the_range(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no day from 2000 to 2100"):
        typed.day(text)


def test_days_that_all_failed_are_not_told_as_here(capsys: pytest.CaptureFixture[str]) -> None:
    day = {"day": date(2026, 5, 1), "source": "api", "rows": 0, "refused": 0, "status": "failed"}
    refresh.show_fetched({"days": [day], "failures": ["The token is not known."]})
    told = " ".join(capsys.readouterr().err.split())
    assert "None of these days is here." in told
    assert "up to date" not in told
    here = day | {"status": "complete", "rows": 7}
    refresh.show_fetched({"days": [day, here], "failures": ["The token is not known."]})
    assert "1 day here, 7 rows" in " ".join(capsys.readouterr().err.split())
