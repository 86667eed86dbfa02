"""An object put into the store's inbox becomes one upload, whoever takes it and wherever that one dies."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campfill_pipeline.defs import arrivals
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.intake.inbox import dropped_objects
from campfill_pipeline.storage import originals
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.storage.objects import Objects, Promises, StoredObject
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline_tests.storage import killed
from campfill_pipeline_tests.storage.conftest import PAGE, Machine

LATER = timedelta(minutes=20)
MORE_THAN_A_PAGE = 2 * PAGE + 1


def ledger_of(campfill: Campfill) -> list[tuple[str, str]]:
    """What is in the ledger, by name and checksum."""
    with campfill.connect() as connection:
        return [(each.file_name, each.sha256) for each in uploads.waiting(connection)]


def told(name: str, content: bytes) -> tuple[str, str]:
    return name, hashlib.sha256(content).hexdigest()


def later(campfill: Campfill) -> Campfill:
    """The same machine, some time after: its clock is a parameter."""
    return replace(campfill, clock=lambda: Campfill(campfill.settings, campfill.url).clock() + LATER)


def keys(store: Objects, folder: str) -> list[str]:
    return [each.key for each in store.listed(folder)]


def test_a_put_is_entered_once_its_original_is_kept_and_the_inbox_is_empty(
    machine: Machine, store: Objects
) -> None:
    store.put("inbox/Liste ü #1 + 2.csv", b"a;b")
    assert arrivals.take_from_inbox(machine("one")) == []
    assert arrivals.take_from_inbox(machine("one")) == []
    (entered,) = ledger_of(machine("one"))
    assert entered == told("Liste ü #1 + 2.csv", b"a;b")
    assert keys(store, "archive") == [f"archive/{entered[1][:2]}/{entered[1]}"]
    assert keys(store, "inbox") == keys(store, "claims") == []
    assert not any((machine("one").settings.work / "claimed").iterdir())


def test_what_is_not_meant_to_be_read_stays(machine: Machine, store: Objects) -> None:
    names = ["inbox/.hidden.csv", "inbox/~$open.xlsx", "inbox/folder/in.csv", "inbox/half.csv.part"]
    for name in names:
        store.put(name, b"a")
    assert arrivals.take_from_inbox(machine("one")) == []
    assert sorted(keys(store, "inbox")) == sorted(names)
    assert ledger_of(machine("one")) == []


def test_objects_are_listed_in_the_order_in_which_they_came(store: Objects) -> None:
    for number in range(5):
        store.put(f"inbox/{number}.csv", b"a")
    moments = [each.stored.put_at for each in dropped_objects.waiting(store)]
    assert moments == sorted(moments)


@pytest.fixture(scope="module")
def processes() -> Iterator[multiprocessing.context.ForkServerContext]:
    """Where processes come from that have imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["campfill_pipeline_tests.storage.killed"])
    yield context


@pytest.mark.parametrize("step", killed.STEPS)
def test_whoever_dies_after_any_step_leaves_it_to_the_next(
    step: str,
    machine: Machine,
    store: Objects,
    processes: multiprocessing.context.ForkServerContext,
    tmp_path: Path,
    storage_url: str,
    database_url: str,
) -> None:
    store.put("inbox/list.csv", b"a;b")
    dying = processes.Process(
        target=killed.take_and_die, args=(tmp_path / "dying", storage_url, database_url, step)
    )
    dying.start()
    dying.join()
    assert dying.exitcode == 9
    for name in ("other", "dying", "other"):  # another machine first, then the one that came back
        assert arrivals.take_from_inbox(later(machine(name))) == []
    assert ledger_of(machine("other")) == [told("list.csv", b"a;b")]
    assert keys(store, "inbox") == keys(store, "claims") == []
    assert len(keys(store, "archive")) == 1


def test_a_young_claim_of_another_machine_is_left_alone(machine: Machine, store: Objects) -> None:
    store.put("inbox/list.csv", b"a;b")
    (dropped,) = dropped_objects.waiting(store)
    one, two = machine("one"), machine("two")
    assert dropped_objects.claim(store, dropped, one.settings, one.clock())
    assert arrivals.take_from_inbox(two) == []
    assert ledger_of(two) == []
    assert keys(store, "inbox") == ["inbox/list.csv"]


def test_two_machines_at_once_take_each_object_once(machine: Machine, store: Objects) -> None:
    names = [f"{number}.csv" for number in range(8)]
    for name in names:
        store.put(f"inbox/{name}", name.encode())
    both = [machine("one"), machine("two")]
    threads = [threading.Thread(target=arrivals.take_from_inbox, args=(each,)) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ledger_of(both[0])) == sorted(told(name, name.encode()) for name in names)
    assert keys(store, "inbox") == keys(store, "claims") == []


@pytest.mark.parametrize("moment", ["while it is read", "once it is in the ledger"])
def test_other_bytes_put_under_the_same_name_meanwhile_are_a_second_upload(
    moment: str, machine: Machine, store: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("inbox/list.csv", b"first")
    if moment == "while it is read":
        pieces = Objects.pieces

        def putting(self: Objects, key: str, etag: str | None = None) -> Iterator[bytes]:
            yield from pieces(self, key, etag)
            if b"second" not in b"".join(pieces(store, key)):
                store.put(key, b"second")

        monkeypatch.setattr(Objects, "pieces", putting)
    else:
        take_away = dropped_objects.take_away

        def late(objects: Objects, dropped: dropped_objects.DroppedObject) -> None:
            if dropped.stored.size == len(b"first"):
                store.put("inbox/list.csv", b"second")
            take_away(objects, dropped)

        monkeypatch.setattr(dropped_objects, "take_away", late)
    one = machine("one")
    assert arrivals.take_from_inbox(one) == []
    assert keys(store, "inbox") == ["inbox/list.csv"]
    assert arrivals.take_from_inbox(one) == []
    assert ledger_of(one) == [told("list.csv", b"first"), told("list.csv", b"second")]
    assert keys(store, "inbox") == keys(store, "claims") == []


def test_one_that_changed_before_it_was_read_is_read_as_it_is_at_the_next_look(
    machine: Machine, store: Objects
) -> None:
    store.put("inbox/list.csv", b"first")
    (seen,) = dropped_objects.waiting(store)
    store.put("inbox/list.csv", b"second")
    assert dropped_objects.bring(store, seen, machine("one").settings) is None
    assert arrivals.take_from_inbox(machine("one")) == []
    assert ledger_of(machine("one")) == [told("list.csv", b"second")]


def test_where_the_store_deletes_without_looking_nothing_is_deleted_and_nothing_entered_twice(
    machine: Machine, store: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Objects, "promises", Promises(puts_once=True, deletes_what_was_seen=False))
    store.put("inbox/list.csv", b"a;b")
    for name in ("one", "two", "one"):
        assert arrivals.take_from_inbox(later(machine(name))) == []
    assert ledger_of(machine("one")) == [told("list.csv", b"a;b")]
    assert keys(store, "inbox") == ["inbox/list.csv"]
    assert keys(store, "claims") == []


def test_one_object_that_cannot_be_brought_holds_up_no_other(
    machine: Machine, store: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("inbox/a.csv", b"a")
    store.put("inbox/b.csv", b"b")
    waiting = dropped_objects.waiting

    def huge(objects: Objects) -> list[dropped_objects.DroppedObject]:
        return [
            replace(each, stored=replace(each.stored, size=10**15)) if each.name == "a.csv" else each
            for each in waiting(objects)
        ]

    monkeypatch.setattr(dropped_objects, "waiting", huge)
    (problem,) = arrivals.take_from_inbox(machine("one"))
    assert "a.csv" in problem
    assert "Make room" in problem
    assert ledger_of(machine("one")) == [told("b.csv", b"b")]
    assert "inbox/a.csv" in keys(store, "inbox")


def test_a_disk_that_takes_no_more_is_told_and_the_object_waits(
    machine: Machine, store: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("inbox/list.csv", b"a;b")
    with monkeypatch.context() as patched:
        patched.setattr(Objects, "save", _no_space)
        (problem,) = arrivals.take_from_inbox(machine("one"))
    assert "No space left" in problem
    assert ledger_of(machine("one")) == []
    assert not any((machine("one").settings.work / "claimed").iterdir())
    assert arrivals.take_from_inbox(later(machine("one"))) == []
    assert ledger_of(machine("one")) == [told("list.csv", b"a;b")]


def _no_space(self: Objects, key: str, target: Path, etag: str | None = None) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_an_original_is_brought_to_the_disk_of_whoever_needs_it_and_a_changed_one_is_refused(
    machine: Machine, store: Objects
) -> None:
    store.put("inbox/list.csv", b"a;b")
    arrivals.take_from_inbox(machine("one"))
    ((_, sha256),) = ledger_of(machine("one"))
    name = f"{sha256[:2]}/{sha256}"
    assert originals.local(machine("two").settings, name).read_bytes() == b"a;b"
    assert not originals.missing(machine("three").settings, [name])
    store.put(f"archive/{name}", b"x")
    with pytest.raises(StorageError, match="is not what it was"):
        originals.local(machine("three").settings, name)
    assert originals.missing(machine("three").settings, ["00/none", name]) == ["00/none"]


def test_a_file_dropped_into_the_folder_and_one_named_to_ingest_have_their_originals_in_the_store(
    machine: Machine, store: Objects, tmp_path: Path
) -> None:
    one = machine("one")
    (one.settings.inbox / "dropped.csv").write_bytes(b"dropped")
    arrivals.take_from_inbox(one)
    (tmp_path / "named.csv").write_bytes(b"named")
    arrivals.take_copy(one, tmp_path / "named.csv")
    assert sorted(each.size for each in store.listed("archive")) == [5, 7]


def test_an_identity_is_of_name_content_and_moment() -> None:
    from datetime import UTC, datetime

    class Listing:
        def listed(self, folder: str) -> list[StoredObject]:
            at = datetime(2026, 1, 1, tzinfo=UTC)
            return [
                StoredObject("inbox/a.csv", 1, '"1"', at),
                StoredObject("inbox/b.csv", 1, '"1"', at),
                StoredObject("inbox/a.csv", 1, '"2"', at),
                StoredObject("inbox/a.csv", 1, '"1"', at + timedelta(seconds=1)),
                StoredObject("inbox/a.csv", 1, '"1"', at + timedelta(milliseconds=7)),
            ]

    claims = [each.claim for each in dropped_objects.waiting(Listing())]  # type: ignore[arg-type]
    assert len(claims) == 5
    assert len(set(claims)) == 4  # stores tell moments by the second, some more exactly in lists


def test_more_objects_than_a_store_lists_at_once_are_all_seen(machine: Machine, store: Objects) -> None:
    here = machine("one")
    names = [f"{number:064x}" for number in range(MORE_THAN_A_PAGE)]
    archived = [f"{name[-2:]}/{name}" for name in names]

    def put(number: int) -> None:
        store.put(f"inbox/{number:05}.xlsx", b"a list")
        store.put(f"archive/{archived[number]}", b"an original")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, range(MORE_THAN_A_PAGE)))
    lying = dropped_objects.waiting(store)
    assert {each.name for each in lying} == {f"{number:05}.xlsx" for number in range(MORE_THAN_A_PAGE)}
    assert originals.missing(here.settings, [*archived, "aa/lost"]) == ["aa/lost"]
