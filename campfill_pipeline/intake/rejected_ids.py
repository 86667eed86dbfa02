"""Which lines a list names in rows that were rejected: they did not vanish from the list.

Belongs here: the ids of faulty rows. Does not belong here: judging rows (`campaign_lists`), absence (the warehouse).
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.described_columns import Described
from campfill_pipeline.domain.names import read_id
from campfill_pipeline.intake.findings import Parsed


def rejected_ids(parsed: Parsed, issues: Path, by: Described | None = None) -> list[UUID]:
    """Ids in rows with an error, where the id itself can be read; `issues` is the validation's Arrow stream."""
    with pa.ipc.open_stream(str(issues)) as reader:
        found = reader.read_all()
    errors = found.filter(pc.equal(found["severity"], "error"))
    ids: set[UUID] = set()
    for table in parsed.tables:
        of_sheet = (
            pc.is_null(errors["sheet"]) if table.sheet is None else pc.equal(errors["sheet"], table.sheet)
        )
        rows = errors.filter(of_sheet)["row_no"].combine_chunks()
        if not len(rows):
            continue
        with pa.ipc.open_stream(str(table.file)) as reader:
            for batch in reader:
                faulty = batch.filter(pc.is_in(batch["row_no"], value_set=rows.cast(batch["row_no"].type)))
                for text, kind in zip(faulty["id"].to_pylist(), faulty["id_kind"].to_pylist(), strict=True):
                    if value := (read_id(text, kind).value if by is None else by.id(text, kind)):
                        ids.add(UUID(value))
    return sorted(ids)
