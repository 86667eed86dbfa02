"""From an object to its receipt and the page, over machines that share nothing but the database and the store."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import dagster as dg
import pytest

from campfill_pipeline.commands import report
from campfill_pipeline.commands import status as status_command
from campfill_pipeline.defs import arrivals, jobs, maintenance
from campfill_pipeline.defs.assets import fulfillment
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.partitions import UPLOADS
from campfill_pipeline.defs.ranges import key_range
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.housekeeping import HousekeepingRules
from campfill_pipeline.door.limits import Limits
from campfill_pipeline.door.receiving import Receiving
from campfill_pipeline.storage import originals, published
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.storage.objects import Objects
from campfill_pipeline.warehouse.kept_connections import KeptConnections
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline_tests.lists import row, write_list
from campfill_pipeline_tests.storage.conftest import Machine


def run_uploads(campfill: Campfill) -> list[uploads.Upload]:
    """What a worker does with all that is received."""
    with campfill.connect() as connection:
        waiting = uploads.waiting(connection)
    keys = [upload.partition_key for upload in waiting]
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(UPLOADS.name or "", keys)
        LocalRuns(campfill, instance).run(jobs.UPLOAD_JOB, tags=key_range(keys[0], keys[-1]))
    with campfill.connect() as connection:
        return [uploads.get(connection, upload.upload_id) for upload in waiting]


def test_a_list_put_by_one_is_loaded_by_another_and_shown_by_a_third(
    machine: Machine, store: Objects, tmp_path: Path
) -> None:
    daemon, worker, web = machine("daemon"), machine("worker"), machine("web")
    store.put("inbox/campaigns.xlsx", write_list(tmp_path / "campaigns.xlsx", [row(1), row(2, goal="many")]))
    with daemon.connect() as connection:
        assert status_command._waiting_in_storage(daemon.settings, connection) == 1
    assert arrivals.take_from_inbox(daemon) == []
    with daemon.connect() as connection:
        assert status_command._waiting_in_storage(daemon.settings, connection) == 0
    (upload,) = run_uploads(worker)
    assert (str(upload.status), upload.rows_accepted, upload.rows_rejected) == ("partly_loaded", 1, 1)
    assert upload.receipt is not None
    assert [each.key for each in store.listed("outbox")] == [upload.receipt]
    assert not any(daemon.settings.outbox.iterdir())

    # The door of a machine that read nothing shows receipt and page, and the newest of them.
    receipt = published.shown(web.settings, web.settings.home / upload.receipt)
    assert receipt.read_bytes() == (worker.settings.home / upload.receipt).read_bytes()
    page = web.settings.reports / "fulfillment.html"
    made = worker.settings.reports / "fulfillment.html"
    assert published.shown(web.settings, page).read_bytes() == made.read_bytes()
    store.put("reports/fulfillment.html", b"newer")
    assert published.shown(web.settings, page).read_bytes() == b"newer"
    assert (
        published.shown(web.settings, web.settings.reports / "none.html")
        == web.settings.reports / "none.html"
    )

    # The daemon knows that the page is there, although it lies on no disk of its own.
    assert not fulfillment.report_due(daemon)

    # Its original is read again by whoever needs it.
    original = originals.local(web.settings, upload.archived_as)
    assert original.read_bytes() == (tmp_path / "campaigns.xlsx").read_bytes()

    # A page made by hand is there for all, too.
    report.run(replace(web.settings, database_url=web.url), None, None)
    assert (
        published.shown(daemon.settings, daemon.settings.reports / "fulfillment.html").read_bytes()
        != b"newer"
    )

    # Housekeeping clears old receipts from the store, wherever it runs.
    rules = HousekeepingRules()
    much_later = replace(daemon, clock=lambda: upload.received_at.replace(year=upload.received_at.year + 5))
    assert maintenance._old_receipts(much_later, rules, dry_run=True)[0] == 1
    assert len(store.listed("outbox")) == 1
    assert maintenance._old_receipts(much_later, rules, dry_run=False)[0] == 1
    assert store.listed("outbox") == []


def test_a_receipt_that_the_store_did_not_take_is_put_with_the_next_run(
    machine: Machine, store: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = machine("worker").settings
    receipt = settings.outbox / "000001-list.receipt.xlsx"
    receipt.write_bytes(b"receipt")

    def away(self: Objects, key: str, content: bytes | Path) -> None:
        raise StorageError("The store does not answer.", "")

    with monkeypatch.context() as patched, pytest.raises(StorageError):
        patched.setattr(Objects, "put", away)
        published.publish(settings, [receipt])
    assert store.listed("outbox") == []
    published.catch_up(settings)
    assert [each.key for each in store.listed("outbox")] == ["outbox/000001-list.receipt.xlsx"]
    store.delete("outbox/000001-list.receipt.xlsx")
    published.catch_up(settings)
    assert store.listed("outbox") == []


@pytest.fixture
def receiving(machine: Machine) -> Iterator[Receiving]:
    """A door on a machine of its own."""
    web = machine("web")
    kept = KeptConnections(lambda: web.url)
    yield Receiving(web.settings, kept, Limits())
    kept.close()


async def body(content: bytes) -> AsyncIterator[bytes]:
    yield content


def take(receiving: Receiving, upload_id: UUID, content: bytes) -> bool:
    return asyncio.run(receiving.take(upload_id, "list.csv", body(content), None, "test")).again


def test_what_the_door_takes_lies_in_the_store_and_becomes_the_senders_upload(
    machine: Machine, store: Objects, receiving: Receiving
) -> None:
    first, second = uuid4(), uuid4()
    assert not take(receiving, first, b"one")
    assert take(receiving, first, b"one")  # sent again: known
    assert not take(receiving, second, b"two")
    assert receiving.whereabouts(first) == "inbox"
    assert not any(machine("web").settings.inbox.iterdir())
    assert arrivals.take_from_inbox(machine("daemon")) == []
    assert arrivals.take_from_inbox(machine("other")) == []
    assert receiving.whereabouts(first) == receiving.whereabouts(second) == "ledger"
    with machine("daemon").connect() as connection:
        found = {each.upload_id: (each.file_name, each.door) for each in uploads.waiting(connection)}
    assert found == {first: ("list.csv", "http"), second: ("list.csv", "http")}
    assert store.listed("inbox") == []


def test_a_file_that_was_announced_and_not_put_is_put_when_the_door_starts_again(
    machine: Machine, store: Objects, receiving: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def killed(self: Objects, key: str, content: bytes | Path) -> None:
        raise KilledError

    upload_id = uuid4()
    kept_part = machine("web").settings.work / "kept"
    with monkeypatch.context() as patched:
        patched.setattr(Objects, "put", killed)
        announce = Receiving._announce

        def keeping(self: Receiving, upload: UUID, name: str, inbox: str, part: object, sent_by: str) -> None:
            shutil.copyfile(part.path, kept_part)  # type: ignore[attr-defined]
            announce(self, upload, name, inbox, part, sent_by)  # type: ignore[arg-type]

        patched.setattr(Receiving, "_announce", keeping)
        with pytest.raises(KilledError):
            take(receiving, upload_id, b"one")
    # A process that is killed leaves its part; an exception does not.
    shutil.copyfile(kept_part, machine("web").settings.work / "arriving" / f"{upload_id}.12345678.part")
    receiving.recover()
    assert receiving.whereabouts(upload_id) == "inbox"
    assert len(store.listed("inbox")) == 1
