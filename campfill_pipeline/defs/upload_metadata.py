"""What the web UI shows of one upload: counts, tables of issues and changes, the receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import dagster as dg

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain import issue_codes
from campfill_pipeline.domain.issues import Issue
from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import Parsed
from campfill_pipeline.intake.receipt import changes_and_issues
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline.warehouse.register.changes import LineChange

Metadata = Mapping[str, dg.MetadataValue]
ISSUES_SHOWN = 50
CHANGES_SHOWN = 50


def sheets(upload: uploads.Upload, parsed: Parsed, seconds: float) -> Metadata:
    """What was found where, and how long reading took."""
    facts: dict[str, dg.MetadataValue] = {
        "file": dg.MetadataValue.text(upload.file_name),
        "bytes": dg.MetadataValue.int(upload.file_bytes),
        "seconds": dg.MetadataValue.float(round(seconds, 3)),
        "format": dg.MetadataValue.text(parsed.format),
        "kind": dg.MetadataValue.text(parsed.kind),
        "dagster/row_count": dg.MetadataValue.int(sum(table.rows for table in parsed.tables)),
    }
    if parsed.reason:
        facts["rejected because"] = dg.MetadataValue.md(
            f"**{parsed.reason}**: {parsed.message}\n\n{parsed.hint}"
        )
    if parsed.notes:
        facts["what was found"] = dg.MetadataValue.md("\n".join(f"* {note}" for note in parsed.notes))
    if parsed.tables:
        columns = [
            dg.TableRecord({"sheet": table.sheet or "", "field": column.field, "header": column.header})
            for table in parsed.tables
            for column in table.columns
        ]
        facts["columns"] = dg.MetadataValue.table(columns)
    return facts


def not_read(upload: uploads.Upload, original: uploads.Upload) -> Metadata:
    """Why a file was not read: its bytes are known."""
    return {
        "file": dg.MetadataValue.text(upload.file_name),
        "bytes": dg.MetadataValue.int(upload.file_bytes),
        "what was found": dg.MetadataValue.md(
            f"The very bytes of {original.file_name}, which is loaded. Nothing needs to be read."
        ),
    }


def verdict(judged: Verdict, first_issues: Sequence[Issue]) -> Metadata:
    """Counts of rows and issues, and the first issues as a table."""
    facts: dict[str, dg.MetadataValue] = {
        "dagster/row_count": dg.MetadataValue.int(judged.rows_accepted),
        "rows read": dg.MetadataValue.int(judged.rows_read),
        "rows accepted": dg.MetadataValue.int(judged.rows_accepted),
        "rows rejected": dg.MetadataValue.int(judged.rows_rejected),
        "rows skipped": dg.MetadataValue.int(judged.rows_skipped),
        "errors": dg.MetadataValue.int(judged.errors),
        "warnings": dg.MetadataValue.int(judged.warnings),
    }
    if first_issues:
        facts["issues"] = issue_table(first_issues)
    return facts


def issue_table(issues: Sequence[Issue]) -> dg.MetadataValue:
    """The first issues as a table a person can read: few columns, because the web UI squeezes many."""
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord(
                {
                    "cell": f"{issue.sheet}!{issue.cell}" if issue.sheet and issue.cell else issue.cell or "",
                    "issue": f"{issue.severity}: {issue.code}",
                    "what is wrong, and the mend": f"{issue_codes.words(issue.code)}. {issue.message} {issue.hint}",
                }
            )
            for issue in issues[:ISSUES_SHOWN]
        ],
        schema=dg.TableSchema.from_name_type_dict(
            dict.fromkeys(("cell", "issue", "what is wrong, and the mend"), "string")
        ),
    )


def decided(upload: uploads.Upload) -> Metadata:
    """What became of the upload in the register; of a rejected one, why and how to mend it."""
    read = upload.rows_read or 0
    why = {"why": dg.MetadataValue.md(f"**{upload.reason}**: {upload.message}\n\n{upload.hint}")}
    return {
        "status": dg.MetadataValue.text(upload.status),
        **(why if upload.status == UploadStatus.REJECTED else {}),
        "rows read": dg.MetadataValue.int(read),
        "rows accepted": dg.MetadataValue.int(upload.rows_accepted or 0),
        "rows rejected": dg.MetadataValue.int(upload.rows_rejected or 0),
        "rejected share %": dg.MetadataValue.float(
            round(100 * (upload.rows_rejected or 0) / read, 3) if read else 0.0
        ),
        "new": dg.MetadataValue.int(upload.rows_new or 0),
        "updated": dg.MetadataValue.int(upload.rows_updated or 0),
        "unchanged": dg.MetadataValue.int(upload.rows_unchanged or 0),
    }


def changes(upload: uploads.Upload, first: Sequence[LineChange]) -> Metadata:
    """What the upload changed, as a table: what people must see first, then other changes, then new lines."""
    if not first:
        return {}
    records = [
        {
            "change": f"{changes_and_issues.what(change)}: {changes_and_issues.field_word(change['field'])}"
            if change["field"]
            else changes_and_issues.what(change),
            "line": change["name"],
            "before → after": changes_and_issues.told(change) if change["field"] else "",
            "where in the file": changes_and_issues.place(change) or "",
        }
        for change in map(vars, first)
    ]
    more = (upload.rows_new or 0) + (upload.rows_updated or 0) - len({change.line_id for change in first})
    if more > 0:
        rest = dict.fromkeys(records[0], "")
        records.append(
            rest
            | {
                "change": f"{more:,} more",
                "line": "The receipt’s sheet Changes lists more; campfill line ID tells all of one.",
            }
        )
    schema = dg.TableSchema.from_name_type_dict(dict.fromkeys(records[0], "string"))
    return {"changes": dg.MetadataValue.table([dg.TableRecord(record) for record in records], schema)}


def receipt(campfill: Campfill, upload: uploads.Upload) -> Metadata:
    """Where the receipt is: its path, and a link while `campfill up` serves it."""
    path = campfill.settings.home / (upload.receipt or "")
    facts: dict[str, dg.MetadataValue] = {"receipt": dg.MetadataValue.path(str(path))}
    if campfill.pages_url and upload.receipt:
        facts["open the receipt"] = dg.MetadataValue.url(f"{campfill.pages_url}/{quote(upload.receipt)}")
    return facts
