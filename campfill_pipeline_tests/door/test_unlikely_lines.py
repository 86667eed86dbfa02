"""The door's list of lines to look at ends with those that have not begun and ask too much of their sites."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import psycopg

from campfill_pipeline.door.questions import Questions
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.kept_connections import KeptConnections
from campfill_pipeline_tests.warehouse.test_best_weeks import refreshed, upcoming, weeks_at_malls


def test_lines_that_ask_too_much_come_last(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    weeks_at_malls(connection)
    most, more = upcoming(connection, 13_020), upcoming(connection, 4_202)
    refreshed(connection)
    connection.commit()
    kept = KeptConnections(lambda: database_url)
    try:
        questions = Questions(load_settings({}, cwd=tmp_path), kept)
        found = questions.attention(None, 10)
        assert [row["line_id"] for row in found] == [most, more]
        assert found[0]["unlikely_goal"].startswith("It needs 3.1 times the best week")
        assert (found[0]["lifecycle"], found[0]["missing"]) == ("scheduled", None)
        assert questions.attention(most, 10) == found[1:]
        assert questions.attention(UUID(int=more.int), 10) == []
    finally:
        kept.close()
