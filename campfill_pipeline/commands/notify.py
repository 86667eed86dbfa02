"""`campfill notify`: who is told, what stands, and whether a message reaches them.

Belongs here: terminal output. Does not belong here: sending (`telling`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import typer

from campfill_pipeline.commands import render
from campfill_pipeline.domain.notices import Digest, Kind
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, say_many, speaking, word
from campfill_pipeline.settings import Settings
from campfill_pipeline.telling import message, recipients, sending
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.notices import outbox
from campfill_pipeline.warehouse.postgres import server

GROUPS = {name: name for name in ("lines", "incidents", "lists", "delivery", "system", "counts")}
OFTEN = {"daily": "daily", "weekly": "weekly"}


def facts(settings: Settings) -> dict[str, Any]:
    """Recipients without their addresses, facts that stand, messages that wait. Raises RecipientsError."""
    who = recipients.read(settings.notify)
    now = datetime.now(UTC)
    today = now.astimezone(settings.timezone).date()
    with database.connect(server.database_url(settings)) as connection:
        standing = outbox.standing(connection, list(Kind), today=today)
        unsent = outbox.unsent(connection)
    return {
        "recipients": [
            {
                "name": each.key,
                "tell": sorted(each.groups),
                "digest": str(each.digest),
                "digest_at": f"{each.digest_at:%H:%M}",
                "workbook": each.workbook,
                "quiet": f"{each.quiet.begin:%H:%M}-{each.quiet.end:%H:%M}" if each.quiet else None,
            }
            for each in who
        ],
        "stands": [
            {"kind": each.kind, "since": each.begun_at, "line_id": each.line_id, "told": each.begun}
            for each in standing
        ],
        "waiting": [vars(each) for each in unsent],
    }


@render.aloud
def show(document: dict[str, Any]) -> None:
    """The same on a terminal."""
    if not document["recipients"]:
        typer.echo(say("Nobody is told: CAMPFILL_NOTIFY is not set."))
    for each in document["recipients"]:
        quiet = say(", quiet {hours}", hours=each["quiet"]) if each["quiet"] else ""
        workbook = say(" with the workbook") if each["workbook"] else ""
        digest = (
            say("no digest")
            if each["digest"] == Digest.NONE
            else say("{often} digest at {time}", often=word(OFTEN[each["digest"]]), time=each["digest_at"])
        )
        tell = ", ".join(word(GROUPS[group]) for group in each["tell"])
        typer.echo(f"{each['name']}: {tell}; {digest}{workbook}{quiet}")
    for each in document["waiting"]:
        tried = (
            say_many(
                "; tried {count} time: {told}", "; tried {count} times: {told}", each["attempts"],
                count=notation.number(each["attempts"]), told=retold(each["fault"]),
            )
            if each["fault"]
            else ""
        )  # fmt: skip
        typer.echo(
            say("Waits for {name}: {text}{tried}", name=each["recipient"], text=each["title"], tried=tried)
        )
    for each in document["stands"]:
        typer.echo(f"{render.at(each['since'])} UTC  {retold(each['told'])}")


@render.aloud
def show_tested(done: list[dict[str, Any]]) -> None:
    """What became of each test message."""
    for each in done:
        told = say("taken") if each["taken"] else say("not taken: {told}", told=retold(each["fault"]))
        typer.echo(f"{each['name']}: {told}")


def test(settings: Settings, name: str | None) -> tuple[list[dict[str, Any]], int]:
    """Send a message to every recipient, or to one; what became of each, and the exit code."""
    who = recipients.read(settings.notify)
    if not who:
        raise recipients.RecipientsError(
            "Nobody is to be told: CAMPFILL_NOTIFY is not set.",
            "Set it in .env: addresses, or the path of a TOML file.",
        )
    chosen = [each for each in who if name in (None, each.key)]
    if not chosen:
        raise recipients.RecipientsError(
            f"No recipient is called {name!r}.", f"There are: {', '.join(each.key for each in who)}."
        )
    with speaking(settings.language):
        test = message.Section(say("This is a test. What campfill has to tell will come this way."), ())
        words = message.worded(say("campfill: a test"), [test], None)
    done = []
    for each in chosen:
        outcome = sending.send(
            each.address,
            message_id=f"{uuid4()}@campfill",
            title=words.title,
            text=words.text,
            html=words.html,
        )
        done.append({"name": each.key, "taken": outcome.fault is None, "fault": outcome.fault})
    return done, 0 if all(each["taken"] for each in done) else 1
