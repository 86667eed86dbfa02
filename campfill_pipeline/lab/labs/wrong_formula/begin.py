"""Says which live lines are behind, and whether that is a matter of the system or of resources (table `verdict`)."""

import os
from datetime import date

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
    for name, _place, start, days, goal in live:
        delivered = so_far[name]
        elapsed = (TODAY - start).days
        expected = goal * elapsed / days  # a straight line from nothing to the goal
        pace = "behind" if delivered < expected * 95 / 100 else "on_track"
        side = None
        if pace == "behind":
            mine = funnel[name]
            (others,) = db.execute(
                """SELECT sum(bids), sum(wins), sum(plays), sum(impressions) FROM funnel
                   WHERE period = 'now' AND name <> %s""",
                [name],
            ).fetchall()
            # The stage that is weakest beside the other lines of the same hours.
            ratio = {
                stage: (mine[i + 1] / mine[i]) / (others[i + 1] / others[i]) for i, stage in enumerate(STAGES)
            }
            side = SIDES[min(STAGES, key=lambda stage: ratio[stage])]
        db.execute("INSERT INTO verdict VALUES (%s, %s, %s)", [name, pace, side])
