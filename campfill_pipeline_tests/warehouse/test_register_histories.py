"""Random histories of uploads and reverts, with crashes between: the register equals an independent model's."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.rebuild.replay import rebuild
from campfill_pipeline.warehouse.register.revert import revert
from campfill_pipeline_tests.warehouse.lists import NOW, apply, arrive, listed
from campfill_pipeline_tests.warehouse.register_dump import dump
from campfill_pipeline_tests.warehouse.register_model import COMPARED, Model, ModelUpload, Row
from campfill_pipeline_tests.warehouse.test_rebuild import again

IDS = [UUID(int=number) for number in range(1, 9)]
TABLES = "upload, upload_issue, ledger_event, line_register, line_history, line_absence, line_dirty"
TABLES += (
    ", fulfillment, fulfillment_window, fulfillment_trend, shortfall_cause, reconciliation, fulfillment_state"
)

row_values = st.fixed_dictionaries(
    {
        "impression_goal": st.sampled_from([1_000, 2_000]),
        "budget_eur": st.sampled_from([None, Decimal("10.00")]),
        "placement": st.sampled_from(["Station", "City"]),
    }
)
contents = st.dictionaries(st.sampled_from(IDS), row_values, min_size=1).map(
    lambda rows: tuple((key, tuple(values.items())) for key, values in rows.items())
)


def rows_of(content: tuple[tuple[UUID, tuple[tuple[str, object], ...]], ...]) -> list[Row]:
    return [listed(key, **dict(values)) | {"id": key} for key, values in content]


class RegisterHistory(RuleBasedStateMachine):
    """Lists arrive, are dropped again, reverted, put back in force; some runs die before they commit."""

    connection: psycopg.Connection
    url: str
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.dropped: list[object] = []
        self.clock: datetime = NOW
        self.connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY".encode())

    def tick(self) -> datetime:
        self.clock += timedelta(minutes=1)
        return self.clock

    def drop(self, content: tuple[tuple[UUID, tuple[tuple[str, object], ...]], ...]) -> None:
        at = self.tick()
        upload = arrive(self.connection, content, at=at)
        rows = [row | {"id": str(row["id"])} for row in rows_of(content)]
        _, result = apply(self.connection, self.folder, rows, upload=upload, now=at)
        if self.model.is_duplicate(content):
            assert result.status == "duplicate"
            return
        expected = self.model.apply(ModelUpload(upload.upload_id, content, at), rows_of(content))
        assert (result.new, result.updated, result.unchanged) == expected

    @rule(content=contents)
    def drop_a_list(self, content: tuple[tuple[UUID, tuple[tuple[str, object], ...]], ...]) -> None:
        self.dropped.append(content)
        self.drop(content)

    @precondition(lambda self: self.dropped)
    @rule(data=st.data())
    def drop_a_list_again(self, data: st.DataObject) -> None:
        self.drop(data.draw(st.sampled_from(self.dropped)))

    @precondition(lambda self: self.model.uploads)
    @rule(data=st.data())
    def revert_an_upload(self, data: st.DataObject) -> None:
        upload = data.draw(st.sampled_from(self.model.uploads))
        result = revert(self.connection, upload.key, self.tick())
        assert {line.line_id for line in result.left} == self.model.revert(upload)
        assert result.stands is upload.stands

    @rule(content=contents)
    def die_before_the_commit(self, content: tuple[tuple[UUID, tuple[tuple[str, object], ...]], ...]) -> None:
        with self.connection.transaction(force_rollback=True):
            rows = [row | {"id": str(row["id"])} for row in rows_of(content)]
            apply(self.connection, self.folder, rows, now=self.clock)

    @invariant()
    def the_register_is_the_models(self) -> None:
        found = self.connection.execute(
            "SELECT id, withdrawn_at IS NULL, absent_since, name, runtime, impression_goal, budget_eur, cpm_eur,"
            " buyer, kind_listed, placement FROM line_register"
        ).fetchall()
        stored = {
            key: (dict(zip(COMPARED, values, strict=True)) if active else None, absent)
            for key, active, absent, *values in found
        }
        assert stored == {key: (line.now, line.absent_since) for key, line in self.model.lines.items()}

    @invariant()
    def every_chain_of_revisions_is_whole(self) -> None:
        chains: dict[UUID, list[str]] = {}
        for key, number, action in self.connection.execute(
            "SELECT id, revision, action FROM line_revision ORDER BY id, revision"
        ):
            chain = chains.setdefault(key, [])
            chain.append(action)
            assert number == len(chain)
        assert chains == {key: line.actions for key, line in self.model.lines.items()}

    def teardown(self) -> None:
        before = b"".join(dump(self.connection))
        result = rebuild(
            self.url, lambda upload: again(self.folder, upload), rules=FulfillmentRules(), as_of=NOW.date(),
            now=self.clock,
        )  # fmt: skip
        assert result.differences == ()
        assert b"".join(dump(self.connection)) == before


def run(connection: psycopg.Connection, url: str, folder: Path, examples: int, steps: int) -> None:
    connection.autocommit = True
    history = type("History", (RegisterHistory,), {"connection": connection, "url": url, "folder": folder})
    run_state_machine_as_test(
        history,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_history_gives_the_models_register_and_rebuilds_to_the_same_bytes(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    run(connection, database_url, tmp_path, examples=3, steps=12)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_long_histories_give_the_models_register(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    run(connection, database_url, tmp_path, examples=100, steps=40)
