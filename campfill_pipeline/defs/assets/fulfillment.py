"""Assets of fulfillment: the figures (a transaction makes all five tables) and the report people look at."""

from collections.abc import Iterator

import dagster as dg

from campfill_pipeline.defs import fulfillment_metadata
from campfill_pipeline.defs.descriptions import describe
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.defs.tables import table_metadata
from campfill_pipeline.reports import both
from campfill_pipeline.warehouse import fulfillment as figures

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
    parts: list[figures.RefreshResult] = []
    while not parts or parts[-1].left:
        with campfill.connect() as connection:
            parts.append(
                figures.refresh(
                    connection, campfill.settings.rules, as_of=campfill.today, now=now, most=PORTION
                )
            )
    result = figures.together(parts)
    seconds = (campfill.clock() - now).total_seconds()
    for table, facts in fulfillment_metadata.tables(campfill, result, seconds).items():
        yield dg.MaterializeResult(table, metadata={**facts, **table_metadata(campfill, table)})


@dg.asset(
    group_name="reports", owners=OWNERS, kinds={"html", "excel"}, description=describe("fulfillment_report"),
    deps=["fulfillment", "fulfillment_window", "fulfillment_trend", "shortfall_cause", "reconciliation"],
)  # fmt: skip
def fulfillment_report(
    context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]
) -> dg.MaterializeResult[None]:
    """Write the page and the workbook, each in one move; where no figure changed, only renew how fresh the page is."""
    settings, now = campfill.settings, campfill.clock()
    with campfill.connect() as connection:
        written = both.write_reports(
            connection, settings.reports, settings.rules, campfill.today, now, reusing=True
        )
    seconds = (campfill.clock() - now).total_seconds()
    return dg.MaterializeResult(metadata=fulfillment_metadata.report(campfill, written, seconds))
