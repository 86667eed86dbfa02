"""`Parsed` as JSON: between processes, and beside the tables in the work folder.

Belongs here: the two directions of that translation. Does not belong here: what the fields mean.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from campfill_pipeline.domain.proposals import Proposal, ProposedColumn
from campfill_pipeline.intake.findings import CareRow, ColumnFound, Corrected, Parsed, TableFound

MANIFEST = "parsed.json"


def to_json(parsed: Parsed) -> dict[str, Any]:
    """`parsed` as an object of JSON; the tables' files are named relative to their folder."""
    plain = dataclasses.asdict(parsed)
    plain["content_date"] = parsed.content_date.isoformat() if parsed.content_date else None
    for table in plain["tables"]:
        table["file"] = table["file"].name
    return plain


def from_json(plain: dict[str, Any], work: Path) -> Parsed:
    """The `Parsed` of such an object, with its tables' files in `work`."""
    tables = tuple(
        TableFound(
            **{
                **table,
                "columns": tuple(ColumnFound(**column) for column in table["columns"]),
                "headers": tuple(table["headers"]),
                "near": tuple((column, header) for column, header in table.get("near", ())),
                "file": work / table["file"],
                "above": tuple(table.get("above", ())),
            }
        )
        for table in plain["tables"]
    )
    date = plain["content_date"]
    return Parsed(
        **{
            **plain,
            "tables": tables,
            "hidden_sheets": tuple(plain["hidden_sheets"]),
            "unread_sheets": tuple(plain.get("unread_sheets", ())),
            "notes": tuple(plain["notes"]),
            "content_date": datetime.fromisoformat(date) if date else None,
            "proposal": _proposal(plain["proposal"]) if plain.get("proposal") else None,
            "corrected": Corrected(**plain["corrected"]) if plain.get("corrected") else None,
            "care": None if plain.get("care") is None else tuple(CareRow(**row) for row in plain["care"]),
        }
    )


def _proposal(plain: dict[str, Any]) -> Proposal:
    columns = tuple(
        ProposedColumn(**{**column, "samples": tuple(column["samples"])}) for column in plain["columns"]
    )
    return Proposal(plain["place"], columns, tuple((key, value) for key, value in plain["settings"]))


def save_parsed(parsed: Parsed, work: Path) -> Path:
    """Write the manifest beside its tables."""
    file = work / MANIFEST
    file.write_text(json.dumps(to_json(parsed), ensure_ascii=True), encoding="ascii")
    return file


def load_parsed(work: Path) -> Parsed:
    """Read the manifest that `save_parsed` wrote."""
    return from_json(json.loads((work / MANIFEST).read_text(encoding="ascii")), work)
