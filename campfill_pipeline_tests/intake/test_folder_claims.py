"""Taking files out of the inbox: atomic, lossless, the original unchanged in the archive."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from campfill_pipeline.intake.inbox import folder
from campfill_pipeline.intake.inbox.folder import Claimed, ClaimError, ClaimFailed, InboxWatch, Settled
from campfill_pipeline.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings({"CAMPFILL_HOME": str(tmp_path / "home"), "CAMPFILL_SETTLE_SECONDS": "0"})
    settings.make_folders()
    return settings


def drop(settings: Settings, name: str = "list.xlsx", content: bytes = b"content") -> Settled:
    (settings.inbox / name).write_bytes(content)
    return next(file for file in InboxWatch(settings).settled(time.time() + 60) if file.path.name == name)


def taken(outcome: Claimed | ClaimFailed) -> Claimed:
    assert isinstance(outcome, Claimed), outcome
    return outcome


def test_a_claimed_file_is_in_the_archive_and_no_longer_in_the_inbox(settings: Settings) -> None:
    claimed = taken(folder.claim(drop(settings), settings))
    archived = folder.archive_path(settings, claimed.archived_as)
    assert archived.read_bytes() == claimed.path.read_bytes() == b"content"
    assert claimed.sha256 == hashlib.sha256(b"content").hexdigest()
    assert (claimed.file_name, claimed.file_bytes) == ("list.xlsx", 7)
    assert archived.stat().st_mode & 0o222 == 0
    assert list(settings.inbox.iterdir()) == []


def test_the_same_bytes_twice_are_two_claims_and_one_original(settings: Settings) -> None:
    first = taken(folder.claim(drop(settings, "a.xlsx"), settings))
    second = taken(folder.claim(drop(settings, "b.xlsx"), settings))
    assert first.upload_id != second.upload_id
    assert first.archived_as == second.archived_as
    assert len([path for path in settings.archive.rglob("*") if path.is_file()]) == 1


def test_of_several_who_claim_a_file_exactly_one_gets_it(settings: Settings) -> None:
    settled = [drop(settings, f"{number}.xlsx", b"%d" % number) for number in range(20)]
    outcomes: list[Claimed | ClaimFailed] = []

    def work() -> None:
        outcomes.extend(folder.claim(file, settings) for file in settled)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(o.file_name for o in outcomes if isinstance(o, Claimed)) == sorted(
        f.path.name for f in settled
    )


def test_a_file_that_vanished_is_said(settings: Settings) -> None:
    settled = drop(settings)
    settled.path.unlink()
    outcome = folder.claim(settled, settings)
    assert isinstance(outcome, ClaimFailed)
    assert "vanished" in outcome.message
    assert folder.unfinished_claims(settings) == []


def test_a_file_replaced_after_it_settled_goes_back_to_wait(settings: Settings) -> None:
    settled = drop(settings)
    settled.path.write_bytes(b"another, longer content")
    outcome = folder.claim(settled, settings)
    assert isinstance(outcome, ClaimFailed)
    assert "changed" in outcome.message
    assert settled.path.read_bytes() == b"another, longer content"
    assert not any(settings.archive.iterdir())


def test_a_file_that_is_written_to_while_it_is_claimed_goes_back_to_wait(settings: Settings) -> None:
    settled = drop(settings)
    with settled.path.open("ab"):
        assert isinstance(folder.claim(settled, settings), ClaimFailed)
    assert settled.path.exists()


def test_a_file_is_given_back_beside_a_newer_one_of_the_same_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = drop(settings)
    real = folder._take_over

    def replaced_meanwhile(path: Path, claim_folder: Path) -> None:
        path.write_bytes(b"changed")
        real(path, claim_folder)
        path.write_bytes(b"newer")

    monkeypatch.setattr(folder, "_take_over", replaced_meanwhile)
    assert isinstance(folder.claim(settled, settings), ClaimFailed)
    assert {path.read_bytes() for path in settings.inbox.iterdir()} == {b"changed", b"newer"}


def test_a_crash_between_claim_and_ledger_loses_nothing(settings: Settings) -> None:
    claimed = taken(folder.claim(drop(settings), settings))
    assert folder.unfinished_claims(settings) == [claimed]
    folder.release(claimed, settings)
    assert folder.unfinished_claims(settings) == []
    assert folder.archive_path(settings, claimed.archived_as).exists()


def test_a_crash_before_archiving_is_finished_later(settings: Settings) -> None:
    claimed = taken(folder.claim(drop(settings, "März.xlsx"), settings))
    folder.archive_path(settings, claimed.archived_as).unlink()
    assert folder.unfinished_claims(settings) == [claimed]
    assert folder.archive_path(settings, claimed.archived_as).read_bytes() == b"content"


def test_a_claim_is_not_released_while_the_archive_lacks_its_bytes(settings: Settings) -> None:
    claimed = taken(folder.claim(drop(settings), settings))
    folder.archive_path(settings, claimed.archived_as).unlink()
    folder.release(claimed, settings)
    assert claimed.path.exists()


def test_a_damaged_original_in_the_archive_is_mended_by_the_next_drop(settings: Settings) -> None:
    claimed = taken(folder.claim(drop(settings), settings))
    folder.release(claimed, settings)
    archived = folder.archive_path(settings, claimed.archived_as)
    archived.chmod(0o644)
    archived.write_bytes(b"damaged")
    taken(folder.claim(drop(settings, "again.xlsx"), settings))
    assert archived.read_bytes() == b"content"


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
def test_the_inbox_may_be_on_another_file_system(tmp_path: Path) -> None:
    inbox = Path(f"/dev/shm/campfill-inbox-{os.getpid()}-{time.monotonic_ns()}")
    settings = load_settings({"CAMPFILL_HOME": str(tmp_path / "home"), "CAMPFILL_INBOX": str(inbox)})
    settings.make_folders()
    try:
        claimed = taken(folder.claim(drop(settings), settings))
        assert folder.archive_path(settings, claimed.archived_as).read_bytes() == b"content"
        assert list(inbox.iterdir()) == []
        interrupted = drop(settings, "next.xlsx", b"next")
        claim_folder = folder._new_claim(settings, claimed.upload_id.__class__(int=5), "next.xlsx")
        hidden = inbox / f".campfill-claimed-{claim_folder.name}"
        folder._write_origin(claim_folder, "next.xlsx", hidden)
        interrupted.path.rename(hidden)  # a crash here …
        assert [claim.file_name for claim in folder.unfinished_claims(settings)] == ["list.xlsx", "next.xlsx"]
        assert list(inbox.iterdir()) == []
    finally:
        for path in inbox.iterdir():
            path.unlink()
        inbox.rmdir()


def test_odd_names_survive_as_text(settings: Settings) -> None:
    assert taken(folder.claim(drop(settings, "two\nlines.xlsx"), settings)).file_name == "two\nlines.xlsx"
    assert taken(folder.claim(drop(settings, "n" * 255), settings)).file_name == "n" * 255
    assert taken(folder.claim(drop(settings, "A\u0308.xlsx"), settings)).file_name == "Ä.xlsx"
    latin = os.fsdecode(b"latin-\xe4.xlsx")
    assert taken(folder.claim(drop(settings, latin), settings)).file_name == "latin-\ufffd.xlsx"


def test_ingest_copies_and_leaves_the_file_where_it_is(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes(b"a;b")
    claimed = folder.claim_copy(file, settings)
    assert file.read_bytes() == folder.archive_path(settings, claimed.archived_as).read_bytes() == b"a;b"
    assert claimed.file_name == "mine.csv"
    assert file.stat().st_mode & 0o200


def test_ingest_says_what_cannot_be_copied(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match="cannot be read"):
        folder.claim_copy(tmp_path / "missing.xlsx", settings)
    with pytest.raises(ClaimError, match="not a file"):
        folder.claim_copy(tmp_path, settings)
    assert folder.unfinished_claims(settings) == []
