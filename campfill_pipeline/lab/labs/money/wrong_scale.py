"""Adds fees, revenue and goals, and stores them, with the four decimals of a CPM, in the tables `bill` and `promised`. Usage: python bill.py."""

import csv
import os
from decimal import Decimal

import psycopg


def column(file: str, name: str) -> list[str]:
    """One column of a CSV file, as it was typed."""
    with open(file, newline="") as text:
        return [row[name] for row in csv.DictReader(text)]


fees = Decimal(0)
for fee in column("fees.csv", "eur"):
    fees += Decimal(fee)
revenue = Decimal(0)
for impressions, cpm in zip(
    column("delivered.csv", "impressions"), column("delivered.csv", "cpm"), strict=True
):
    revenue += Decimal(impressions) / 1000 * Decimal(cpm)
turnover = Decimal(0)
for typed in column("turnover.csv", "eur"):
    turnover += Decimal(typed)

with psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True) as db:
    db.execute("CREATE TABLE bill (what text, eur numeric(20, 4))")
    for what, eur in (("fees", fees), ("revenue", revenue), ("turnover", turnover)):
        db.execute("INSERT INTO bill VALUES (%s, %s)", [what, eur])
    db.execute("CREATE TABLE promised (impressions bigint)")
    db.execute("INSERT INTO promised VALUES (%s)", [sum(int(goal) for goal in column("goals.csv", "goal"))])
