"""Running the upload job in this process on given files, and what came of each file, as the contract says it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from campfill_pipeline.defs import arrivals, jobs, run_names
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.partitions import UPLOADS
from campfill_pipeline.defs.ranges import key_blocks, key_range
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.warehouse.readers import upload_answer
from campfill_pipeline.warehouse.register import uploads


class IngestError(CampfillError):
    """A file was taken in but could not be processed. It is asked for again by the next `campfill up`."""

    def __init__(self, file_name: str, fault: str) -> None:
        self.file_name, self.fault = file_name, fault
        super().__init__(
            f"{file_name} is taken in, but could not be processed ({fault}).", "`campfill up` tries it again."
        )


def ingest(runs: LocalRuns, files: Sequence[Path]) -> list[dict[str, Any]]:
    """Take copies of the files in, run the job on them, tell what became of each, in order.

    Raises `arrivals.UnreadableFileError` before anything is taken in where a file cannot be read.
    """
    for file in files:
        arrivals.check_readable(file)
    taken = [arrivals.take_copy(runs.campfill, file) for file in files]
    _run(runs, taken)
    answers = [_answer(runs, upload) for upload in taken]
    # A corrected receipt asks for its list again: it is read here and now, too.
    again = {number: found for number, answer in enumerate(answers) if (found := _asked_again(runs, answer))}
    if again:
        _run(runs, list({upload.upload_id: upload for upload in again.values()}.values()))
        for number, upload in again.items():
            answers[number]["list"] = _answer(runs, upload)
    return answers


def _asked_again(runs: LocalRuns, answer: dict[str, Any]) -> uploads.Upload | None:
    """The upload that a corrected receipt has asked for again, while it waits."""
    if answer["kind"] != UploadKind.LIST_DESCRIPTION:
        return None
    with runs.campfill.connect() as connection:
        found = uploads.asked_again_by(connection, UUID(answer["upload_id"]))
        return found if found is not None and found.status == UploadStatus.RECEIVED else None


def _run(runs: LocalRuns, taken: Sequence[uploads.Upload]) -> None:
    """Run the upload job on these uploads."""
    keys = [upload.partition_key for upload in taken]
    runs.instance.add_dynamic_partitions(UPLOADS.name or "", keys)
    order = runs.instance.get_dynamic_partitions(UPLOADS.name or "")
    for block in key_blocks(keys, order):
        names = [upload.file_name for upload in taken if upload.partition_key in block]
        runs.run(jobs.UPLOAD_JOB, tags=key_range(block[0], block[-1]) | run_names.upload(names))


def _answer(runs: LocalRuns, upload: uploads.Upload) -> dict[str, Any]:
    with runs.campfill.connect() as connection:
        now = uploads.get(connection, upload.upload_id)
        issues = uploads.issues(connection, upload.upload_id)
    if now.status == UploadStatus.RECEIVED:
        raise IngestError(now.file_name, runs.campfill.faults.get(now.upload_id, "it was not processed"))
    return upload_answer.of_upload(now, issues)
