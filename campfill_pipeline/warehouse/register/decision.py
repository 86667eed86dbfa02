"""What was found in an upload, as one value: what the ledger is told, and what a list brings to the register.

Belongs here: the facts of a verdict. Does not belong here: storing them (`ledger`, `apply`), judging (intake/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.warehouse.register.uploads import Counts


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What became of an upload.

    `reason` is a code of the contract, `message` and `hint` are for people; `changed` is (new, updated, unchanged);
    `content_date` what the file says of its own age; `issues` an Arrow stream; `description` the
    list description it was read by, with its version; `detail` is kept with the event only.
    """

    status: UploadStatus
    kind: str = UploadKind.UNKNOWN
    reason: str | None = None
    message: str | None = None
    hint: str | None = None
    counts: Counts | None = None
    changed: tuple[int, int, int] | None = None
    content_date: datetime | None = None
    notes: tuple[str, ...] = ()
    issues: Path | None = None
    description: tuple[str, int] | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class JudgedList:
    """A campaign list whose rows have been judged: Arrow streams of its accepted lines and of its issues.

    `also_listed`: ids of rejected rows, so that a faulty row does not make its line absent. `description`: name and
    version of the list description it was read by; None: it is a present list. `notes`: the sentences that were said
    when it was decided first, where a rebuild applies it again: what people were told stays, whatever is told today.
    """

    lines: Path
    issues: Path | None
    counts: Counts
    content_date: datetime | None = None
    also_listed: Sequence[UUID] = ()
    description: tuple[str, int] | None = None
    notes: tuple[str, ...] | None = None
