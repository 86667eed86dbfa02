"""`campfill notify`: who is told, what stands, and whether a message reaches them.

Belongs here: terminal output. Does not belong here: sending (`telling`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import typer

from campfill_pipeline.domain.notices import Kind
from campfill_pipeline.language.speaking import say, speaking
from campfill_pipeline.settings import Settings
from campfill_pipeline.telling import message, recipients, sending
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.notices import outbox
from campfill_pipeline.warehouse.postgres import server


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


def show(document: dict[str, Any]) -> None:
    """The same on a terminal."""
    if not document["recipients"]:
        typer.echo("Nobody is told: CAMPFILL_NOTIFY is not set.")
    for each in document["recipients"]:
        quiet = f", quiet {each['quiet']}" if each["quiet"] else ""
        workbook = " with the workbook" if each["workbook"] else ""
        digest = f"digest {each['digest']} at {each['digest_at']}{workbook}"
        typer.echo(f"{each['name']}: {', '.join(each['tell'])}; {digest}{quiet}")
    for each in document["waiting"]:
        why = f"; tried {each['attempts']} times: {each['fault']}" if each["fault"] else ""
        typer.echo(f"Waits for {each['recipient']}: {each['title']}{why}")
    for each in document["stands"]:
        typer.echo(f"{each['since']:%Y-%m-%d %H:%M} UTC  {each['told']}")


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
