"""What was planted can be found: by the published rule, in most cases, and never on a healthy line."""

from __future__ import annotations

from collections import Counter

import pytest

from campfill_pipeline.simulator.planted import PLANTED_CAUSES
from campfill_pipeline.simulator.world import World
from campfill_pipeline_tests.reporting.simulator.funnel_rule import Finding, FunnelRule


@pytest.fixture(scope="module")
def findings(full_world: World) -> dict[str, Finding]:
    rule = FunnelRule(full_world)
    return {line.id: rule.judge(line) for line in rule.covered}


def test_every_cause_is_planted_often_enough_to_be_judged(full_world: World) -> None:
    planted = Counter(full_world.planted.values())
    assert all(planted[cause] >= 20 for cause in PLANTED_CAUSES)
    live = [line.id for line in full_world.lines if line.era == "live"]
    assert sum(line_id in full_world.planted for line_id in live) >= 15


def test_the_published_rule_names_at_least_95_percent_of_the_planted_causes(
    full_world: World, findings: dict[str, Finding]
) -> None:
    named = [findings[line_id].cause == cause for line_id, cause in full_world.planted.items()]
    assert sum(named) / len(named) >= 0.95


def test_the_outage_is_found_too(full_world: World, findings: dict[str, Finding]) -> None:
    victims = full_world.outage_victims
    assert len(victims) >= 10
    found = [findings[line_id].cause == "won_but_not_played" for line_id in victims]
    assert sum(found) / len(found) >= 0.9


def test_healthy_lines_reach_95_percent_and_are_not_accused(
    full_world: World, findings: dict[str, Finding]
) -> None:
    assert len(full_world.healthy) > 1_000
    assert all(findings[line_id].ratio >= 0.95 for line_id in full_world.healthy)
    assert all(findings[line_id].cause is None for line_id in full_world.healthy)


def test_planted_lines_fall_clearly_short_and_would_have_had_a_thousand_plays(
    full_world: World, findings: dict[str, Finding]
) -> None:
    for line_id, cause in full_world.planted.items():
        assert findings[line_id].ratio < 0.85
        if cause != "no_reporting":
            assert findings[line_id].target > 1_000 * full_world.sites.audience.mean()


def test_the_demo_looks_like_a_business(findings: dict[str, Finding]) -> None:
    def met(purchase_type: str | None) -> float:
        ended = [x for x in findings.values() if x.line.era == "ended"]
        chosen = [x for x in ended if purchase_type in (None, x.line.purchase_type)]
        return sum(x.ratio >= 1 for x in chosen) / len(chosen)

    assert 0.88 < met("guaranteed") < 0.95
    assert 0.7 < met("unguaranteed") < met("guaranteed")
    assert 0.84 < met(None) < 0.92
