"""What starts by itself: uploads as they are dropped, delivery for days that are missing, figures that were left.

The ledger decides, not a cursor: a tick looks at what is received and not being worked on. A lost cursor, a killed
daemon, a run that never started: the next tick asks again.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import dagster as dg

from campfill_pipeline.defs import arrivals, asked_apis, jobs, live_runs, queues, run_names
from campfill_pipeline.defs.assets import fulfillment
from campfill_pipeline.defs.partitions import FIRST_DAY, UPLOADS
from campfill_pipeline.defs.ranges import day_blocks, day_range, key_blocks, key_range
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.clock import is_lately
from campfill_pipeline.intake.inbox import fetching
from campfill_pipeline.settings import Settings, environment
from campfill_pipeline.warehouse.delivery import coverage
from campfill_pipeline.warehouse.register import uploads

GIANT_BYTES = (
    30_000_000  # from this size on a file gets a run of its own, so that small files behind it need not wait
)
MAX_ATTEMPTS = 3
REST = timedelta(minutes=10)
DAYS_PER_RUN = 31  # the newest month first: what ended lately is judged soonest


@dg.sensor(
    name="inbox", job=jobs.UPLOAD, minimum_interval_seconds=2, default_status=dg.DefaultSensorStatus.RUNNING,
    description="Watches the inbox. A file that stands still is archived, entered in the ledger, and processed.",
)  # fmt: skip
def inbox(
    context: dg.SensorEvaluationContext, campfill: dg.ResourceParam[Campfill]
) -> dg.SensorResult | dg.SkipReason:
    """Claim what was dropped and request runs for what waits."""
    if full := campfill.no_room():
        return _wait_for_room(context, full)
    began = live_runs.up_began(campfill.settings, environment())
    live_runs.report_dead(context.instance, campfill, up_began=began)
    problems = arrivals.take_from_inbox(campfill)
    for problem in problems:
        context.log.error(problem)
    with campfill.connect() as connection:
        waiting = [
            upload for upload in uploads.waiting(connection) if not arrivals.in_other_hands(campfill, upload)
        ]
    at_work = live_runs.covered(context.instance, [upload.partition_key for upload in waiting])
    free = [upload for upload in waiting if upload.partition_key not in at_work]
    for upload in free:
        if upload.attempts >= MAX_ATTEMPTS:
            arrivals.give_up(campfill, upload)
            context.log.error("ALERT: %s failed %d times; it is rejected", upload.file_name, upload.attempts)
    if not waiting:
        return dg.SkipReason(
            "; ".join(problems) or f"Nothing waits. Drop campaign lists into {campfill.settings.inbox}."
        )
    known = dict.fromkeys(context.instance.get_dynamic_partitions(UPLOADS.name or ""))
    missing = [upload.partition_key for upload in waiting if upload.partition_key not in known]
    return dg.SensorResult(
        run_requests=list(_requests(campfill.settings, free, [*known, *missing])),
        dynamic_partitions_requests=[UPLOADS.build_add_request(missing)] if missing else [],
    )


def _wait_for_room(context: dg.SensorEvaluationContext, full: str) -> dg.SkipReason:
    context.log.error(full)
    return dg.SkipReason(full)


def _requests(settings: Settings, free: list[uploads.Upload], order: list[str]) -> Iterator[dg.RunRequest]:
    giants = {upload.partition_key for upload in free if upload.file_bytes >= GIANT_BYTES}
    names = {upload.partition_key: upload.file_name for upload in free}
    # One that is very large, or failed before, runs alone: it shall neither delay nor endanger the others.
    alone = dict.fromkeys(u.partition_key for u in free if u.partition_key in giants or u.attempts > 0)
    together = [u.partition_key for u in free if u.partition_key not in alone]
    blocks = [part for block in key_blocks(together, order) for part in queues.files(settings, block)]
    for block in [*blocks, *([key] for key in alone)]:
        tags = key_range(block[0], block[-1]) | run_names.upload([names[key] for key in block])
        tags |= queues.tags(settings, giant=block[0] in giants)
        yield dg.RunRequest(run_key=None, tags=tags)


@dg.sensor(
    name="missing_days", job=jobs.REFRESH, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING,
    description="Fetches delivery for flight days of known lines that were never fetched, or whose fetch broke.",
)  # fmt: skip
def missing_days(
    context: dg.SensorEvaluationContext, campfill: dg.ResourceParam[Campfill]
) -> dg.SensorResult | dg.SkipReason:
    """Request one run per contiguous block of missing days, the newest block first; one at a time for each API."""
    if missing := asked_apis.why_none(campfill):
        return dg.SkipReason(" ".join(missing))
    if full := campfill.no_room():
        return _wait_for_room(context, full)
    requests, running, reasons = [], False, []
    for api, name in zip(asked_apis.of(campfill), asked_apis.each(campfill), strict=True):
        if live_runs.any_unfinished(context.instance, jobs.REFRESH_JOB, run_names.of_connector(name)):
            running = True
            continue
        days, why_none = _missing_days(campfill, api)
        reasons.append(why_none)
        if days:
            first, last = list(day_blocks(days))[-1]
            first = max(first, last - timedelta(days=DAYS_PER_RUN - 1))
            days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
            for part in queues.days(campfill.settings, days):
                tags = {**day_range(part[0], part[-1]), **run_names.of_connector(name)}
                requests.append(dg.RunRequest(run_key=None, tags=tags | queues.tags(campfill.settings)))
    if requests:
        return dg.SensorResult(run_requests=requests)
    if running:
        return dg.SkipReason("A refresh is running already.")
    return dg.SkipReason(" ".join(dict.fromkeys(reasons)))


def _missing_days(campfill: Campfill, api: asked_apis.AskedApi) -> tuple[list[date], str]:
    """The days to ask an API for now; and why none, where there are none."""
    with campfill.connect() as connection:
        wanted = coverage.days_to_fetch(
            connection,
            campfill.today,
            0,
            timezone=campfill.settings.timezone,
            earliest=date.fromisoformat(FIRST_DAY),
            source=api.stored_as,
        )
        resting = coverage.resting(connection, api.stored_as, campfill.clock())
        gone = coverage.gone_through(connection, api.stored_as)
    wanted = [day for day in wanted if day < campfill.today]
    return [day for day in wanted if day not in resting], _why_none(wanted, gone)


def _why_none(wanted: list[date], gone: date | None) -> str:
    """What is said where nothing is to be fetched: days that failed and wait, days that nobody has, or all are here."""
    if wanted:
        return f"Days that could not be fetched are asked for again later: {len(wanted)}, the newest {max(wanted)}."
    if gone:
        return (
            f"Every flight day after {gone} was fetched. Of that day and those before, reporting has nothing any more:"
            " lines that ran then are not judged."
        )
    return "Every flight day of every known line was fetched."


@dg.sensor(
    name="left_figures", job=jobs.FULFILLMENT_ONLY, minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Computes what no run has computed: after a crash, and when a new day begins.",
)  # fmt: skip
def left_figures(
    context: dg.SensorEvaluationContext, campfill: dg.ResourceParam[Campfill]
) -> dg.RunRequest | dg.SkipReason:
    """Request a run where figures or page are behind, no run is at work, and none has just tried."""
    if live_runs.any_unfinished(context.instance):
        return dg.SkipReason("A run is at work; it brings the figures up to date.")
    if not (fulfillment.figures_due(campfill) or fulfillment.report_due(campfill)):
        return dg.SkipReason("Figures, page and workbook are up to date.")
    if live_runs.begun_lately(context.instance, jobs.FULFILLMENT_JOB, campfill.clock(), REST):
        return dg.SkipReason("It was tried a moment ago; the next try is ten minutes after the last.")
    return dg.RunRequest(run_key=None, tags={"figures": "left over"} | queues.tags(campfill.settings))


@dg.sensor(
    name="list_addresses", minimum_interval_seconds=20, default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks whether the lists at CAMPFILL_LIST_URLS changed; a new one is put into the inbox.",
)  # fmt: skip
def list_addresses(
    context: dg.SensorEvaluationContext, campfill: dg.ResourceParam[Campfill]
) -> dg.SkipReason:
    """Look at the one address that was not looked at for the longest time; the next tick sees to the next."""
    settings = campfill.settings
    if not settings.list_urls:
        return dg.SkipReason("CAMPFILL_LIST_URLS is not set: no list is fetched.")
    if full := campfill.no_room():
        return _wait_for_room(context, full)
    now = campfill.clock()
    looked_at = {address: fetching.remembered(settings, address).looked_at for address in settings.list_urls}
    longest_ago = min(settings.list_urls, key=lambda address: looked_at[address])
    last = looked_at[longest_ago]
    if last and is_lately(datetime.fromisoformat(last), now, timedelta(minutes=settings.list_minutes)):
        return dg.SkipReason("Every address was looked at lately.")
    look = fetching.look(settings, longest_ago, now=now)
    if look.fault and look.news:
        context.log.error("ALERT: the list at %s: %s The last one stays in force.", look.address, look.fault)
    if look.fault:
        return dg.SkipReason(f"{look.address}: {look.fault}")
    return dg.SkipReason(
        f"{look.address}: " + (f"put into the inbox as {look.file}" if look.file else "nothing new")
    )


ALL = (inbox, list_addresses, missing_days, left_figures)
