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
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.warehouse.delivery.day import store_export
from campfill_pipeline.warehouse.rebuild.replay import Validated, rebuild
from campfill_pipeline.warehouse.register import ledger
from campfill_pipeline.warehouse.register.revert import revert
from campfill_pipeline_tests.warehouse import delivery_rows as report
from campfill_pipeline_tests.warehouse.lists import NOW, apply, arrive, listed
from campfill_pipeline_tests.warehouse.register_dump import dump
from campfill_pipeline_tests.warehouse.register_model import COMPARED, Model, ModelUpload, Row
from campfill_pipeline_tests.warehouse.test_rebuild import again

IDS = [UUID(int=number) for number in range(1, 9)]
TABLES = "upload, upload_issue, ledger_event, line_register, line_history, line_overtaken, upload_listing, line_dirty"
TABLES += ", report_hour, report_series, report_entity, report_day, report_fetch, report_refusal, restatement"
TABLES += ", delivery_fetch, line_day, export_span"
TABLES += (
    ", fulfillment, fulfillment_window, fulfillment_trend, shortfall_cause, reconciliation, fulfillment_state"
)

Content = tuple[tuple[tuple[UUID, tuple[tuple[str, object], ...]], ...], frozenset[UUID]]

row_values = st.fixed_dictionaries(
    {
        "impression_goal": st.sampled_from([1_000, 2_000]),
        "budget_eur": st.sampled_from([None, Decimal("10.00")]),
        "placement": st.sampled_from(["Station", "City"]),
    }
)
some_lines = st.dictionaries(st.sampled_from(IDS), row_values, min_size=1)
most_lines = st.fixed_dictionaries(
    dict.fromkeys(IDS[:6], row_values), optional=dict.fromkeys(IDS[6:], row_values)
)
contents: st.SearchStrategy[Content] = st.tuples(
    (some_lines | most_lines).map(
        lambda rows: tuple((key, tuple(values.items())) for key, values in rows.items())
    ),
    st.frozensets(st.sampled_from(IDS), max_size=1),
)


def rows_of(content: Content) -> list[Row]:
    ended = {"start_date": NOW.date() - timedelta(9), "end_date": NOW.date() - timedelta(1)}
    return [
        listed(key, **dict(values)) | {"id": key} | (ended if key == IDS[5] else {})
        for key, values in content[0]
    ]


Hours = dict[tuple[int, UUID], Decimal]  # impressions by hour of the day and campaign id
hours: st.SearchStrategy[Hours] = st.dictionaries(
    st.tuples(st.integers(8, 9), st.sampled_from(IDS)), st.integers(1, 9).map(Decimal), min_size=1, max_size=5
)


def report_rows(found: Hours) -> list[report.Row]:
    return [
        report.Row(NOW.replace(hour=hour), "", str(key), None, impressions, None, None, None)
        for (hour, key), impressions in found.items()
    ]


def rejected_of(content: Content) -> frozenset[UUID]:
    return content[1] - {key for key, _ in content[0]}


class RegisterHistory(RuleBasedStateMachine):
    """Lists arrive and are applied in any order, some twice, some late after a rejection; some runs die before they
    commit; lists are reverted and put back in force.
    """

    connection: psycopg.Connection
    url: str
    folder: Path
    rebuild_every: int = 1

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.dropped: list[Content] = []
        self.content: dict[UUID, Content] = {}
        self.clock: datetime = NOW
        self.delivered: dict[str, Hours] = {"api": {}, "csv": {}}
        self.connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY".encode())

    def tick(self) -> datetime:
        self.clock += timedelta(minutes=1)
        return self.clock

    def of_status(self, *statuses: str) -> list[ModelUpload]:
        return [upload for upload in self.model.uploads if upload.status in statuses]

    def arrive(self, content: Content) -> ModelUpload:
        at = self.tick()
        upload = arrive(self.connection, content, at=at)
        self.content[upload.upload_id] = content
        found = ModelUpload(upload.upload_id, content, at, upload.seq)
        self.model.uploads.append(found)
        return found

    def apply(self, upload: ModelUpload) -> None:
        content = self.content[upload.key]
        rows = [row | {"id": str(row["id"])} for row in rows_of(content)]
        rejected = rejected_of(content)
        known = ledger.get(self.connection, upload.key)
        _, result = apply(
            self.connection, self.folder, rows, upload=known, now=self.tick(), rejected=len(rejected),
            also_listed=sorted(rejected),
        )  # fmt: skip
        expected = self.model.apply(upload, rows_of(content), rejected)
        assert (result.status == "duplicate") is (upload.status == "duplicate")
        assert (result.new, result.updated, result.unchanged) == expected

    @rule(content=contents)
    def drop_a_list(self, content: Content) -> None:
        self.dropped.append(content)
        self.apply(self.arrive(content))

    @rule(content=contents)
    def drop_a_list_that_has_to_wait(self, content: Content) -> None:
        self.dropped.append(content)
        self.arrive(content)

    @precondition(lambda self: self.dropped)
    @rule(data=st.data(), waits=st.booleans())
    def drop_a_list_again(self, data: st.DataObject, waits: bool) -> None:
        upload = self.arrive(data.draw(st.sampled_from(self.dropped)))
        if not waits:
            self.apply(upload)

    @precondition(lambda self: self.of_status("received"))
    @rule(data=st.data())
    def apply_one_that_waits(self, data: st.DataObject) -> None:
        self.apply(data.draw(st.sampled_from(self.of_status("received"))))

    @precondition(lambda self: self.of_status("received"))
    @rule(data=st.data())
    def give_up_one_that_waits(self, data: st.DataObject) -> None:
        upload = data.draw(st.sampled_from(self.of_status("received")))
        ledger.give_up(self.connection, upload.key, at=self.tick())
        upload.status = "rejected"

    @precondition(lambda self: self.of_status("rejected"))
    @rule(data=st.data())
    def ask_again_for_a_rejected_one(self, data: st.DataObject) -> None:
        upload = data.draw(st.sampled_from(self.of_status("rejected")))
        ledger.ask_again(self.connection, upload.key, at=self.tick())
        upload.status = "received"

    @precondition(lambda self: self.of_status("loaded"))
    @rule(data=st.data())
    def revert_an_upload(self, data: st.DataObject) -> None:
        upload = data.draw(st.sampled_from(self.of_status("loaded")))
        result = revert(self.connection, upload.key, self.tick())
        assert {line.line_id for line in result.left} == self.model.revert(upload)
        assert result.stands is upload.stands

    @rule(rows=hours)
    def fetch_the_day(self, rows: Hours) -> None:
        """What the API does not have any more is gone."""
        report.store(self.connection, NOW.date(), report_rows(rows), now=self.tick(), complete=False)
        self.delivered["api"] = rows

    @rule(rows=hours)
    def drop_an_export(self, rows: Hours) -> None:
        """A cut day of an export takes nothing away."""
        at = self.tick()
        upload = arrive(self.connection, (at, rows), at=at)
        store_export(
            self.connection, upload_id=upload.upload_id, rows=report.table(report_rows(rows)),
            timezone="Europe/Berlin", now=at,
        )  # fmt: skip
        loaded = ledger.Decision(status=UploadStatus.LOADED, kind=UploadKind.REPORT_CSV)
        ledger.decide(self.connection, upload.upload_id, loaded, at=at)
        self.delivered["csv"] = self.delivered["csv"] | rows

    @rule(content=contents)
    def die_before_the_commit(self, content: Content) -> None:
        with self.connection.transaction(force_rollback=True):
            rows = [row | {"id": str(row["id"])} for row in rows_of(content)]
            apply(self.connection, self.folder, rows, now=self.clock)

    @invariant()
    def the_register_is_the_models(self) -> None:
        found = self.connection.execute(
            "SELECT id, withdrawn_at IS NULL, absent_since, first_seen_at, name, runtime, impression_goal,"
            " budget_eur, cpm_eur, buyer, kind_listed, placement FROM line_register"
        ).fetchall()
        stored = {
            key: (dict(zip(COMPARED, values, strict=True)) if active else None, absent, seen)
            for key, active, absent, seen, *values in found
        }
        assert stored == {
            key: (line.now, line.absent_since, line.first_seen) for key, line in self.model.lines.items()
        }

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

    @invariant()
    def delivery_counts_for_the_lines_in_force_and_once(self) -> None:
        expected: dict[UUID, Decimal] = {}
        for key, line in self.model.lines.items():
            told = [
                [count for (_, found), count in self.delivered[source].items() if found == key]
                for source in ("api", "csv")
            ]
            if line.now is not None and any(told):
                expected[key] = sum(next(counts for counts in told if counts), Decimal(0))
        found = self.connection.execute("SELECT line_id, sum(impressions) FROM delivery_daily GROUP BY 1")
        assert dict(found.fetchall()) == expected

    def read_again(self, upload: ledger.Upload) -> Validated:
        rejected = rejected_of(self.content[upload.upload_id])
        found = again(self.folder, upload)
        counts = ledger.Counts(found.counts.read + len(rejected), found.counts.read, len(rejected))
        return Validated(found.lines, found.issues, counts, sorted(rejected))

    def teardown(self) -> None:
        if (len(self.model.uploads) + 1) % self.rebuild_every:
            return
        before = b"".join(dump(self.connection))
        result = rebuild(
            self.url, self.read_again, rules=FulfillmentRules(), as_of=NOW.date(), now=self.clock
        )
        assert result.differences == ()
        assert b"".join(dump(self.connection)) == before


def run(
    connection: psycopg.Connection, url: str, folder: Path, examples: int, steps: int, rebuild_every: int = 1
) -> None:
    connection.autocommit = True
    given = {"connection": connection, "url": url, "folder": folder, "rebuild_every": rebuild_every}
    history = type("History", (RegisterHistory,), given)
    run_state_machine_as_test(
        history,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.hypothesis
def test_any_history_gives_the_models_register_and_rebuilds_to_the_same_bytes(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    explores = settings().max_examples > 100  # make explore
    run(connection, database_url, tmp_path, examples=2_000 if explores else 50, steps=8, rebuild_every=6)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_long_histories_give_the_models_register(
    connection: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    run(connection, database_url, tmp_path, examples=100, steps=40)
