"""Assets of one upload: from the archived original to lines, delivery rows and the receipt.

One run handles a range of uploads (a burst of 300 files is one run). Each upload is isolated: what goes wrong with one
is recorded with it and asked for again, and the others go on. So no step here fails as a whole.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from campfill_pipeline.defs import rejections, turns, upload_metadata, upload_steps
from campfill_pipeline.defs.descriptions import describe
from campfill_pipeline.defs.partitions import UPLOADS
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.defs.storage import partitions_as_they_are
from campfill_pipeline.defs.tables import table_metadata
from campfill_pipeline.defs.unchecked_lists import UncheckedLists
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.intake.judge import issue_files
from campfill_pipeline.intake.process import parser as parsing
from campfill_pipeline.warehouse.register import apply, ledger, uploads

GROUP = "uploads"
OWNERS = ["team:ad-operations"]
SINGLE_RUN = dg.BackfillPolicy.single_run()


def _uploads(context: dg.AssetExecutionContext, campfill: Campfill) -> list[uploads.Upload]:
    """The uploads of this run, in ledger order."""
    with campfill.connect() as connection:
        return uploads.by_partition_keys(connection, context.partition_keys)


def _each(context: dg.AssetExecutionContext, campfill: Campfill) -> Iterator[uploads.Upload]:
    """The same one after another; what is told of each asks Dagster for no partitions anew."""
    with partitions_as_they_are(context.instance):
        yield from _uploads(context, campfill)


def _received(context: dg.AssetExecutionContext, campfill: Campfill) -> Iterator[uploads.Upload]:
    """Of these, the uploads that still wait for a decision and have not faulted in an earlier step."""
    for upload in _each(context, campfill):
        if upload.status == UploadStatus.RECEIVED and upload.upload_id not in campfill.faults:
            yield upload


def _ask_again(context: dg.AssetExecutionContext, campfill: Campfill) -> None:
    """Whoever re-executes a run in the web UI wants its rejected files read once more."""
    if "dagster/parent_run_id" not in context.run.tags:
        return
    for upload in _uploads(context, campfill):
        if upload.status == UploadStatus.REJECTED:
            with campfill.connect() as connection:
                ledger.ask_again(connection, upload.upload_id, at=campfill.clock())


@contextmanager
def _isolated(
    context: dg.AssetExecutionContext, campfill: Campfill, upload: uploads.Upload
) -> Iterator[None]:
    """Keep one upload's fault from the others: it is logged, remembered, and the upload is asked for again."""
    try:
        yield
    except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt):
        with campfill.connect() as connection:  # somebody stops the run: no fault of the file
            ledger.take_back_attempt(connection, context.run.run_id, at=campfill.clock())
        raise
    except Exception as error:
        campfill.faults[upload.upload_id] = f"{type(error).__name__}: {error}"
        context.log.exception("%s could not be processed", upload.file_name)


@dg.asset(
    partitions_def=UPLOADS, backfill_policy=SINGLE_RUN, group_name=GROUP, owners=OWNERS,
    kinds={"excel", "python"}, description=describe("upload_sheets"),
)  # fmt: skip
def upload_sheets(context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]) -> None:
    """Read each waiting original in the parser's process; of a run done again, the rejected ones too."""
    _ask_again(context, campfill)
    with parsing.Parser(upload_steps.limits(campfill)) as parser:
        for upload in _received(context, campfill):
            with _isolated(context, campfill, upload):
                with campfill.connect() as connection:
                    ledger.begin_attempt(
                        connection, upload.upload_id, context.run.run_id, at=campfill.clock()
                    )
                if original := upload_steps.seems_duplicate(campfill, upload):
                    facts = upload_metadata.not_read(upload, original)
                    context.add_asset_metadata(facts, partition_key=upload.partition_key)
                    continue
                started = time.monotonic()
                parsed = upload_steps.parse(campfill, upload, parser)
                facts = upload_metadata.sheets(upload, parsed, time.monotonic() - started)
                context.add_asset_metadata(facts, partition_key=upload.partition_key)


@dg.asset(
    partitions_def=UPLOADS, backfill_policy=SINGLE_RUN, group_name=GROUP, owners=OWNERS, deps=[upload_sheets],
    kinds={"pandera", "pandas"}, description=describe("validated_lines"),
)  # fmt: skip
def validated_lines(context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]) -> None:
    """Judge every row of each upload."""
    unchecked = UncheckedLists()
    judged: list[tuple[uploads.Upload, upload_metadata.Metadata]] = []
    for upload in _received(context, campfill):
        with _isolated(context, campfill, upload):
            if upload_steps.unread_original(campfill, upload):
                continue
            parsed = upload_steps.parsed_of(campfill, upload)
            if parsed.corrected is not None or parsed.care is not None:
                continue  # a description, or who takes care: no rows of a list
            if parsed.kind in (UploadKind.ID_MAP, UploadKind.SECOND_COUNT):
                continue  # judged when its turn comes, against the lines of that moment
            verdict = upload_steps.validate(campfill, upload, unchecked)
            first = issue_files.worst_issues(verdict.issues, upload_metadata.ISSUES_SHOWN)
            judged.append((upload, upload_metadata.verdict(verdict, first)))
        if unchecked.many:
            _check(context, campfill, unchecked)
    _check(context, campfill, unchecked)
    with partitions_as_they_are(context.instance):
        for upload, facts in judged:
            if upload.upload_id not in campfill.faults:
                context.add_asset_metadata(facts, partition_key=upload.partition_key)


def _check(context: dg.AssetExecutionContext, campfill: Campfill, unchecked: UncheckedLists) -> None:
    for upload, broken in unchecked.check():
        with _isolated(context, campfill, upload):
            raise broken


@dg.asset(
    partitions_def=UPLOADS, backfill_policy=SINGLE_RUN, group_name=GROUP, owners=OWNERS, deps=[validated_lines],
    kinds={"postgres", "table"}, description=describe("lines"),
)  # fmt: skip
def lines(context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]) -> None:
    """Apply each list to the register, in order of arrival; decide what is no list and no export."""
    facts: dict[str, upload_metadata.Metadata] = {}
    if first_of_all := next(_received(context, campfill), None):
        turns.after_earlier(campfill, context.instance, context.run.run_id, first_of_all)
    with parsing.Parser(upload_steps.limits(campfill)) as parser:
        for upload in _received(context, campfill):
            with _isolated(context, campfill, upload):
                if upload_steps.kind_of(campfill, upload) == UploadKind.REPORT_CSV:
                    continue
                decided = upload_steps.apply_list(campfill, upload, parser)
                with campfill.connect() as connection:
                    first = apply.changes(connection, upload.upload_id, upload_metadata.CHANGES_SHOWN)
                facts[upload.partition_key] = {
                    **upload_metadata.decided(decided),
                    **upload_metadata.changes(decided, first),
                }
    table = table_metadata(campfill, "line")
    with partitions_as_they_are(context.instance):
        for key, outcome in facts.items():
            context.add_asset_metadata({**outcome, **table}, partition_key=key)


@dg.asset(
    partitions_def=UPLOADS, backfill_policy=SINGLE_RUN, group_name=GROUP, owners=OWNERS, deps=[validated_lines],
    kinds={"postgres", "csv"}, description=describe("uploaded_report_rows", "delivery_hourly"),
)  # fmt: skip
def uploaded_report_rows(context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]) -> None:
    """Store the delivery of each dropped CSV export."""
    for upload in _received(context, campfill):
        with _isolated(context, campfill, upload):
            if upload_steps.kind_of(campfill, upload) != UploadKind.REPORT_CSV:
                continue
            decided = upload_steps.store_export(campfill, upload)
            context.add_asset_metadata(upload_metadata.decided(decided), partition_key=upload.partition_key)


@dg.asset(
    partitions_def=UPLOADS, backfill_policy=SINGLE_RUN, group_name=GROUP, owners=OWNERS,
    deps=[lines, uploaded_report_rows], kinds={"excel"}, description=describe("upload_receipts", "upload_sheets"),
)  # fmt: skip
def upload_receipts(context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]) -> None:
    """Write the receipt of every decided upload of this run, and show the rejected ones red."""
    with parsing.Parser(upload_steps.limits(campfill)) as parser:
        for upload in _each(context, campfill):
            if upload.status == UploadStatus.RECEIVED:
                fault = campfill.faults.get(upload.upload_id, "it was not processed")
                _show_red(context, upload, reason="internal_error", message=fault)
                continue
            with _isolated(context, campfill, upload):
                told = upload_steps.write_receipt(campfill, upload, parser)
                facts = upload_metadata.receipt(campfill, told)
                context.add_asset_metadata(facts, partition_key=upload.partition_key)
                shutil.rmtree(upload_steps.work_folders(campfill, upload), ignore_errors=True)
                if upload.status == UploadStatus.REJECTED:
                    reason, message = upload.reason or upload.status, upload.message or upload.status
                    _show_red(context, upload, reason=reason, message=message)


def _show_red(
    context: dg.AssetExecutionContext, upload: uploads.Upload, *, reason: str, message: str
) -> None:
    rejections.show_red(context, upload.partition_key, upload.file_name, reason=reason, message=message)
