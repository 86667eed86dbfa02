"""The schema is made by migrations, safely from two processes at once."""

import psycopg


def test_a_fresh_database_has_the_contract_tables(connection: psycopg.Connection) -> None:
    tables = {
        row[0]
        for row in connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'campfill'"
        )
    }
    assert {"upload", "upload_issue", "line", "line_revision"} <= tables
