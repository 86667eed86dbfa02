"""The steps of one upload, each able to start from the ledger and the archive alone.

What a step hands to the next lies in the work folder; where it is missing (another process, a later day), the step
before is done again from the archive. So every asset can be materialised by itself, at any time.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pyarrow as pa
from pydantic import TypeAdapter

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.defs.unchecked_lists import UncheckedList, UncheckedLists
from campfill_pipeline.defs.upload_past import past_of
from campfill_pipeline.domain import care, described_exports
from campfill_pipeline.domain.care import CareError
from campfill_pipeline.domain.described_columns import Described
from campfill_pipeline.domain.described_exports import DescribedExport
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake import kept_exports
from campfill_pipeline.intake.findings import CareRow, Corrected, Parsed
from campfill_pipeline.intake.judge import campaign_lists, id_maps, refused_rows, second_counts
from campfill_pipeline.intake.lists import shelf
from campfill_pipeline.intake.lists.notation import read_description
from campfill_pipeline.intake.process import parser as parsing
from campfill_pipeline.intake.receipt import original_rows, write
from campfill_pipeline.intake.rejected_ids import rejected_ids
from campfill_pipeline.language.speaking import say, say_many, speaking
from campfill_pipeline.reporting.description import export_files
from campfill_pipeline.settings import environment
from campfill_pipeline.storage import originals, published
from campfill_pipeline.warehouse.counts import files as count_files
from campfill_pipeline.warehouse.delivery import day
from campfill_pipeline.warehouse.delivery.errors import MixedGrainsError
from campfill_pipeline.warehouse.notices import care_sheets
from campfill_pipeline.warehouse.register import apply, descriptions, exports_in_order, ledger, uploads
from campfill_pipeline.warehouse.register import id_maps as registered_maps

if TYPE_CHECKING:
    from campfill_pipeline.warehouse.database import Connection

DESCRIPTION, VERDICT = "description.toml", "verdict.json"
_NAMING_LINES = (UploadKind.ID_MAP, UploadKind.SECOND_COUNT)
"""Kinds whose rows name lines that lists brought, and bring none."""
_PARSED = TypeAdapter(Parsed)
_VERDICT = TypeAdapter(Verdict)


def limits(campfill: Campfill) -> parsing.ParseLimits:
    """What one file may cost, from the settings."""
    return kept_exports.limits(campfill.settings)


def work_folder(campfill: Campfill, upload: uploads.Upload) -> Path:
    """Where this upload's intermediate files lie: among several machines, those of this run."""
    work = work_folders(campfill, upload)
    if campfill.settings.broker_url is None or campfill.claim is None:
        return work
    return work / campfill.claim.run_id  # a run that was cut off, and does not know it, shall not meddle


def work_folders(campfill: Campfill, upload: uploads.Upload) -> Path:
    """Where the intermediate files of all runs at this upload lie."""
    return campfill.settings.work / str(upload.upload_id)


def archived(campfill: Campfill, upload: uploads.Upload) -> Path:
    """The unchanged original, on this machine's disk."""
    return originals.local(campfill.settings, upload.archived_as)


def parse(campfill: Campfill, upload: uploads.Upload, parser: parsing.Parser) -> Parsed:
    """Read the original in the parser's process; the findings stay in the work folder."""
    work = work_folder(campfill, upload)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    progress = partial(campfill.progress, f"reading {upload.file_name}")
    known = descriptions_for(campfill, upload)
    parsed = parser.parse(archived(campfill, upload), upload.file_name, work, progress, known)
    parsed = second_counts.bounded(parsed)
    if parsed.read_by is not None:
        (work / DESCRIPTION).write_text(known[parsed.read_by], encoding="utf-8")
    (work / "parsed.json").write_bytes(_PARSED.dump_json(parsed))
    return parsed


def descriptions_for(campfill: Campfill, upload: uploads.Upload) -> Mapping[str, str]:
    """The descriptions of lists and exports to read an upload by: those of today; once it is decided, that of then."""
    with campfill.connect() as connection:
        known = uploads.get(connection, upload.upload_id)
        if known.status == UploadStatus.RECEIVED:
            lists = shelf.load(campfill.settings.lists).texts
            return export_files.with_lists(campfill.settings, environment(), lists)
        text = descriptions.read_by(connection, known)
        return {} if text is None else {str(known.description_name): text}


def described(campfill: Campfill, upload: uploads.Upload, parsed: Parsed) -> Described | None:
    """The description at work that an upload was read by; None for a present list."""
    if parsed.read_by is None:
        return None
    text = (work_folder(campfill, upload) / DESCRIPTION).read_text(encoding="utf-8")
    settings = campfill.settings
    return Described(read_description(text, f"{parsed.read_by}.toml"), settings.timezone)


def described_export(campfill: Campfill, upload: uploads.Upload, parsed: Parsed) -> DescribedExport | None:
    """The house's description that an export was read by; None for present and platforms' exports."""
    if parsed.read_by is None:
        return None
    return described_exports.read((work_folder(campfill, upload) / DESCRIPTION).read_text(encoding="utf-8"))


def _version(
    campfill: Campfill, connection: Connection, upload: uploads.Upload, parsed: Parsed
) -> tuple[str, int] | None:
    """The description that an upload was read by, and its version."""
    if parsed.read_by is None:
        return None
    text = (work_folder(campfill, upload) / DESCRIPTION).read_text(encoding="utf-8")
    version = descriptions.version_of(connection, parsed.read_by, text, at=campfill.clock())
    return parsed.read_by, version


def seems_duplicate(campfill: Campfill, upload: uploads.Upload) -> uploads.Upload | None:
    """The upload whose bytes these are, while nothing else was loaded since: then it need not be read.

    Decided where its turn comes; if something else came between, it is read then.
    """
    with campfill.connect() as connection:
        return uploads.duplicate_of(connection, upload)


def kind_of(campfill: Campfill, upload: uploads.Upload) -> str:
    """What kind of file it is, without reading one that seems a duplicate."""
    if original := unread_original(campfill, upload):
        return original.kind
    return parsed_of(campfill, upload).kind


def unread_original(campfill: Campfill, upload: uploads.Upload) -> uploads.Upload | None:
    """The upload that this one seems to repeat, where it was not read for that reason; None where it was read."""
    return None if _is_read(campfill, upload) else seems_duplicate(campfill, upload)


def _is_read(campfill: Campfill, upload: uploads.Upload) -> bool:
    """Whether the findings of `parse` lie in the work folder."""
    return (work_folder(campfill, upload) / "parsed.json").exists()


def parsed_of(campfill: Campfill, upload: uploads.Upload) -> Parsed:
    """The findings of `parse`, from the work folder, else made again."""
    file = work_folder(campfill, upload) / "parsed.json"
    if file.exists():
        return _PARSED.validate_json(file.read_bytes())
    with parsing.Parser(limits(campfill)) as parser:
        return parse(campfill, upload, parser)


def validate(campfill: Campfill, upload: uploads.Upload, unchecked: UncheckedLists | None = None) -> Verdict:
    """Judge every row; the verdicts stay in the work folder.

    `unchecked`: takes a campaign list's lines, to be held against their schema later. Raises BrokenPromiseError.
    """
    parsed = parsed_of(campfill, upload)
    work = work_folder(campfill, upload)
    progress = partial(campfill.progress, f"checking {upload.file_name}")
    if parsed.kind == UploadKind.REPORT_CSV:
        by = described_export(campfill, upload, parsed)
        verdict = kept_exports.judge(parsed, work, upload, campfill.settings, progress, by)
    elif parsed.kind == UploadKind.ID_MAP:
        with campfill.connect() as connection:
            decided = uploads.get(connection, upload.upload_id).decided_at  # read again: by the lines of then
            named = partial(registered_maps.lines_named, connection, before=decided)
            sources = {*registered_maps.connectors(connection), *campfill.settings.asked}
            verdict = id_maps.validate_map(parsed, work, named, sources)
    elif parsed.kind == UploadKind.SECOND_COUNT:
        with campfill.connect() as connection:
            decided = uploads.get(connection, upload.upload_id).decided_at
            named = partial(count_files.lines_named, connection, before=decided)
            verdict = second_counts.validate_counts(parsed, work, named)
    else:
        by_list = described(campfill, upload, parsed)
        past = past_of(campfill, upload)
        lines: list[pa.RecordBatch] | None = None if unchecked is None else []
        verdict = campaign_lists.validate_list(
            parsed, work, progress=progress, by=by_list, past=past, unchecked=lines
        )
        if unchecked is not None and lines:
            (work / VERDICT).unlink(missing_ok=True)  # an earlier one: this one is not given yet
            by_buyer = campaign_lists.kind_by_buyer(by_list)
            one = UncheckedList(upload, work / VERDICT, _VERDICT.dump_json(verdict), lines, by_buyer)
            unchecked.add(one)
            return verdict
    (work / VERDICT).write_bytes(_VERDICT.dump_json(verdict))
    return verdict


def verdict_of(campfill: Campfill, upload: uploads.Upload) -> Verdict:
    """The outcome of `validate`, from the work folder, else made again."""
    file = work_folder(campfill, upload) / VERDICT
    return _VERDICT.validate_json(file.read_bytes()) if file.exists() else validate(campfill, upload)


def apply_list(campfill: Campfill, upload: uploads.Upload, parser: parsing.Parser) -> uploads.Upload:
    """Decide an upload that is no CSV export: its lines go to the register, or nothing of it is loaded.

    Meanwhile the parser fetches the rows that the receipt will show.
    """
    # Of a list that was read already, `apply` itself decides it where it repeats another: that saves a transaction.
    if not _is_read(campfill, upload) and _is_duplicate(campfill, upload):
        return _as_it_is(campfill, upload)
    parsed = parsed_of(campfill, upload)
    if parsed.kind != UploadKind.CAMPAIGN_LIST and _is_duplicate(campfill, upload):
        return _as_it_is(campfill, upload)
    if parsed.care is not None:
        return keep_care(campfill, upload, parsed.care)
    if parsed.corrected is not None:
        return keep_description(campfill, upload, parsed.corrected)
    if parsed.kind in _NAMING_LINES:  # its turn has come: against the lines of now
        validate(campfill, upload)
    verdict = verdict_of(campfill, upload)
    if verdict.status == UploadStatus.REJECTED:
        if parsed.kind != UploadKind.CAMPAIGN_LIST or not _is_duplicate(campfill, upload):
            with campfill.connect() as connection:
                _reject(campfill, connection, upload, parsed, verdict)
        return _as_it_is(campfill, upload)
    if parsed.kind in _NAMING_LINES:
        bring = registered_maps.apply_map if parsed.kind == UploadKind.ID_MAP else count_files.apply_count
        with campfill.connect() as connection:
            bring(
                connection, upload, Path(verdict.lines), Path(verdict.issues), counts_of(verdict), verdict.status,
                now=campfill.clock(),
            )  # fmt: skip
        return _as_it_is(campfill, upload)
    work = work_folder(campfill, upload)
    raw_rows = partial(
        parser.raw_rows, archived(campfill, upload), descriptions=_read_by(campfill, upload, parsed)
    )
    with (
        original_rows.fetched_meanwhile(parsed, Path(verdict.issues), work, raw_rows),
        campfill.connect() as connection,
    ):
        judged = apply.JudgedList(
            lines=verdict.lines,
            issues=verdict.issues,
            counts=counts_of(verdict),
            content_date=parsed.content_date,
            also_listed=rejected_ids(parsed, Path(verdict.issues), described(campfill, upload, parsed)),
            description=_version(campfill, connection, upload, parsed),
        )
        apply.apply_list(
            connection, upload, judged, now=campfill.clock(), timezone=campfill.settings.timezone
        )
        return uploads.get(connection, upload.upload_id)


def keep_description(campfill: Campfill, upload: uploads.Upload, corrected: Corrected) -> uploads.Upload:
    """Keep the description that a corrected receipt makes, and ask for the list again that it is of."""
    kept = shelf.keep(campfill.settings.lists, corrected.name, corrected.text)
    now = campfill.clock()
    with campfill.connect() as connection:
        version = descriptions.version_of(connection, corrected.name, corrected.text, at=now)
        meant = _meant(connection, corrected.upload)
        read = (
            say("{file} is read by it now.", file=meant.file_name)
            if meant
            else say("Drop its lists again: they are read by it now.")
        )
        found = ledger.Decision(
            status=UploadStatus.LOADED,
            kind=UploadKind.LIST_DESCRIPTION,
            message=say(
                "The list description “{name}” is kept as {file} (version {version}).",
                name=corrected.name,
                file=kept.name,
                version=version,
            ),
            hint=read,
            notes=(say("It is kept in the folder {path}. {told}", path=kept.parent.name, told=read),),
            description=(corrected.name, version),
            detail={"read_again": str(meant.upload_id)} if meant else {},
        )
        if meant is not None:  # first, so that a run that dies between the two does it again
            ledger.ask_again(connection, meant.upload_id, at=now)
        ledger.decide(connection, upload.upload_id, found, at=now)
    return _as_it_is(campfill, upload)


def keep_care(campfill: Campfill, upload: uploads.Upload, rows: Sequence[CareRow]) -> uploads.Upload:
    """Keep what a sheet Care says, all of it or nothing; decide its upload in the same transaction."""
    now = campfill.clock()
    today = now.astimezone(campfill.settings.timezone).date()
    try:
        with campfill.connect() as connection:
            said = care_sheets.keep(connection, rows, upload_id=upload.upload_id, file_name=upload.file_name,
                                    today=today, now=now)  # fmt: skip
            told = say_many(
                "Of {lines} line something new is said; make-goods agreed: {count}.",
                "Of {lines} lines something new is said; make-goods agreed: {count}.",
                said.lines, lines=said.lines, count=said.make_goods,
            )  # fmt: skip
            stays = say_many(
                "{rows} row says how its line stands already: nothing was kept of it.",
                "{rows} rows say how their lines stand already: nothing was kept of them.",
                said.rows - said.changed, rows=said.rows - said.changed,
            )  # fmt: skip
            over = (care.over_owed(one.name, one.agreed, one.owed, ended=one.ended) for one in said.over_owed)
            found = ledger.Decision(
                status=UploadStatus.LOADED, kind=UploadKind.CARE, message=told, hint=say("Nothing."),
                counts=uploads.Counts(read=said.rows, accepted=said.rows),
                changed=(0, said.changed, said.rows - said.changed),
                notes=(told, *((stays,) if said.rows > said.changed else ()), *over),
            )  # fmt: skip
            ledger.decide(connection, upload.upload_id, found, at=now)
    except CareError as fault:
        with campfill.connect() as connection:
            found = ledger.Decision(
                status=UploadStatus.REJECTED, kind=UploadKind.CARE, reason="bad_care",
                message=say("Of the sheet “Care” nothing was kept. {told}", told=fault.problem),
                hint=say("{mend} Then drop it again.", mend=fault.mend),
            )  # fmt: skip
            ledger.decide(connection, upload.upload_id, found, at=now)
    return _as_it_is(campfill, upload)


def _meant(connection: Connection, upload: str) -> uploads.Upload | None:
    """The rejected upload that a corrected receipt is of; None where it is not here, or was read meanwhile."""
    try:
        found = uploads.find(connection, UUID(upload))
    except ValueError:
        return None
    return found if found is not None and found.status == UploadStatus.REJECTED else None


def store_export(campfill: Campfill, upload: uploads.Upload) -> uploads.Upload:
    """Decide a CSV export: its rows become delivery, or nothing of it is loaded."""
    if _is_duplicate(campfill, upload):
        return _as_it_is(campfill, upload)
    parsed, verdict = parsed_of(campfill, upload), verdict_of(campfill, upload)
    now = campfill.clock()
    with campfill.connect() as connection:
        if verdict.status == UploadStatus.REJECTED:
            _reject(campfill, connection, upload, parsed, verdict)
        else:
            try:
                stored = _store_in_order(campfill, connection, upload, now)
            except MixedGrainsError as error:
                connection.rollback()
                refused = replace(parsed, reason="mixed_grains", message=error.problem, hint=error.mend)
                _reject(campfill, connection, upload, refused, _nothing_of(verdict))
                return _as_it_is(campfill, upload)
            decision = ledger.Decision(
                status=verdict.status,
                kind=parsed.kind,
                counts=counts_of(verdict),
                changed=(stored.new, stored.changed, stored.unchanged),
                content_date=parsed.content_date,
                issues=verdict.issues,
                description=_version(campfill, connection, upload, parsed),
            )
            ledger.decide(connection, upload.upload_id, decision, at=now)
    return _as_it_is(campfill, upload)


def _store_in_order(
    campfill: Campfill, connection: Connection, upload: uploads.Upload, now: datetime
) -> day.StoreResult:
    read_again: list[uploads.Upload] = []

    def judge(wanted: uploads.Upload) -> exports_in_order.JudgedExport:
        if wanted.upload_id != upload.upload_id:
            read_again.append(wanted)
        verdict = verdict_of(campfill, wanted)
        whole = verdict.whole or campfill.settings.is_whole_export(wanted.file_name)
        refused = refused_rows.read(verdict.refused)
        return exports_in_order.JudgedExport(verdict.lines, refused, whole, verdict.by_day)

    try:
        return exports_in_order.store_in_order(
            connection, upload, judge, timezone=campfill.settings.timezone, now=now
        )
    finally:
        for other in read_again:  # only this upload's files are still needed, for its receipt
            shutil.rmtree(work_folder(campfill, other), ignore_errors=True)


def _is_duplicate(campfill: Campfill, upload: uploads.Upload) -> bool:
    with campfill.connect() as connection:
        return ledger.decide_if_duplicate(connection, upload, at=campfill.clock())


def _nothing_of(verdict: Verdict) -> Verdict:
    """The verdict on a file of which nothing is loaded after all."""
    return replace(verdict, rows_accepted=0, rows_rejected=verdict.rows_read, status=UploadStatus.REJECTED)


def counts_of(verdict: Verdict) -> uploads.Counts:
    """The verdict's rows, as the ledger counts them."""
    return uploads.Counts(
        verdict.rows_read, verdict.rows_accepted, verdict.rows_rejected, verdict.rows_skipped
    )


def _reject(
    campfill: Campfill,
    connection: Connection,
    upload: uploads.Upload,
    parsed: Parsed,
    verdict: Verdict,
) -> None:
    found = ledger.Decision(
        status=UploadStatus.REJECTED,
        kind=parsed.kind,
        reason=parsed.reason or verdict.reason,
        message=parsed.message or say("No row of the file could be accepted."),
        hint=parsed.hint or say("The receipt holds the rows to mend."),
        counts=counts_of(verdict),
        issues=verdict.issues,
        description=_version(campfill, connection, upload, parsed),
    )
    ledger.decide(connection, upload.upload_id, found, at=campfill.clock())


def _as_it_is(campfill: Campfill, upload: uploads.Upload) -> uploads.Upload:
    with campfill.connect() as connection:
        return uploads.get(connection, upload.upload_id)


def _read_by(campfill: Campfill, upload: uploads.Upload, parsed: Parsed) -> Mapping[str, str]:
    if parsed.read_by is None:
        return {}
    file = work_folder(campfill, upload) / DESCRIPTION
    return {parsed.read_by: file.read_text(encoding="utf-8")}


def _broken_descriptions(campfill: Campfill, upload: uploads.Upload) -> list[str]:
    """Of a file that no description reads: those of the house that cannot be used; one may be meant for it."""
    if upload.status != UploadStatus.REJECTED or upload.reason not in ("no_header", "missing_column"):
        return []
    lists = shelf.load(campfill.settings.lists)
    own = export_files.at_hand(campfill.settings, environment(), list(lists.texts))
    return [
        *(say("A list description could not be used: {told}", told=fault) for fault in lists.faults),
        *(say("An export description could not be used: {told}", told=one.fault) for one in own if one.fault),
    ]


def receipt_path(upload: uploads.Upload) -> str:
    """Where the receipt lies below CAMPFILL_HOME: sorted by arrival, named after the file."""
    stem = upload.partition_key.removesuffix(".xlsx")
    return f"outbox/{stem}.receipt.xlsx"


def write_receipt(campfill: Campfill, upload: uploads.Upload, parser: parsing.Parser) -> uploads.Upload:
    """Write the receipt of a decided upload, in one move, and note where it lies."""
    work = work_folder(campfill, upload)
    path = receipt_path(upload)
    if upload.status == UploadStatus.DUPLICATE:  # the receipt of its first arrival tells what was read
        parsed = Parsed(kind=upload.kind, reason=None, message="", hint="", format="unknown")
    else:
        parsed = parsed_of(campfill, upload)
    with campfill.connect() as connection:
        told = apply.changes(connection, upload.upload_id, write.MOST_CHANGES)
    facts = write.ReceiptFacts(
        upload_id=upload.upload_id,
        file_name=upload.file_name,
        received_at=upload.received_at.astimezone(campfill.settings.timezone),
        status=upload.status,
        reason=upload.reason,
        message=upload.message or "",
        hint=upload.hint or "",
        counts=upload,
        parsed=parsed,
        issues=work / "issues.arrow",
        changes=[vars(change) for change in told],
        notes=(*upload.notes, *_broken_descriptions(campfill, upload)),
        raw_rows=original_rows.kept(
            work,
            partial(
                parser.raw_rows, archived(campfill, upload), descriptions=_read_by(campfill, upload, parsed)
            ),
        ),
    )
    with speaking(campfill.settings.language):
        write.write_receipt(campfill.settings.home / path, facts)
    with campfill.connect() as connection:
        ledger.set_receipt(connection, upload.upload_id, path, at=campfill.clock())
        noted = uploads.get(connection, upload.upload_id)
    published.publish(campfill.settings, [campfill.settings.home / path])
    published.catch_up(campfill.settings)
    return noted
