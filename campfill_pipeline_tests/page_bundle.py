"""The fulfillment page's scripts, bundled into one file: `make page` writes it, a test compares it.

Belongs here: running the bundler, and telling whether the bundle is that of the sources. Does not belong here: the
scripts themselves (`campfill_pipeline/reports/templates/page`).
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from campfill_pipeline.reports.page import SCRIPT, TEMPLATES

ROOT = Path(__file__).parents[1]
ESBUILD = ROOT / "node_modules" / ".bin" / "esbuild"
OPTIONS = ["--bundle", "--format=iife", "--charset=utf8", "--target=es2022", "--log-level=warning"]


def sources() -> list[Path]:
    """The modules that the bundle is made of."""
    return sorted(TEMPLATES.glob("*.js"))


def mark() -> str:
    """The bundle's last line: by it everybody can tell, without the bundler, whether it is that of the sources."""
    total = hashlib.sha256()
    for path in sources():
        total.update(f"{path.name}\n{path.read_text(encoding='utf-8')}".encode())
    return f"/* Made by `make page` from the modules beside this folder, {total.hexdigest()[:32]}. */\n"


def bundled() -> str:
    """The bundle of the sources as they are."""
    command = [str(ESBUILD), str(TEMPLATES / "main.js"), *OPTIONS]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout + mark()


def main() -> None:
    """Write the bundle."""
    SCRIPT.parent.mkdir(exist_ok=True)
    SCRIPT.write_text(bundled(), encoding="utf-8")


if __name__ == "__main__":
    main()
