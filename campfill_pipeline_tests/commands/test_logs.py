"""Logs of the processes of `campfill up`: plain text, bounded, nothing lost up to the bound."""

from __future__ import annotations

import io
from pathlib import Path

from campfill_pipeline.commands.processes import keep_log


def test_colour_codes_stay_out_and_old_pages_are_let_go(tmp_path: Path) -> None:
    lines = [b"\x1b[32m2026-11-27\x1b[0m line %04d\n" % number for number in range(1000)]
    log = tmp_path / "daemon.log"
    keep_log(io.BytesIO(b"".join(lines)), log, most=5_000)
    files = [tmp_path / name for name in ("daemon.log.2", "daemon.log.1", "daemon.log")]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(file.stat().st_size <= 5_000 for file in files)
    kept = "".join(file.read_text() for file in files)
    assert "\x1b" not in kept
    told = [int(line.rsplit(" ", 1)[1]) for line in kept.splitlines()]
    assert told == list(range(told[0], 1000))  # the newest, in order, without a gap


def test_what_is_already_in_the_log_stays_before_what_comes(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    log.write_bytes(b"before\n")
    keep_log(io.BytesIO(b"after\n"), log)
    assert log.read_text() == "before\nafter\n"
