"""When a dropped file counts as complete, and what is left alone."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from campfill_pipeline.intake.inbox.folder import InboxWatch
from campfill_pipeline.settings import Settings, load_settings


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
