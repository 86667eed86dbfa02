"""The sensor that finds what is to be told, and the job that sends it.

Belongs here: when. Does not belong here: facts (`defs/watch.py`, `warehouse/notices`), words and ways (`telling`). The
sensor makes messages, a run sends them: a server that does not answer must not hold up the daemon.
"""

from contextlib import suppress
from dataclasses import replace

import dagster as dg

from campfill_pipeline.defs import live_runs, queues, watch
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.storage import published
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.telling import post, recipients

TELL_JOB = "tell"


def office(campfill: Campfill) -> post.Office:
    """Who is told by this home's settings, and with what. Raises RecipientsError."""
    settings = campfill.settings
    return post.Office(
        recipients=recipients.read(settings.notify),
        timezone=settings.timezone,
        link=f"{campfill.pages_url}/reports/fulfillment.html" if campfill.pages_url else None,
        workbook=settings.reports / "fulfillment.xlsx",
        language=settings.language,
    )


@dg.op(required_resource_keys={"campfill"})
def send_messages(context: dg.OpExecutionContext) -> None:
    """Send what waits; what is not taken is kept and tried again."""
    campfill: Campfill = context.resources.campfill
    who = office(campfill)
    with suppress(StorageError):  # people are told, even where the object store is away
        who = replace(who, workbook=published.shown(campfill.settings, who.workbook))
    done = post.send_waiting(campfill.connect, who, now=campfill.clock())
    for fault in done.faults:
        context.log.warning("ALERT: a message waits. %s. It is kept and tried again.", fault)
    context.add_output_metadata({"sent": done.sent, "kept": len(done.faults)})


@dg.job(
    name=TELL_JOB,
    executor_def=dg.in_process_executor,
    description="Sends messages to those whom CAMPFILL_NOTIFY names; what is not taken is tried again.",
)
def tell_job() -> None:
    """One op."""
    send_messages()


@dg.sensor(
    name="notices", job=tell_job, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING,
    description="Finds what began and what is over, and has it sent to those who want to know, each once.",
)  # fmt: skip
def notices(
    context: dg.SensorEvaluationContext, campfill: dg.ResourceParam[Campfill]
) -> dg.RunRequest | dg.SkipReason:
    """Look, make messages, and request a run where one waits."""
    watch.look(campfill, context.instance)
    try:
        who = office(campfill)
    except recipients.RecipientsError as error:
        context.log.error("ALERT: nobody is told. %s", error)
        return dg.SkipReason(str(error))
    if not who.recipients:
        return dg.SkipReason("CAMPFILL_NOTIFY is not set: nobody is told.")
    now = campfill.clock()
    with campfill.connect() as connection:
        post.prepare(connection, who, now=now)
        if not post.is_waiting(connection, who, now=now):
            return dg.SkipReason("Everything was told.")
    if live_runs.any_unfinished(context.instance, TELL_JOB):
        return dg.SkipReason("Messages are being sent.")
    return dg.RunRequest(run_key=None, tags={"notices": "waiting"} | queues.tags(campfill.settings))
