"""When a dropped file counts as complete, and what is left alone."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from campfill_pipeline.intake.inbox import moved_in, whole
from campfill_pipeline.intake.inbox.folder import Claimed, InboxWatch, claim
from campfill_pipeline.intake.inbox.moved_in import MovedIn
from campfill_pipeline.intake.inbox.settling import is_meant
from campfill_pipeline.settings import Settings, load_settings

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who writes and what was moved")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings({"CAMPFILL_HOME": str(tmp_path / "home"), "CAMPFILL_SETTLE_SECONDS": "0.4"})
    settings.make_folders()
    return settings


def names(settings: Settings, now: float) -> list[str]:
    return [settled.path.name for settled in InboxWatch(settings).settled(now)]


def test_a_file_counts_once_it_has_stood_still(settings: Settings) -> None:
    (settings.inbox / "list.xlsx").write_bytes(b"x")
    now = time.time()
    assert names(settings, now) == []
    assert names(settings, now + 0.5) == ["list.xlsx"]


def test_a_slow_copy_is_never_read_early(settings: Settings) -> None:
    done = threading.Event()

    def copy() -> None:
        with (settings.inbox / "slow.xlsx").open("wb") as file:
            for _ in range(8):
                file.write(b"x" * 1000)
                file.flush()
                time.sleep(0.1)
        done.set()

    thread = threading.Thread(target=copy)
    thread.start()
    while not done.is_set():
        assert names(settings, time.time()) == [] or done.is_set()
        time.sleep(0.03)
    thread.join()
    assert names(settings, time.time() + 0.5) == ["slow.xlsx"]


def test_a_copy_that_pauses_longer_than_the_settle_time_is_not_read_while_it_is_open(
    settings: Settings,
) -> None:
    with (settings.inbox / "paused.xlsx").open("wb") as file:
        file.write(b"half")
        file.flush()
        assert names(settings, time.time() + 60) == []
    assert names(settings, time.time() + 60) == ["paused.xlsx"]


def test_an_old_modification_time_does_not_make_a_new_file_settled(settings: Settings) -> None:
    file = settings.inbox / "copied-with-times.xlsx"
    file.write_bytes(b"x")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert names(settings, time.time()) == []


def test_a_clock_of_the_file_system_that_is_ahead_delays_only_by_the_settle_time(settings: Settings) -> None:
    (settings.inbox / "ahead.xlsx").write_bytes(b"x")
    behind = time.time() - 3600
    assert names(settings, behind) == []
    assert names(settings, behind + 0.5) == ["ahead.xlsx"]


def test_a_half_download_counts_from_its_renaming_on(settings: Settings) -> None:
    half = settings.inbox / "list.xlsx.crdownload"
    half.write_bytes(b"x")
    assert names(settings, time.time() + 60) == []
    half.rename(settings.inbox / "list.xlsx")
    assert names(settings, time.time()) == []
    assert names(settings, time.time() + 0.5) == ["list.xlsx"]


@pytest.mark.parametrize(
    "name",
    ["~$list.xlsx", ".~lock.list.xlsx#", ".hidden", "a.part", "B.PART", "c.crdownload", "Thumbs.db", "d.tmp"],
)
def test_lock_files_dotfiles_and_half_downloads_are_left_alone(settings: Settings, name: str) -> None:
    (settings.inbox / name).write_bytes(b"x")
    assert names(settings, time.time() + 60) == []


def test_folders_links_and_pipes_are_left_alone(settings: Settings) -> None:
    (settings.inbox / "folder.xlsx").mkdir()
    (settings.inbox / "link.xlsx").symlink_to("/etc/hostname")
    os.mkfifo(settings.inbox / "pipe.xlsx")
    assert names(settings, time.time() + 60) == []


def test_names_may_hold_anything_a_file_system_allows(settings: Settings) -> None:
    odd = ["Überblick März.xlsx", "two\nlines.xlsx", "..xlsx"[1:] + "..", "a" * 255, " leading and trailing "]
    odd.append(os.fsdecode(b"latin-\xe4.xlsx"))
    for name in odd:
        if not name.startswith("."):
            (settings.inbox / name).write_bytes(b"x")
    found = names(settings, time.time() + 60)
    assert sorted(found) == sorted(name for name in odd if not name.startswith("."))


def waited(settings: Settings, seconds: float) -> tuple[list[str], float]:
    began = time.monotonic()
    found = [settled.path.name for settled in InboxWatch(settings).wait(seconds)]
    return found, time.monotonic() - began


def test_a_look_that_waits_ends_as_soon_as_the_file_has_settled(settings: Settings) -> None:
    (settings.inbox / "list.xlsx").write_bytes(b"x")
    found, seconds = waited(settings, 20)
    assert found == ["list.xlsx"]
    assert 0.4 <= seconds < 10


def test_a_look_that_waits_takes_a_burst_as_one(settings: Settings) -> None:
    """A second file that is still being copied is waited for, so that both become one run."""
    (settings.inbox / "first.xlsx").write_bytes(b"x")
    with (settings.inbox / "second.xlsx").open("wb") as second:
        closing = threading.Timer(0.8, second.close)
        closing.start()
        assert waited(settings, 20)[0] == ["first.xlsx", "second.xlsx"]
    closing.join()


def test_a_look_that_waits_does_not_let_a_long_copy_hold_up_the_others(settings: Settings) -> None:
    (settings.inbox / "first.xlsx").write_bytes(b"x")
    with (settings.inbox / "endless.xlsx").open("wb"):
        assert waited(settings, 1)[0] == ["first.xlsx"]


def test_a_look_into_an_empty_inbox_ends_in_time(settings: Settings) -> None:
    found, seconds = waited(settings, 0.5)
    assert found == []
    assert 0.5 <= seconds < 10


@pytest.fixture
def usual(tmp_path: Path) -> Settings:
    """As a user has it: two seconds."""
    settings = load_settings({"CAMPFILL_HOME": str(tmp_path / "home")})
    settings.make_folders()
    return settings


def a_workbook(members: int = 5) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(members):
            file.writestr(f"xl/{number}.xml", os.urandom(200))
    return made.getvalue()


SOON, LATER = 0.4, 2.1  # seconds after a change: past the short time, past the usual one


@linux
def test_a_workbook_with_its_end_that_nobody_writes_to_is_read_soon(usual: Settings) -> None:
    with (usual.inbox / "list.xlsx").open("wb") as file:
        file.write(a_workbook())
        file.flush()
        assert names(usual, time.time() + 60) == []
    now = time.time()
    assert names(usual, now) == []
    assert names(usual, now + SOON) == ["list.xlsx"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.xlsx", a_workbook()[:-1]),
        ("half.xlsx", a_workbook()[:600]),
        ("room for all was made first.xlsx", a_workbook()[:600] + bytes(9000)),
        ("more follows.xlsx", a_workbook() + b"x"),
        ("its start is another.xlsx", b"x" + a_workbook()),
        ("empty.xlsx", b""),
        ("no archive.xlsx", b"id;name\n" * 100),
        ("any line may be the last.csv", b"id;name\n" * 100),
        ("for the time of writing", a_workbook()),
    ],
)
def test_what_does_not_show_that_it_is_whole_stands_still_as_long_as_ever(
    usual: Settings, name: str, content: bytes
) -> None:
    (usual.inbox / name).write_bytes(content)
    now = time.time()
    assert names(usual, now + 1.5) == []
    assert names(usual, now + LATER) == [name]


def test_no_part_of_a_workbook_has_its_end(tmp_path: Path) -> None:
    whole_one, file = a_workbook(2), tmp_path / "a.xlsx"
    told = []
    for length in range(len(whole_one) + 1):
        file.write_bytes(whole_one[:length])
        told.append(whole.has_its_end(file))
    assert told == [False] * len(whole_one) + [True]


def test_where_the_system_cannot_tell_who_writes_all_stand_still_as_long_as_ever(
    usual: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("fcntl.F_SETLEASE", raising=False)
    (usual.inbox / "list.xlsx").write_bytes(a_workbook())
    assert names(usual, time.time() + 1.5) == []
    assert names(usual, time.time() + LATER) == ["list.xlsx"]


def test_who_has_files_stand_still_for_longer_than_usual_has_all_of_them_do_so(tmp_path: Path) -> None:
    patient = load_settings({"CAMPFILL_HOME": str(tmp_path / "home"), "CAMPFILL_SETTLE_SECONDS": "5"})
    patient.make_folders()
    (patient.inbox / "list.xlsx").write_bytes(a_workbook())
    assert names(patient, time.time() + 4) == []
    assert names(patient, time.time() + 6) == ["list.xlsx"]


def seen_after(settings: Settings, happens: Callable[[], object], after: float) -> list[str]:
    """What is taken so many seconds after something happened while somebody looked."""
    with MovedIn.watch(settings.inbox, is_meant) as moves:
        happens()
        watch, now = InboxWatch(settings), time.time()
        watch.settled(now, moves)
        return [settled.path.name for settled in watch.settled(now + after, moves)]


@linux
def test_what_is_moved_in_is_read_soon(usual: Settings, tmp_path: Path) -> None:
    elsewhere, beside = tmp_path / "one.csv", usual.inbox / ".two.csv"
    elsewhere.write_bytes(b"id;name")
    beside.write_bytes(b"id;name")

    def moved() -> None:
        elsewhere.rename(usual.inbox / "one.csv")
        beside.rename(usual.inbox / "two.csv")

    assert seen_after(usual, moved, SOON) == ["one.csv", "two.csv"]
    assert names(usual, time.time() + SOON) == ["one.csv", "two.csv"]  # another process knows it, too


@linux
def test_what_is_moved_in_and_still_written_to_is_not_read(usual: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "one.csv"
    with elsewhere.open("wb") as file:
        file.write(b"id;na")
        file.flush()
        assert seen_after(usual, lambda: elsewhere.rename(usual.inbox / "one.csv"), 60) == []


@linux
def test_what_is_written_to_after_its_move_stands_still_as_long_as_ever(
    usual: Settings, tmp_path: Path
) -> None:
    def moved_and_written() -> None:
        (tmp_path / "one.csv").write_bytes(b"id;na")
        (tmp_path / "one.csv").rename(usual.inbox / "one.csv")
        with (usual.inbox / "one.csv").open("ab") as file:
            file.write(b"me")

    assert seen_after(usual, moved_and_written, 1.5) == []
    with (usual.inbox / "one.csv").open("ab") as file:  # and where nobody looked as it was written to
        file.write(b";runtime")
    assert names(usual, time.time() + 1.5) == []
    assert names(usual, time.time() + LATER) == ["one.csv"]


@linux
def test_another_name_in_the_inbox_says_nothing_of_the_content(usual: Settings) -> None:
    (usual.inbox / "one.csv").write_bytes(b"id;na")
    assert seen_after(usual, lambda: (usual.inbox / "one.csv").rename(usual.inbox / "two.csv"), 1.5) == []


@linux
def test_where_more_happened_than_was_told_all_stand_still_as_long_as_ever(usual: Settings) -> None:
    moves = MovedIn(names={"one.csv"})
    (usual.inbox / "one.csv").write_bytes(b"id;na")
    moves._note(0x4000, 0, "")  # IN_Q_OVERFLOW
    assert InboxWatch(usual).settled(time.time() + 1.5, moves) == []


def test_where_the_folder_cannot_be_watched_files_are_read_all_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moved_in, "_begin", lambda _folder: None)
    (settings.inbox / "a.csv").write_bytes(b"x")
    assert waited(settings, 20)[0] == ["a.csv"]
    with MovedIn.watch(settings.home / "not there", is_meant) as moves:
        moves.read()
        assert moves.names == set()


def test_each_look_gives_back_what_it_watched_with(settings: Settings) -> None:
    before = len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0
    for _ in range(20):
        waited(settings, 0)
    assert sys.platform != "linux" or len(list(Path("/proc/self/fd").iterdir())) <= before + 2


def test_of_a_burst_each_file_is_taken_once_and_whole(usual: Settings) -> None:
    """Half of them copied into their place, the others moved there, while two processes look and take."""
    content = {f"{number:03}.xlsx": a_workbook(1 + number % 3) for number in range(300)}
    taken: list[tuple[str, bytes]] = []
    dropped = threading.Event()

    def take() -> None:
        while not dropped.is_set() or any(usual.inbox.glob("*.xlsx")):
            for settled in InboxWatch(usual).wait(0.5):
                claimed = claim(settled, usual)
                if isinstance(claimed, Claimed):
                    taken.append((claimed.file_name, claimed.path.read_bytes()))

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number, (name, whole_one) in enumerate(content.items()):
        if number % 2:
            (usual.inbox / f".{name}").write_bytes(whole_one)
            (usual.inbox / f".{name}").rename(usual.inbox / name)
            continue
        with (usual.inbox / name).open("wb") as file:
            file.write(whole_one[:100])
            file.flush()
            file.write(whole_one[100:])
    dropped.set()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == sorted(content.items())
