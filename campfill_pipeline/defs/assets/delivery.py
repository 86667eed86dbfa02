"""Assets of delivery: finished local days, today, and the daily roll-up.

Days are fetched one after another in one run; a day that breaks is red and the days before it stay green.
"""

from datetime import timedelta

import dagster as dg

from campfill_pipeline.defs import delivery_steps
from campfill_pipeline.defs.asked_apis import CONNECTOR_TAG
from campfill_pipeline.defs.descriptions import describe
from campfill_pipeline.defs.partitions import delivery_days
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.defs.tables import table_metadata

GROUP = "delivery"
OWNERS = ["team:ad-operations"]
# A source that stays silent starts no run, so no check would tell; Dagster's daemon watches these by the clock.
TODAY_KNOWN = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=2), fail_window=timedelta(hours=4))
DAYS_KNOWN = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=26), fail_window=timedelta(hours=50))


def for_timezone(timezone: str) -> list[dg.AssetsDefinition]:
    """The assets, cut into local days of `timezone`."""
    days = delivery_days(timezone)
    single_run = dg.BackfillPolicy.single_run()

    @dg.asset(
        partitions_def=days, backfill_policy=single_run, group_name=GROUP, owners=OWNERS,
        kinds={"api", "postgres"}, description=describe("delivery_hourly"), freshness_policy=DAYS_KNOWN,
    )  # fmt: skip
    def delivery_hourly(context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]) -> None:
        """Fetch and store each day; where one breaks, the run fails and the days done stay done."""
        only = context.run.tags.get(CONNECTOR_TAG)
        done, broken = delivery_steps.together(
            delivery_steps.fetch_days(campfill, context.partition_keys, context.run.run_id, only=only)
        )
        for key, failure in broken.items():
            context.log.error("%s: %s", key, failure)
            done.pop(key, None)
        schema = table_metadata(campfill, "delivery_hourly")
        done = {key: {**facts, **schema} for key, facts in done.items()}
        if not broken:
            for key, facts in done.items():
                context.add_asset_metadata(facts, partition_key=key)
            return
        for key, facts in done.items():
            context.log_event(dg.AssetMaterialization("delivery_hourly", partition=key, metadata=facts))
        first = min(broken)
        number = f"{len(broken)} of {len(context.partition_keys)}"
        raise dg.Failure(
            description=f"{number} days could not be fetched. {first}: {broken[first]}",
            allow_retries=False,
        )

    @dg.asset(
        partitions_def=days, backfill_policy=single_run, group_name=GROUP, owners=OWNERS, deps=[delivery_hourly],
        kinds={"postgres", "table"}, description=describe("delivery_daily"),
    )  # fmt: skip
    def delivery_daily(context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]) -> None:
        """The roll-up is written with the hours; here its figures per day become visible."""
        table = table_metadata(campfill, "delivery_daily")
        for key, facts in delivery_steps.daily_figures(campfill, context.partition_keys).items():
            context.add_asset_metadata({**facts, **table}, partition_key=key)

    @dg.asset(
        group_name=GROUP, owners=OWNERS, kinds={"api", "postgres"},
        description=describe("delivery_today", "delivery_hourly"), freshness_policy=TODAY_KNOWN,
    )  # fmt: skip
    def delivery_today(
        context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]
    ) -> dg.MaterializeResult[None]:
        """Fetch today as far as it exists."""
        today, only = campfill.today.isoformat(), context.run.tags.get(CONNECTOR_TAG)
        done, broken = delivery_steps.together(
            delivery_steps.fetch_days(campfill, [today], context.run.run_id, only=only)
        )
        if broken:
            raise dg.Failure(description=broken[today], allow_retries=False)
        return dg.MaterializeResult(metadata=done.get(today, {}))

    @dg.asset(
        group_name=GROUP, owners=OWNERS, kinds={"api", "postgres"}, deps=[delivery_daily],
        description=describe("delivery_overview", "delivery_hourly"),
    )  # fmt: skip
    def delivery_overview(
        context: dg.AssetExecutionContext, campfill: dg.ResourceParam[Campfill]
    ) -> dg.MaterializeResult[None]:
        """Fetch the source's own totals over all complete days."""
        only = context.run.tags.get(CONNECTOR_TAG)
        return dg.MaterializeResult(metadata=delivery_steps.fetch_overview(campfill, only=only))

    return [delivery_hourly, delivery_daily, delivery_today, delivery_overview]
