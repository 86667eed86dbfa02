"""The files in deploy/ are taken by the programs that they are for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[1] / "deploy"


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="needs systemd-analyze, of Linux with systemd"
)
@pytest.mark.parametrize("named", ["campfill.service", "scale/campfill@.service"])
def test_systemd_takes_the_unit_file(tmp_path: Path, named: str) -> None:
    unit = (DEPLOY / named).read_text(encoding="utf-8")
    told = "/srv/campfill/.venv/bin/campfill"
    assert told in unit
    file = tmp_path / Path(named).name.replace("@", "@worker")
    file.write_text(unit.replace(told, sys.executable), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
    )
    mine = [line for line in (done.stdout + done.stderr).splitlines() if "campfill" in line]
    assert (done.returncode, mine) == (0, [])
