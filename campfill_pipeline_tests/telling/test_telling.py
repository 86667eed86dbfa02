"""People are told: each fact once when it begins and once when it is over, through real servers on loopback."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import dagster as dg
import psycopg
import pytest

from campfill_pipeline.defs import telling
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.notices import Digest, Group, Kind, quiet_hours
from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.language.speaking import Language
from campfill_pipeline.settings import load_settings
from campfill_pipeline.telling import digest, post, recipients
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.notices import facts, goals, quiet
from campfill_pipeline.warehouse.register import ledger
from campfill_pipeline.warehouse.register.decision import Decision
from campfill_pipeline_tests.telling.doubles import Mailbox, http_receiver, mail_server
from campfill_pipeline_tests.warehouse.facts import add_line, deliver, fetch
from campfill_pipeline_tests.warehouse.oracle import days

TODAY = date(2026, 5, 20)
DAY = timedelta(1)
NOON = datetime(2026, 5, 20, 10, tzinfo=UTC)
LINE = UUID("c0000000-0000-0000-0000-000000000001")


@dataclass
class World:
    """A home with a mail server and an HTTP receiver; `later` moves its clock and lets the messages out."""

    campfill: Campfill
    mailbox: Mailbox
    posted: list[dict[str, Any]]
    instance: dg.DagsterInstance
    port: int
    now: datetime = NOON
    faults: list[str] = field(default_factory=list)

    def later(self, after: timedelta = timedelta(minutes=2)) -> None:
        """The sensor looks, and the job it asks for is run, after so long."""
        self.now += after
        context = dg.build_sensor_context(instance=self.instance, resources={"campfill": self.campfill})
        if isinstance(telling.notices(context), dg.RunRequest):
            assert telling.tell_job.execute_in_process(
                instance=self.instance, resources={"campfill": self.campfill}
            ).success

    def connect(self) -> contextlib.AbstractContextManager[psycopg.Connection]:
        return self.campfill.connect()

    def refresh(self, day: date = TODAY) -> None:
        with self.connect() as connection:
            fetch(connection, days(day - 60 * DAY, day - DAY))
            refresh(connection, FulfillmentRules(), as_of=day, now=self.now)


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    mailbox, posted = Mailbox(), list[dict[str, Any]]()
    with (
        mail_server(mailbox) as port,
        http_receiver(posted) as web,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        file = tmp_path / "notify.toml"
        file.write_text(
            f'[[recipient]]\nname = "planning"\naddress = "mailto://127.0.0.1:{port}?from=campfill@example.com'
            f'&to=planning@example.com"\ndigest = "none"\n'
            f'[[recipient]]\nname = "chat"\naddress = "json://127.0.0.1:{web}/"\ndigest = "none"\n'
        )
        environ = {"CAMPFILL_HOME": str(tmp_path / "home"), "CAMPFILL_NOTIFY": str(file)}
        settings = load_settings(environ, cwd=tmp_path)
        settings.make_folders()
        made = World(Campfill(settings, database_url), mailbox, posted, instance, port)
        made.campfill.clock = lambda: made.now
        yield made
        made.campfill.close()


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def a_line(world: World, daily: int) -> None:
    with world.connect() as connection:
        line = add_line(connection, goal=20_000, start=TODAY - 10 * DAY, end=TODAY + 9 * DAY, line_id=LINE)
        for offset in range(10):
            deliver(connection, line, TODAY + (offset - 10) * DAY, daily)


def arrive(world: World, name: str, status: UploadStatus) -> None:
    with world.connect() as connection:
        upload = ledger.record_arrival(
            connection, upload_id=uuid4(), sha256=uuid4().hex, file_name=name, file_bytes=1, archived_as=name,
            door="inbox", received_at=world.now,
        )  # fmt: skip
        found = Decision(status=status, reason="no_header", message="No header was found.", hint="Add one.")
        ledger.decide(connection, upload.upload_id, found, at=world.now)


def test_a_line_that_falls_behind_and_comes_back_is_told_twice_not_every_hour(world: World) -> None:
    a_line(world, 100)
    for _ in range(2):
        world.refresh()
        world.later()
    assert world.mailbox.titles == ["campfill: 1 line behind"]
    with world.connect() as connection:
        (line,) = connection.execute("SELECT line_no FROM line_register").fetchone() or (0,)
        for offset in range(10):
            deliver(connection, line, TODAY + (offset - 10) * DAY, 1_100)
    world.refresh()
    world.later()
    world.refresh()
    world.later()
    assert world.mailbox.titles == ["campfill: 1 line behind", "campfill: 1 over"]
    assert [one["title"] for one in world.posted] == world.mailbox.titles
    assert "back on course" in world.posted[1]["message"]


def test_a_line_that_ends_short_is_told_as_that_alone(world: World) -> None:
    a_line(world, 100)
    world.refresh()
    world.later()
    for later in (9, 10, 11):
        world.refresh(TODAY + later * DAY)
    world.later()
    assert world.mailbox.titles[1:] == ["campfill: 1 line ended short"]


def test_a_rejected_file_is_over_when_its_mended_version_is_loaded(world: World) -> None:
    arrive(world, "May list.xlsx", UploadStatus.REJECTED)
    world.later()
    arrive(world, "000001-May-list.receipt.xlsx", UploadStatus.LOADED)
    world.later()
    assert world.mailbox.titles == ["campfill: 1 file rejected", "campfill: 1 over"]
    assert "No header was found. Add one." in world.posted[0]["message"]
    assert "was loaded whole" in world.posted[1]["message"]


def test_a_fact_whose_transaction_fails_is_told_to_nobody(world: World) -> None:
    with contextlib.suppress(ZeroDivisionError), world.connect() as connection, connection.transaction():
        upload = ledger.record_arrival(
            connection, upload_id=uuid4(), sha256="a", file_name="a.xlsx", file_bytes=1, archived_as="a",
            door="inbox", received_at=world.now,
        )  # fmt: skip
        ledger.decide(connection, upload.upload_id, Decision(status=UploadStatus.REJECTED), at=world.now)
        raise ZeroDivisionError
    world.later()
    assert world.mailbox.titles == []


def test_a_thousand_facts_make_one_message(world: World) -> None:
    with world.connect() as connection:
        facts.begin(
            connection,
            [
                facts.Fact(Kind.LINE_BEHIND, str(n), f"Line {n} is behind.", weight=Decimal(n))
                for n in range(1_000)
            ],
            now=world.now,
        )
    world.later(timedelta(seconds=10))
    assert world.mailbox.mails == []  # more may follow
    world.later()
    world.later()
    (mail,) = world.mailbox.mails
    assert mail["Subject"] == "campfill: 1,000 lines behind"
    plain = mail.get_body(("plain",))
    page = mail.get_body(("html",))
    assert plain is not None and page is not None
    assert "Line 999 is behind." in plain.get_content() and "980 more" in plain.get_content()
    assert "<li" in page.get_content() and len(page.get_content()) < 10_000


def test_a_server_that_is_away_loses_nothing_and_doubles_nothing(world: World) -> None:
    world.mailbox.refusing = True
    arrive(world, "a.xlsx", UploadStatus.REJECTED)
    for _ in range(2):
        world.later()
    arrive(world, "b.xlsx", UploadStatus.REJECTED)
    world.later(timedelta(minutes=10))
    assert world.mailbox.titles == []
    assert len(world.posted) == 2  # who can be reached is told, each once
    world.mailbox.refusing = False
    world.later(timedelta(minutes=20))
    world.later(timedelta(minutes=20))
    assert world.mailbox.titles == ["campfill: 1 file rejected", "campfill: 1 file rejected"]
    assert len(world.posted) == 2
    assert len({mail["Message-ID"] for mail in world.mailbox.mails}) == 2


def test_a_message_keeps_its_id_however_often_it_is_sent(world: World) -> None:
    arrive(world, "a.xlsx", UploadStatus.REJECTED)
    world.later()
    with world.connect() as connection:  # as if the process had died before it could mark it
        connection.execute(
            "UPDATE notice_message SET sent_at = NULL, taken_by = '{}', next_try_at = '2020-01-01'"
        )
    world.later(timedelta(minutes=20))
    first, again = world.mailbox.mails
    assert first["Message-ID"] == again["Message-ID"] and len(first.get_all("Message-ID") or []) == 1


def test_a_muted_line_is_told_to_nobody_and_its_history_stays(world: World) -> None:
    a_line(world, 100)
    with world.connect() as connection:
        quiet.say(connection, LINE, "mute", until=TODAY + DAY, text="known", now=world.now)
        quiet.say(connection, LINE, "mute", until=TODAY + 2 * DAY, text="still", now=world.now)
        assert [one.text for one in quiet.history(connection, LINE)] == ["still", "known"]
    world.refresh()
    world.later()
    assert world.mailbox.titles == []


def office(world: World, **wants: object) -> post.Office:
    made = telling.office(world.campfill)
    return replace(made, recipients=[replace(made.recipients[0], **wants)])  # type: ignore[arg-type]


def test_quiet_hours_hold_messages_until_they_end(world: World) -> None:
    arrive(world, "a.xlsx", UploadStatus.REJECTED)
    held = office(world, quiet=quiet_hours("12:00-14:00"))  # 10:00 UTC is noon in Berlin
    for after, count in ((60, 0), (119, 0), (121, 1)):
        now = NOON + timedelta(minutes=after)
        with world.connect() as connection:
            post.prepare(connection, held, now=now)
        post.send_waiting(world.connect, held, now=now)
        assert len(world.mailbox.mails) == count


def test_the_digest_comes_once_a_morning_with_what_needs_care(world: World, tmp_path: Path) -> None:
    a_line(world, 100)
    world.refresh()
    book = tmp_path / "fulfillment.xlsx"
    book.write_bytes(b"a workbook")
    wants = replace(
        office(world, digest=Digest.DAILY, workbook=True, groups=frozenset(Group)),
        workbook=book, link="http://127.0.0.1:3001/reports/fulfillment.html",
    )  # fmt: skip
    early = datetime(2026, 5, 21, 6, 59, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    for now in (early, early + timedelta(minutes=1), early + timedelta(hours=3)):
        with world.connect() as connection:
            post.prepare(connection, wants, now=now)
        post.send_waiting(world.connect, wants, now=now)
    (mail,) = [mail for mail in world.mailbox.mails if "look at" in str(mail["Subject"])]
    assert mail["Subject"] == "campfill, Thu 21 May 2026: 1 line to look at"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Needs care today (1)" in text and "at risk" in text and "fulfillment.html" in text
    assert text.count("A line") == 1 and "A line: New. Live at" in text
    assert [part.get_filename() for part in mail.iter_attachments()] == ["fulfillment.xlsx"]


def test_a_digest_says_each_thing_once(world: World) -> None:
    """A line that needs care and ended yesterday, a file that was mended since, one that is not, an older one."""
    with world.connect() as connection:
        short, met = (add_line(connection, goal=3_000, start=TODAY - 2 * DAY, end=TODAY) for _ in range(2))
        for line, name in ((short, "Short"), (met, "Met")):
            connection.execute("UPDATE line_register SET name = %s WHERE line_no = %s", [name, line])
        deliver(connection, met, TODAY - DAY, 3_000)
    world.now = NOON - 3 * DAY
    arrive(world, "old.xlsx", UploadStatus.REJECTED)
    world.now = NOON + 12 * DAY / 24
    for name, status in (
        ("mended.xlsx", UploadStatus.REJECTED),
        ("mended.xlsx", UploadStatus.LOADED),
        ("new.xlsx", UploadStatus.REJECTED),
    ):
        arrive(world, name, status)
    world.refresh(TODAY + DAY)
    with world.connect() as connection:
        words = digest.digest(
            connection, TODAY + DAY, world.now + DAY / 3, groups=frozenset(Group), week=False, link=None
        )
    heads = [part.splitlines()[0] for part in words.text.strip().split("\n\n")]
    assert heads == [
        "Needs care today (1)",
        "Still stands (1)",
        "New since yesterday (1)",
        "Over since yesterday (1)",
        "Ended, too (1)",
    ]
    assert [words.text.count(name) for name in ("Short", "Met:", "old.xlsx", "mended.xlsx", "new.xlsx")] == [
        1
    ] * 5


def test_who_wants_german_gets_german_whatever_is_stored(world: World) -> None:
    a_line(world, 100)
    arrive(world, "März.xlsx", UploadStatus.REJECTED)
    world.refresh()
    german = replace(
        office(world, digest=Digest.DAILY, groups=frozenset(Group)),
        language=Language.GERMAN, link="http://127.0.0.1:3001/reports/fulfillment.html",
    )  # fmt: skip
    for now in (world.now + timedelta(minutes=2), datetime(2026, 5, 21, 7, tzinfo=UTC)):
        with world.connect() as connection:
            post.prepare(connection, german, now=now)
        post.send_waiting(world.connect, german, now=now)
    alert, _, morning = world.mailbox.mails  # between them the digest of that very day
    assert alert["Subject"] == "campfill: 1 Buchung im Rückstand, 1 Datei abgelehnt"
    assert morning["Subject"] == "campfill, Do., 21.05.2026: 1 Buchung anzusehen"
    texts = [body(mail, "plain") for mail in (alert, morning)]
    assert "Buchungen, die in Rückstand geraten sind (1)" in texts[0]
    assert "Braucht heute Aufmerksamkeit (1)" in texts[1] and "Neu seit gestern (1)" in texts[1]
    assert texts[1].count("Läuft mit 10,0 %") == 1 and "A line: Neu. Läuft mit" in texts[1]
    for text in texts:
        assert "Läuft mit 10,0 % des Solls, noch 10 Tage: nötig sind 1.900 pro Tag" in text
        assert "Die Seite: http://127.0.0.1:3001/reports/fulfillment.html" in text
        ours = text.replace("A line", "")  # its name
        assert not [
            word for word in ("line", "behind", "since", "left", "page:", "Needs") if f" {word}" in ours
        ]
    assert '<html lang="de">' in body(morning, "html")


def test_a_server_that_does_not_run_is_a_fault_in_words_without_the_address(world: World) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = office(
        world, address=f"mailto://anna:secret@127.0.0.1:{port}?from=c@example.com&to=planning@example.com"
    )
    arrive(world, "a.xlsx", UploadStatus.REJECTED)
    now = NOON + timedelta(minutes=2)
    with world.connect() as connection:
        post.prepare(connection, gone, now=now)
    (fault,) = post.send_waiting(world.connect, gone, now=now).faults
    assert fault.startswith("planning: it did not take the message, or could not be reached")
    assert "secret" not in fault and "secret" not in repr(gone)


def test_an_existing_home_is_not_told_its_past(database_url: str) -> None:
    with database.connect(database_url) as connection:
        connection.execute("DELETE FROM notice_state")
        add_line(connection, goal=3_000, start=TODAY - 2 * DAY, end=TODAY)
        fetch(connection, days(TODAY - 60 * DAY, TODAY - DAY))
        refresh(connection, FulfillmentRules(), as_of=TODAY, now=NOON)
        found = connection.execute(
            "SELECT (SELECT count(*) FROM notice), (SELECT count(*) FROM notice_outbox)"
        ).fetchone()
    assert found == (1, 0)


def test_a_rejected_file_is_told_as_that_and_not_as_a_failed_job_too(world: World) -> None:
    for job in ("upload", "refresh"):
        with contextlib.suppress(ZeroDivisionError):
            failing(job).execute_in_process(instance=world.instance)
    world.now = datetime.now(UTC)
    world.later(timedelta(seconds=1))
    world.later()
    assert world.mailbox.titles == ["campfill: 1 job fails"]
    assert "job refresh failed" in world.posted[0]["message"]
    with world.connect() as connection:
        facts.settle(
            connection, [Kind.RUN_FAILED], [], now=world.now, over={Kind.RUN_FAILED: "The job {subject} ran."}
        )
        over = connection.execute("SELECT over FROM notice WHERE kind = 'run_failed'").fetchone()
    assert over == ("The job refresh ran.",)


def failing(name: str) -> dg.JobDefinition:
    @dg.op
    def fails() -> None:
        raise ZeroDivisionError

    @dg.job(name=name, executor_def=dg.in_process_executor)
    def job() -> None:
        fails()

    return job


def test_a_goal_that_is_unlikely_before_its_start_is_told_once_and_once_when_it_is_over(world: World) -> None:
    unlikely = goals.UnlikelyGoal(LINE, "A line", "Starts on 1 Jun 2026. Needs 3.1 times the best week.")
    for _ in range(2):
        with world.connect() as connection:
            goals.tell(connection, [unlikely], now=world.now)
        world.later()
    assert world.mailbox.titles == ["campfill: 1 goal unlikely before its start"]
    assert "A line: Starts on 1 Jun 2026" in world.posted[0]["message"]
    with world.connect() as connection:
        goals.tell(connection, [], now=world.now)
    world.later()
    assert world.mailbox.titles[1:] == ["campfill: 1 over"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[recipient]\n", "is no TOML file: at line 1"),
        ('address = "mailto://a"\n', "must hold"),
        ('[[recipient]]\nname = "x"\n', "has no address"),
        ('[[recipient]]\naddress = "json://h"\ntel = ["lines"]\n', "'tel' is not known"),
        ('[[recipient]]\naddress = "json://h"\ntell = ["line"]\n', "tell is a list of"),
        ('[[recipient]]\naddress = "json://h"\ndigest_at = "25:00"\n', "digest_at is not one"),
        ('[[recipient]]\naddress = "json://h"\nquiet = "late"\n', "quiet is not one"),
        ('[[recipient]]\naddress = "json://h"\nworkbook = "yes"\n', "workbook is true or false"),
        ('[[recipient]]\naddress = "carrier-pigeon://s3cret"\n', "begins with carrier-pigeon://"),
        ('[[recipient]]\nname = "a"\naddress = "json://h"\n' * 2, "two recipients are called 'a'"),
    ],
)
def test_a_mistake_in_the_recipients_file_is_told_with_its_place_and_no_secret(
    text: str, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "notify.toml"
    file.write_text(text)
    with pytest.raises(recipients.RecipientsError, match=re.escape(told)) as caught:
        recipients.read(str(file))
    assert "s3cret" not in str(caught.value)


def test_a_name_that_holds_a_colon_stays_whole_and_does_not_keep_its_sentence_english(world: World) -> None:
    a_line(world, 100)
    with world.connect() as connection:
        connection.execute("UPDATE line_register SET name = 'Q4: Brand: <1>' WHERE id = %s", [LINE])
    arrive(world, "Plan: März.xlsx", UploadStatus.REJECTED)
    world.refresh()
    with world.connect() as connection:
        connection.execute("INSERT INTO site (site) VALUES ('Hbf: Nord')")
        begun = "Hbf: Nord was dark from 1 May 2026 10:00 to 12:00: 3 lines lost 900 impressions (€9.00)."
        facts.begin(connection, [facts.Fact(Kind.INCIDENT, "hbf", begun)], now=world.now)
    german = replace(office(world, digest=Digest.DAILY, groups=frozenset(Group)), language=Language.GERMAN)
    for now in (world.now + timedelta(minutes=2), datetime(2026, 5, 21, 7, tzinfo=UTC)):
        with world.connect() as connection:
            post.prepare(connection, german, now=now)
        post.send_waiting(world.connect, german, now=now)
    alert, _, morning = world.mailbox.mails
    for mail in (alert, morning):
        assert "<b>Q4: Brand: &lt;1&gt;</b><br>" in body(mail, "html")
        assert "Q4: Brand: <1>: " in body(mail, "plain") and "Läuft mit" in body(mail, "plain")
        assert "<b>Plan: März.xlsx wurde abgelehnt</b><br>" in body(mail, "html")
        assert "<b>Hbf: Nord war" in body(mail, "html")


def test_a_thousand_facts_that_are_over_make_one_message_too(world: World) -> None:
    many = [facts.Fact(Kind.LINE_BEHIND, str(n), f"Line {n} is behind.") for n in range(1_000)]
    with world.connect() as connection:
        facts.begin(connection, many, now=world.now)
    world.later()
    with world.connect() as connection:
        facts.settle(
            connection,
            (Kind.LINE_BEHIND,),
            [],
            now=world.now,
            over={Kind.LINE_BEHIND: "Line {subject} is well."},
        )
    world.later()
    world.later()
    assert [mail["Subject"] for mail in world.mailbox.mails] == [
        "campfill: 1,000 lines behind", "campfill: 1,000 over",
    ]  # fmt: skip
    assert "980 more" in body(world.mailbox.mails[1], "plain")
