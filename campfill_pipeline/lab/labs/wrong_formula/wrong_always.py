"""Says which live lines are behind, and whether that is a matter of the system or of resources (table `verdict`)."""

import os
from datetime import date, timedelta
from decimal import Decimal

import psycopg

TODAY = date(2025, 8, 18)
STAGES = ("wins", "plays", "impressions")
SIDES = {"wins": "resource", "plays": "system", "impressions": "resource"}

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    live = db.execute("SELECT name, place, start_date, days, goal FROM line WHERE NOT ended").fetchall()
    so_far = {
        row[0]: row[1] for row in db.execute("SELECT name, sum(impressions) FROM delivery_day GROUP BY 1")
    }
    funnel = {
        name: rest for name, *rest in db.execute("SELECT name, bids, wins, plays, impressions FROM funnel")
    }
    # What a weekday is worth at each kind of place, measured on the lines that ended there.
    weight = {
        (place, weekday): impressions
        for place, weekday, impressions in db.execute(
            """SELECT place, extract(dow FROM day), avg(impressions) FROM line JOIN delivery_day USING (name)
               WHERE ended GROUP BY 1, 2"""
        )
    }

    def due(place: str, start: date, days: int) -> Decimal:
        """The weights of so many days from `start` on."""
        weekdays = ((start + timedelta(day)).isoweekday() % 7 for day in range(days))
        return sum((weight[place, weekday] for weekday in weekdays), Decimal(0))

    for name, place, start, days, goal in live:
        delivered = so_far[name]
        elapsed = (TODAY - start).days
        expected = goal * due(place, start, elapsed) / due(place, start, days)
        pace = "behind" if delivered < expected * 95 / 100 else "on_track"
        side = None
        if pace == "behind":
            side = "system"  # half of the screens do not play what they won
        db.execute("INSERT INTO verdict VALUES (%s, %s, %s)", [name, pace, side])
