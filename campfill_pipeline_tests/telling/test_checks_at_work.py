"""A check that failed goes on failing while a run that will look again is at work."""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.events import DagsterEvent, DagsterEventType

from campfill_pipeline.defs import checks, watch


def test_a_check_that_is_only_planned_again_is_not_over() -> None:
    key = next(
        key for check in checks.ALL for key in check.check_keys if key.name not in watch.TOLD_OTHERWISE
    )

    @dg.asset_check(asset=key.asset_key, name=key.name)
    def failing() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, description="3 to look at")

    @dg.asset(key=key.asset_key)
    def asset() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([asset, failing], instance=instance)
        before = list(watch._checks(instance))
        assert len(before) == 1 and "3 to look at" in str(before)
        graph = dg.Definitions(assets=[asset], asset_checks=[failing]).resolve_asset_graph()
        run = instance.create_run_for_job(dg.define_asset_job("again").resolve(asset_graph=graph))
        instance.report_dagster_event(
            DagsterEvent(
                event_type_value=DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value,
                job_name="again",
                event_specific_data=AssetCheckEvaluationPlanned(asset_key=key.asset_key, check_name=key.name),
            ),
            run_id=run.run_id,
        )
        assert list(watch._checks(instance)) == before
