"""Assets of fulfillment: the figures (a transaction makes all five tables) and the report people look at."""

from collections.abc import Iterator
from contextlib import suppress

import dagster as dg

from campfill_pipeline.defs import fulfillment_metadata, turns
from campfill_pipeline.defs.descriptions import describe
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.defs.tables import table_metadata
from campfill_pipeline.reports import both, reuse
from campfill_pipeline.storage import published
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.warehouse import claims
from campfill_pipeline.warehouse.figures import fulfillment as figures
from campfill_pipeline.warehouse.notices import goals

GROUP = "fulfillment"
OWNERS = ["team:ad-operations"]
KINDS = {"postgres", "table"}
PORTION = 50_000  # lines computed in one transaction, some seconds: uploads that finish meanwhile wait for it


def _spec(name: str, *deps: str, marked: str = "fulfillment") -> dg.AssetSpec:
    return dg.AssetSpec(
        name,
        deps=list(deps),
        group_name=GROUP,
        owners=OWNERS,
        kinds=KINDS,
        description=describe(name, marked),
        skippable=True,  # left to the run that computes figures already
    )


@dg.multi_asset(
    specs=[
        _spec(
            "fulfillment",
            "lines",
            "uploaded_report_rows",
            "delivery_daily",
            "delivery_today",
            "delivery_overview",
        ),
        _spec("fulfillment_window", "fulfillment"),
        _spec("fulfillment_trend", "fulfillment_window"),
        _spec("shortfall_cause", "fulfillment"),
        _spec("reconciliation", "fulfillment"),
    ]
)
def fulfillment_tables(
    context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]
) -> Iterator[dg.MaterializeResult[None]]:
    """Bring every figure up to date for the lines touched since last time, very many in portions."""
    now = campfill.clock()
    parts = turns.in_turn(
        campfill, claims.Turn.FIGURES, lambda: _refresh(campfill), lambda: figures_due(campfill)
    )
    if not parts:
        context.log.info("Another run computes the figures now; it takes along what this run has brought.")
        return
    result = figures.together([portion for part in parts for portion in part])
    seconds = (campfill.clock() - now).total_seconds()
    for table, facts in fulfillment_metadata.tables(campfill, result, seconds).items():
        yield dg.MaterializeResult(table, metadata={**facts, **table_metadata(campfill, table)})


def _refresh(campfill: Campfill) -> list[figures.RefreshResult]:
    now = campfill.clock()
    portions: list[figures.RefreshResult] = []
    while not portions or portions[-1].left:
        with campfill.connect() as connection:
            portions.append(
                figures.refresh(
                    connection, campfill.settings.rules, as_of=campfill.today, now=now, most=PORTION
                )
            )
    return portions


def figures_due(campfill: Campfill) -> bool:
    """Whether there is anything that the stored figures do not know."""
    with campfill.connect() as connection:
        return figures.due(connection, campfill.settings.rules, as_of=campfill.today)


def report_due(campfill: Campfill) -> bool:
    """Whether page and workbook show anything but what is stored."""
    settings = campfill.settings
    with suppress(StorageError):  # another machine may have written them; while it is away, this one's decide
        published.bring(settings, settings.reports / reuse.NOTE)
    with campfill.connect() as connection:
        return not both.is_current(
            connection, settings.reports, settings.rules, campfill.today, settings.language,
            settings.count_tolerance,
        )  # fmt: skip


@dg.asset(
    group_name="reports", owners=OWNERS, kinds={"html", "excel"}, description=describe("fulfillment_report"),
    deps=["fulfillment", "fulfillment_window", "fulfillment_trend", "shortfall_cause", "reconciliation"],
    output_required=False,
)  # fmt: skip
def fulfillment_report(
    context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]
) -> Iterator[dg.MaterializeResult[None]]:
    """Write the page and the workbook, each in one move; where no figure changed, only renew how fresh the page is."""
    if not campfill.attended:
        turns.after_those_at_work(
            campfill, context.instance, context.run.run_id, lambda: figures_due(campfill)
        )
    now = campfill.clock()
    written = turns.in_turn(
        campfill, claims.Turn.REPORT, lambda: _write(campfill), lambda: report_due(campfill)
    )
    if not written:
        context.log.info(
            "Another run writes the page and the workbook now; it shows what this run has brought."
        )
        return
    seconds = (campfill.clock() - now).total_seconds()
    yield dg.MaterializeResult(metadata=fulfillment_metadata.report(campfill, written[-1], seconds))


def _write(campfill: Campfill) -> both.Written:
    settings = campfill.settings
    published.bring(settings, settings.reports / reuse.NOTE)
    published.catch_up(settings)
    with campfill.connect() as connection:
        written = both.write_reports(
            connection,
            settings.reports,
            settings.rules,
            campfill.today,
            campfill.clock(),
            reusing=True,
            language=settings.language,
            tolerance=settings.count_tolerance,
        )
    note = settings.reports / reuse.NOTE
    published.publish(settings, [written.page, written.workbook, *([note] if note.exists() else [])])
    if written.unlikely is not None:
        with campfill.connect() as connection:
            goals.tell(connection, written.unlikely, now=campfill.clock())
    return written
