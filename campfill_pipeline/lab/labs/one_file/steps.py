"""The six steps from a file to a page. Each reads what others left behind, and leaves something itself.

This file is right; the order in which pipeline.py calls the steps is the exercise.
"""

import csv
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg

db = psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True)


def read() -> None:
    """list.xlsx → table cell. (A workbook is a zip file of XML; each cell has its address.)"""
    with zipfile.ZipFile("list.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        shared = re.findall(r"<t[^>]*>(.*?)</t>", book.read("xl/sharedStrings.xml").decode())
    db.execute("TRUNCATE cell")
    for address, kind, value in re.findall(r'<c r="([A-Z]+\d+)"(?:[^>]*?t="(s)")?[^>]*><v>(.*?)</v>', sheet):
        db.execute("INSERT INTO cell VALUES (%s, %s)", [address, shared[int(value)] if kind else value])


def judge() -> None:
    """cell → verdict. A row with a name in column A and a whole goal in column B is good."""
    db.execute(
        """TRUNCATE verdict; INSERT INTO verdict
           SELECT name.value, goal.value::bigint FROM cell AS name
           JOIN cell AS goal ON goal.address = 'B' || substr(name.address, 2)
           WHERE name.address LIKE 'A%' AND goal.value ~ '^[0-9]+$'"""
    )


def store() -> None:
    """verdict → line."""
    db.execute(
        """INSERT INTO line SELECT name, goal FROM verdict
           ON CONFLICT (name) DO UPDATE SET goal = excluded.goal"""
    )


def deliver() -> None:
    """delivery.csv → delivered."""
    db.execute("TRUNCATE delivered")
    for row in csv.DictReader(Path("delivery.csv").read_text().splitlines()):
        db.execute("INSERT INTO delivered VALUES (%s, %s)", [row["name"], row["impressions"]])


def fulfil() -> None:
    """line, delivered → fulfillment."""
    db.execute(
        """TRUNCATE fulfillment; INSERT INTO fulfillment
           SELECT name, round(100 * impressions / goal, 1) FROM line JOIN delivered USING (name)"""
    )


def page() -> None:
    """fulfillment → page.txt."""
    rows = db.execute("SELECT name, pct FROM fulfillment ORDER BY name").fetchall()
    Path("page.txt").write_text("".join(f"{name}: {pct} %\n" for name, pct in rows))


STEPS: dict[str, Callable[[], None]] = {
    step.__name__: step for step in (deliver, fulfil, judge, page, read, store)
}


def run(name: str) -> None:
    """Run one step and note it in the diary."""
    db.execute("INSERT INTO diary (step) VALUES (%s)", [name])
    STEPS[name]()
