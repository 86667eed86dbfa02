"""What the figures tell: lines that fall behind, come back or end short; incidents that begin and end.

Called at the end of each refresh, in its transaction. Belongs here: which lines and hours these are. Does not belong
here: the sentence about a line (`domain/attention`), computing anything.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from campfill_pipeline.domain.attention import Situation, money, percent, sentence, whole
from campfill_pipeline.domain.causes import Cause
from campfill_pipeline.domain.fulfillment import FulfillmentRules, Lifecycle
from campfill_pipeline.domain.notices import LINE_STATES, NEW_FOR_DAYS, SHORT_FOR_DAYS, Kind
from campfill_pipeline.language.speaking import say, say_many
from campfill_pipeline.warehouse.notices.facts import Ending, Fact, begin, end
from campfill_pipeline.warehouse.statements import query

BACK_ABOVE = Decimal("0.02")
"""A line is back once its pace is so much above the limit at which it fell behind: else it would come and go daily."""


def tell(conn: psycopg.Connection, rules: FulfillmentRules, *, as_of: date, now: datetime) -> None:
    """Note what began and what is over by the figures as they stand; part of the caller's transaction.

    The first time, what stands already is only noted: a home with a past does not begin with a thousand alarms.
    """
    first = conn.execute(query("notices/of_figures", "first look"), {"now": now}).rowcount == 1
    values = {
        "as_of": as_of,
        "days": SHORT_FOR_DAYS,
        "new_days": NEW_FOR_DAYS,
        "back": rules.behind_below + BACK_ABOVE,
        "line_states": [str(kind) for kind in LINE_STATES],
    }
    end(conn, _lines_over(conn, values), now=now)
    begin(conn, _lines_begun(conn, values), now=now, told=not first)
    _incidents(conn, rules, as_of=as_of, now=now, told=not first)


def _lines_begun(conn: psycopg.Connection, values: dict[str, object]) -> list[Fact]:
    facts = []
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(query("notices/of_figures", "lines begun"), values):
            kind, line_id, name = Kind(row.pop("kind_of_fact")), row.pop("line_id"), row.pop("name")
            row["cause"] = Cause(row["cause"]) if row["cause"] else None
            now = Situation(**row)
            facts.append(
                Fact(
                    kind,
                    str(line_id),
                    say("{line}: {told}", line=name, told=sentence(now)),
                    line_id,
                    weight=now.value_at_risk_eur,
                )
            )
    return facts


def _lines_over(conn: psycopg.Connection, values: dict[str, object]) -> list[Ending]:
    found = []
    for number, kind, name, lifecycle, pct, index, gone_short in conn.execute(
        query("notices/of_figures", "lines over"), values
    ).fetchall():
        told: str | None
        if name is None:
            told = say("It is in no list any more.")
        elif lifecycle == Lifecycle.CANCELLED:
            told = say("{line}: it was cancelled.", line=name)
        elif kind == Kind.LINE_SHORT:
            told = say(
                "{line}: what was missing has come; it stands at {share} of its goal.",
                line=name,
                share=percent(pct),
            )
        elif lifecycle == Lifecycle.LIVE:
            pace = "" if index is None else say(" at {share} of its pace", share=percent(index * 100))
            told = say("{line}: back on course{pace}.", line=name, pace=pace)
        elif lifecycle == Lifecycle.SCHEDULED:
            told = say("{line}: its flight was moved, it has not begun.", line=name)
        else:
            # Where it ended short, that is a fact of its own, told in the same message.
            told = (
                None
                if gone_short
                else say("{line}: ended at {share} of its goal.", line=name, share=percent(pct))
            )
        found.append(Ending(number, told))
    return found


def _incidents(
    conn: psycopg.Connection, rules: FulfillmentRules, *, as_of: date, now: datetime, told: bool
) -> None:
    zone = ZoneInfo(rules.timezone)
    oldest = as_of - timedelta(days=SHORT_FOR_DAYS)
    standing = {
        subject: number
        for number, _, subject in conn.execute(
            query("notices/facts", "standing"), {"kinds": [str(Kind.INCIDENT)]}
        ).fetchall()
    }
    noted = {
        subject for (subject,) in conn.execute(query("notices/of_figures", "incidents noted")).fetchall()
    }
    facts, endings, seen = list[Fact](), list[Ending](), set[str]()
    over: list[tuple[str, str]] = []
    for site, begun, until, silence, lines, lost, eur, _, gives_again in conn.execute(
        query("notices/of_figures", "incidents"), {"timezone": rules.timezone}
    ).fetchall():
        subject = f"{site} {begun.astimezone(zone):%Y-%m-%d %H:%M}"
        seen.add(subject)
        if subject not in noted and begun.astimezone(zone).date() >= oldest:
            facts.append(
                Fact(
                    Kind.INCIDENT,
                    subject,
                    say_many(
                        "{site} was {silence} from {from} to {to}: {lines} line lost {amount} impressions ({euros}).",
                        "{site} was {silence} from {from} to {to}: {lines} lines lost {amount} impressions ({euros}).",
                        lines,
                        **{"from": f"{begun.astimezone(zone):%d %b %H:%M}"},
                        site=site,
                        silence=silence,
                        to=f"{until.astimezone(zone):%d %b %H:%M}",
                        lines=lines,
                        amount=whole(lost),
                        euros=money(eur),
                    ),
                    weight=eur,
                )
            )
        if gives_again:
            again = say(
                "{site} gives again since {moment}.",
                site=site,
                moment=f"{until.astimezone(zone):%d %b %H:%M}",
            )
            over.append((subject, again))
    begin(conn, facts, now=now, told=told)
    standing |= {
        subject: number
        for number, _, subject in conn.execute(
            query("notices/facts", "standing"), {"kinds": [str(Kind.INCIDENT)]}
        ).fetchall()
    }
    endings += [Ending(standing[subject], words) for subject, words in over if subject in standing]
    endings += [
        Ending(number, say("What was missing has come: no incident is left."))
        for subject, number in standing.items()
        if subject not in seen
    ]
    end(conn, endings, now=now)
