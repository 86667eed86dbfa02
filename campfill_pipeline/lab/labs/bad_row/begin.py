"""Loads a list into `line`, row by row, and keeps a status. Usage: python load.py [FILE]."""

import csv
import os
import sys
from uuid import UUID

import psycopg
from pydantic import BaseModel, ValidationError

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"


class Row(BaseModel):
    """A row as it should be."""

    id: UUID
    name: str
    goal: int


with psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True) as db, open(file, newline="") as text:
    db.execute(
        "INSERT INTO upload VALUES (%s, 'saving') ON CONFLICT (file) DO UPDATE SET status = 'saving'", [file]
    )
    try:
        for row in csv.DictReader(text):
            valid = Row.model_validate(row)
            db.execute("INSERT INTO line VALUES (%s, %s, %s)", [valid.id, valid.name, valid.goal])
    except ValidationError as error:
        db.execute("UPDATE upload SET status = 'failed' WHERE file = %s", [file])
        sys.exit(f"the list is not valid: {error.errors()[0]['msg']}")
    db.execute("UPDATE upload SET status = 'loaded' WHERE file = %s", [file])
