"""Loads a list into `line`, row by row, and keeps a status. Usage: python load.py [FILE]."""

import csv
import os
import sys
from uuid import UUID

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"


class ValidationError(Exception):
    """A row that cannot be used."""


def checked(row: dict[str, str]) -> tuple[UUID, str, int]:
    """The row's values. Raises ValidationError."""
    try:
        return UUID(row["id"]), row["name"], int(row["goal"])
    except ValueError as error:
        raise ValidationError(f"{row['id']}: {error}") from error


with psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True) as db, open(file, newline="") as text:
    db.execute(
        "INSERT INTO upload VALUES (%s, 'saving') ON CONFLICT (file) DO UPDATE SET status = 'saving'", [file]
    )
    try:
        for row in csv.DictReader(text):
            db.execute("INSERT INTO line VALUES (%s, %s, %s)", checked(row))
    except ValidationError as error:
        db.execute("UPDATE upload SET status = 'failed' WHERE file = %s", [file])
        sys.exit(f"the list is not valid: {error}")
    db.execute("UPDATE upload SET status = 'loaded' WHERE file = %s", [file])
