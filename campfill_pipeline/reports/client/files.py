"""The files of one client's sheet, written into a folder of theirs.

Belongs here: names, hashes, the order in which files are made. Does not belong here: what stands in them.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from campfill_pipeline.domain.client_words import ClientWords
from campfill_pipeline.reports.client import page, sheet, workbook
from campfill_pipeline.reports.files import replace_file
from campfill_pipeline.warehouse.readers.page.client import ClientData


@dataclass(frozen=True)
class ClientFiles:
    """Where the files are, and the text to copy."""

    page: Path
    workbook: Path
    figures: Path
    text_file: Path
    sums: Path
    text: str


def file_name(client: str) -> str:
    """The client's name as part of a file's; where letters are lost on the way, a few of its hash keep two apart."""
    plain = unicodedata.normalize("NFKD", client).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:60]
    lossless = re.fullmatch(r"[A-Za-z0-9 ]+", client) and len(client) <= 60 and client == client.lower()
    return slug if lossless else f"{slug or 'client'}-{sha256(client.encode()).hexdigest()[:6]}"


def write(
    folder: Path, data: ClientData, words: ClientWords, made_at: datetime, *, prices: bool
) -> ClientFiles:
    """Write page, workbook, figures and text into `folder`, and the hashes of all four; each is replaced as a whole."""
    # Each kind has a name of its own: what was asked for without prices is never a file that has them.
    kind = ("-prices" if prices else "") + f"-{words.language.value}"
    name = file_name(data.client.name) + kind
    target = {end: folder / f"{name}{end}" for end in (".html", ".xlsx", ".csv", ".txt", ".sha256")}
    replace_file(target[".csv"], lambda path: _figures(data, path))
    checks = [
        check.format(
            csv=target[".csv"].name, sha=_sum(target[".csv"]), sums=target[".sha256"].name,
            total=words.number(sum((cell.impressions for cell in data.site_days), Decimal(0)), 4),
        )
        for check in (words.checks if data.site_days else _of_nothing(words))
    ]  # fmt: skip
    lines = sheet.one_by_one(data, words)
    html = page.render(data, lines, words, made_at, checks=checks, prices=prices)
    replace_file(target[".html"], lambda path: path.write_text(html, encoding="utf-8"))
    replace_file(
        target[".xlsx"],
        lambda path: workbook.render(
            data, lines, words, made_at, path, checks=checks, csv_name=target[".csv"].name, prices=prices
        ),
    )
    text = sheet.text(data, words, prices=prices)
    replace_file(target[".txt"], lambda path: path.write_text(text, encoding="utf-8"))
    sealed = [target[end] for end in (".html", ".xlsx", ".csv", ".txt")]
    sums = "".join(f"{_sum(path)}  {path.name}\n" for path in sealed)
    replace_file(target[".sha256"], lambda path: path.write_text(sums, encoding="utf-8"))
    return ClientFiles(
        target[".html"], target[".xlsx"], target[".csv"], target[".txt"], target[".sha256"], text
    )


def _of_nothing(words: ClientWords) -> tuple[str, ...]:
    """How to check figures of which there are none: a sum of no rows is no 0."""
    first, _, *others = words.checks
    return (first, words.check_nothing, *others)


def _sum(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _figures(data: ClientData, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("line_id", "day", "site", "impressions"))
        for cell in data.site_days:
            out.writerow((cell.line_id, cell.day.isoformat(), cell.site, f"{cell.impressions:f}"))
