"""Asset checks: verdicts with a sentence that says what to do.

Checks of uploads give one evaluation per upload, as its partition; Dagster's own result has none in a range run.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import dagster as dg

from campfill_pipeline.defs import asked_apis, upload_metadata
from campfill_pipeline.defs.partitions import UPLOADS
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.attention import money
from campfill_pipeline.domain.disagreements import DISAGREEMENT_WORDS
from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say
from campfill_pipeline.warehouse.delivery import completeness, coverage, sources
from campfill_pipeline.warehouse.figures import reconciliation
from campfill_pipeline.warehouse.figures.agreement import agreement
from campfill_pipeline.warehouse.readers.incidents import incidents
from campfill_pipeline.warehouse.register import uploads

Verdict = tuple[bool, str, dg.AssetCheckSeverity, Mapping[str, dg.MetadataValue]]


def _per_upload(
    context: dg.AssetCheckExecutionContext,
    campfill: Campfill,
    asset: str,
    check: str,
    judge: Callable[[uploads.Upload], Verdict],
) -> dg.AssetCheckResult:
    """One evaluation per upload of this run, and the result of all of them together."""
    keys = context.op_execution_context.partition_keys
    with campfill.connect() as connection:
        found = uploads.by_partition_keys(connection, keys)
    failed = []
    for upload in found:
        passed, description, severity, facts = judge(upload)
        if not passed:
            failed.append(upload.file_name)
        if len(found) > 1:
            context.op_execution_context.log_event(
                dg.AssetCheckEvaluation(
                    asset_key=dg.AssetKey(asset),
                    check_name=check,
                    passed=passed,
                    partition=upload.partition_key,
                    description=description,
                    severity=severity,
                    metadata=dict(facts),
                )  # type: ignore[arg-type]  # accepted, though its annotation does not say so
            )
        else:
            return dg.AssetCheckResult(
                passed=passed, description=description, severity=severity, metadata=dict(facts)
            )
    return dg.AssetCheckResult(
        passed=not failed,
        description=f"{len(found) - len(failed)} of {len(found)} uploads pass. Not these: {', '.join(failed[:10])}"
        if failed
        else f"All {len(found)} uploads pass.",
        severity=dg.AssetCheckSeverity.WARN,
    )


@dg.asset_check(
    asset="upload_sheets", name="readable", partitions_def=UPLOADS,
    additional_deps=["lines", "uploaded_report_rows"],
    description="The file could be read: it is a workbook or CSV, within the limits, with a header and all columns.",
)  # fmt: skip
def readable(
    context: dg.AssetCheckExecutionContext, campfill: dg.ResourceParam[Campfill]
) -> dg.AssetCheckResult:
    """Fails with the reason and the mend of a rejected file."""

    def judge(upload: uploads.Upload) -> Verdict:
        unreadable = upload.status == UploadStatus.REJECTED and upload.reason not in (None, "no_rows")
        text = f"{upload.message} {upload.hint}" if unreadable else "The file was read."
        return not unreadable, text, dg.AssetCheckSeverity.ERROR, {}

    return _per_upload(context, campfill, "upload_sheets", "readable", judge)


@dg.asset_check(
    asset="validated_lines", name="rows_valid", partitions_def=UPLOADS,
    additional_deps=["lines", "uploaded_report_rows"],
    description="Every row keeps the schema (Pandera). The others are rejected, listed here and in the receipt.",
)  # fmt: skip
def rows_valid(
    context: dg.AssetCheckExecutionContext, campfill: dg.ResourceParam[Campfill]
) -> dg.AssetCheckResult:
    """Fails where rows were rejected, with the table of issues."""

    def judge(upload: uploads.Upload) -> Verdict:
        with campfill.connect() as connection:
            issues = uploads.worst_issues(connection, upload.upload_id, upload_metadata.ISSUES_SHOWN)
        rejected = upload.rows_rejected or 0
        text = (
            f"{rejected:,} of {upload.rows_read:,} rows are rejected. Mend them in the receipt and drop it again."
            if rejected
            else "Every row is accepted."
        )
        facts = {"issues": upload_metadata.issue_table(issues)} if issues else {}
        severity = dg.AssetCheckSeverity.WARN if upload.rows_accepted else dg.AssetCheckSeverity.ERROR
        return not rejected, text, severity, facts

    return _per_upload(context, campfill, "validated_lines", "rows_valid", judge)


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(str(kind), asset="reconciliation", description=words.advice)
        for kind, words in DISAGREEMENT_WORDS.items()
    ]
)
def piles(campfill: dg.ResourceParam[Campfill]) -> Iterator[dg.AssetCheckResult]:
    """One check per kind of thing that does not fit together, so that a growing pile is seen. All only warn."""
    with campfill.connect() as connection:
        counts = reconciliation.counts(connection)
    for kind, words in DISAGREEMENT_WORDS.items():
        number = counts.get(kind, 0)
        yield dg.AssetCheckResult(
            asset_key="reconciliation",
            check_name=str(kind),
            passed=number == 0,
            severity=dg.AssetCheckSeverity.WARN,
            description=say("{count} to look at. {told}", count=notation.number(number), told=words.advice)
            if number
            else "Nothing to look at.",
            metadata={"count": number},
        )


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "every_line_once",
            asset="fulfillment",
            description="Each line in force has figures, and none other.",
        ),
        dg.AssetCheckSpec(
            "sums_agree",
            asset="fulfillment",
            description="A line's delivered impressions are the sum of its days.",
        ),
        dg.AssetCheckSpec(
            "every_line_judged",
            asset="fulfillment",
            description="Every line that has begun was fetched on every day of its flight, so that it can be judged.",
        ),
    ]
)
def figures_agree(campfill: dg.ResourceParam[Campfill]) -> Iterator[dg.AssetCheckResult]:
    """What green means here: each line is there once, with the sum of its days, and none is left out of judgement."""
    with campfill.connect() as connection:
        found = agreement(connection)
    rebuild = say("Run campfill rebuild; if it stays, tell who looks after campfill.")
    wrong = found.without + found.left_over
    yield _of_fulfillment(
        "every_line_once",
        wrong == 0,
        say(
            "{lines} lines have no figures, {count} figures have no line. {told}",
            lines=notation.number(found.without),
            count=notation.number(found.left_over),
            told=rebuild,
        )
        if wrong
        else f"{found.lines:,} lines, each with its figures.",
        error=True,
    )
    yield _of_fulfillment(
        "sums_agree",
        found.different == 0,
        say(
            "{lines} lines do not show the sum of their days, for example {line}. {told}",
            lines=notation.number(found.different),
            line=found.example,
            told=rebuild,
        )
        if found.different
        else "Every line shows the sum of its days.",
        error=True,
    )
    yield _of_fulfillment(
        "every_line_judged",
        found.not_judged == 0,
        say(
            "{count} of {lines} lines are not judged, as not every day of their flight was fetched, for example "
            "{line}. campfill status shows which days are here.",
            count=notation.number(found.not_judged),
            lines=notation.number(found.lines),
            line=found.first_missing,
        )
        if found.not_judged
        else "Every line that has begun is judged.",
        error=False,
    )


def _of_fulfillment(name: str, passed: bool, description: str, *, error: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key="fulfillment",
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN,
        description=description,
    )


@dg.asset_check(
    asset="shortfall_cause",
    name="no_incident",
    description="No site fell silent or weak for all lines there.",
)
def no_incident(campfill: dg.ResourceParam[Campfill]) -> dg.AssetCheckResult:
    """One dark site is one problem, however many lines were there: it is named here, with what can still be saved."""
    with campfill.connect() as connection:
        found = incidents(connection)
    named = "; ".join(
        f"{one.site} was {one.silence} from {one.from_hour:%Y-%m-%d %H:%M} to {one.until_hour:%H:%M} UTC: "
        f"{one.lines} lines, "
        f"{one.impressions_lost:,.0f} impressions ({money(one.eur_lost)}), "
        f"{money(one.eur_savable)} can still be made up"
        for one in found[:5]
    )
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{named}." if found else "No site fell silent in the last 14 days.",
        metadata={"incidents": len(found)},
    )


@dg.asset_check(
    asset="delivery_hourly", name="report_rows_valid",
    description="Every report row keeps the schema (Pandera); rows without hour, id or impressions are refused.",
)  # fmt: skip
def report_rows_valid(campfill: dg.ResourceParam[Campfill]) -> dg.AssetCheckResult:
    """Fails where the newest fetch of a day in the last 30 had to refuse rows."""
    with campfill.connect() as connection:
        days = coverage.between(connection, campfill.today - timedelta(days=30), campfill.today)
    refused = [day for day in days if day.refused]
    named = ", ".join(f"{day.day} ({day.refused:,})" for day in refused[-5:])
    return dg.AssetCheckResult(
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Rows were refused on {named}. They are listed in reconciliation: ask the reporting team."
        if refused
        else "Every row of the last 30 days was accepted.",
        metadata={"refused rows": sum(day.refused for day in refused)},
    )


SILENT_AFTER = timedelta(hours=3)


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "no_thin_day", asset="delivery_daily", description="No day lies far below its neighbours."
        ),
        dg.AssetCheckSpec(
            "not_silent", asset="delivery_daily", description="The source told something lately."
        ),
        dg.AssetCheckSpec(
            "clocks_agree", asset="delivery_daily", description="No hour came before it began."
        ),
    ]
)
def delivery_is_whole(campfill: dg.ResourceParam[Campfill]) -> Iterator[dg.AssetCheckResult]:
    """What makes a shortfall that is none: days half delivered, a silent source, a clock ahead of ours."""
    now, apis = campfill.clock(), asked_apis.of(campfill)
    thin, silent, ahead = [], [], []
    with campfill.connect() as connection:
        sources.agree(connection, campfill.settings.asked)
        for api in apis:
            source, named = api.stored_as, "" if len(apis) == 1 else f"{api.name}: "
            since = campfill.today - timedelta(days=30)
            thin += [(named, day) for day in completeness.thin_days(connection, since=since, source=source)]
            silence = completeness.silence(connection, now, source=source)
            if silence.since_hour is not None and silence.since_hour > SILENT_AFTER:
                silent.append(f"{named}{silence.last_hour:%Y-%m-%d %H:%M} UTC")
            by_hours = source == api.name
            if by_hours and (early := completeness.clock_ahead(connection, now, source=source)):
                ahead.append(f"{named}{early.ahead}")
    days = ", ".join(
        say(
            "{name}{day} ({rows} rows, usual {usual})",
            name=named,
            day=day.day,
            rows=notation.number(day.rows),
            usual=notation.number(day.usual_rows),
        )
        for named, day in thin[:5]
    )
    yield _warning(
        "no_thin_day",
        not thin,
        say(
            "Far below their neighbours: {days}. Ask the reporting team; then campfill refresh --from … --to …",
            days=days,
        )
        if thin
        else "Every day of the last 30 is like its neighbours.",
    )
    yield _warning(
        "not_silent",
        not silent,
        f"The newest hour delivered is {', '.join(silent)}. Is the reporting behind? Ask its team."
        if silent
        else "The newest hours are here.",
    )
    yield _warning(
        "clocks_agree",
        not ahead,
        say(
            "An hour came {text} before it began: set this machine's clock, or ask the reporting team.",
            text=", ".join(ahead),
        )
        if ahead
        else "No hour came before it began.",
    )


def _warning(name: str, passed: bool, description: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key="delivery_daily",
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=description,
    )


ALL: tuple[dg.AssetChecksDefinition, ...] = (
    readable,
    rows_valid,
    report_rows_valid,
    piles,
    delivery_is_whole,
    no_incident,
    figures_agree,
)
