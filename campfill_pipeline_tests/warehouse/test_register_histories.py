"""Random histories of uploads and reverts, with crashes between: the register equals an independent model's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa
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
from campfill_pipeline.domain.report_rows import Refusal, RefusedKey, RefusedRow
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.warehouse.rebuild.replay import Validated, rebuild
from campfill_pipeline.warehouse.register import ledger
from campfill_pipeline.warehouse.register.export_revert import take_back
from campfill_pipeline.warehouse.register.exports_in_order import JudgedExport, store_in_order
from campfill_pipeline.warehouse.register.revert import revert
from campfill_pipeline_tests.warehouse import delivery_rows as report
from campfill_pipeline_tests.warehouse.lists import NOW, apply, arrive, listed
from campfill_pipeline_tests.warehouse.register_dump import dump
from campfill_pipeline_tests.warehouse.register_model import COMPARED, Model, ModelUpload, Row
from campfill_pipeline_tests.warehouse.test_rebuild import again

IDS = [UUID(int=number) for number in range(1, 9)]
SILENT = [("Campaign list", 1, 9)]  # where the rows stand that say nothing of budgets
TABLES = "upload, upload_issue, ledger_event, line_register, line_history, line_overtaken, upload_listing, line_dirty"
TABLES += ", report_hour, report_series, report_entity, report_day, report_fetch, report_refusal, restatement"
TABLES += ", delivery_fetch, line_day, export_span"
TABLES += (
    ", fulfillment, fulfillment_window, fulfillment_trend, shortfall_cause, reconciliation, fulfillment_state"
)

Content = tuple[tuple[tuple[UUID, tuple[tuple[str, object], ...]], ...], frozenset[UUID], str, bool]

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
    st.sampled_from(["", "", "of_another_house"]),
    st.sampled_from([False, False, True]),  # without a column of budgets
)


def rows_of(content: Content) -> list[Row]:
    ended = {"start_date": NOW.date() - timedelta(9), "end_date": NOW.date() - timedelta(1)}
    silent = {"budget_eur": None} if content[3] else {}
    return [
        listed(key, **dict(values)) | {"id": key} | (ended if key == IDS[5] else {}) | silent
        for key, values in content[0]
    ]


Key = tuple[int, UUID]  # a local hour of DAY and a campaign id
Hours = dict[Key, Decimal]
DAY = NOW.date() - timedelta(1)
BERLIN = ZoneInfo("Europe/Berlin")
FIRST_HOUR, LAST_HOUR = 0, 23  # an export with rows in both has the whole day
keys = st.tuples(st.sampled_from([FIRST_HOUR, 8, 9, LAST_HOUR]), st.sampled_from(IDS[:5]))
hours: st.SearchStrategy[Hours] = st.dictionaries(
    keys, st.integers(1, 9).map(Decimal), min_size=1, max_size=6
)
ends: st.SearchStrategy[Hours] = st.fixed_dictionaries(
    dict.fromkeys([(FIRST_HOUR, IDS[0]), (LAST_HOUR, IDS[0])], st.integers(1, 9).map(Decimal))
)
refusals = st.frozensets(keys, max_size=2)


@dataclass(frozen=True)
class Answer:
    """What an API or an export says of DAY: figures, and keys whose rows cannot be read."""

    rows: Hours
    refused: frozenset[Key]

    @property
    def has_the_whole_day(self) -> bool:
        return {FIRST_HOUR, LAST_HOUR} <= {hour for hour, _ in self.rows}

    def after(self, stored: Hours, gone: Callable[[Key], bool]) -> Hours:
        """What is stored once this came: rows that it may tell of, and does not, are gone if not refused."""
        kept = {key: count for key, count in stored.items() if not gone(key) or key in self.refused}
        return kept | self.rows


def answer(rows: Hours, refused: frozenset[Key]) -> Answer:
    return Answer(rows, refused - rows.keys())


answers = st.builds(answer, hours, refusals)
exports = st.builds(answer, hours | st.tuples(hours, ends).map(lambda both: both[0] | both[1]), refusals)


@dataclass
class ModelExport:
    """An export, where it stands in the order, whether it was stored, and whether it was taken back."""

    upload: ledger.Upload
    answer: Answer
    stored: bool = False
    out: bool = False


def told_by_exports(exports_in_order: list[ModelExport]) -> Hours:
    """What exports make of DAY, one after the other: a whole one tells of its campaigns, a cut one of its rows."""
    found: Hours = {}
    for export in exports_in_order:
        named = {campaign for _, campaign in export.answer.rows} if export.answer.has_the_whole_day else set()
        found = export.answer.after(found, lambda key, named=named: key[1] in named)  # type: ignore[misc]
    return found


def hour_of(key: Key) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, key[0], tzinfo=BERLIN).astimezone(UTC)


def report_rows(found: Hours) -> list[report.Row]:
    return [
        report.Row(hour_of(key), "", str(key[1]), None, impressions, None, None, None)
        for key, impressions in found.items()
    ]


def refused_rows(found: Answer) -> list[RefusedRow]:
    reason = Refusal("impressions", "Total Impressions", "abc", "not_a_number", "abc is no number.")
    return [
        RefusedRow(number, (reason,), "", RefusedKey(hour_of(key), "", str(key[1]), None, True))
        for number, key in enumerate(sorted(found.refused), start=1)
    ]


def breaking_off(found: Hours) -> Iterator[pa.Table]:
    yield report.table(report_rows(found))
    raise ConnectionError("The connection broke off.")


def rejected_of(content: Content) -> frozenset[UUID]:
    return content[1] - {key for key, _ in content[0]}


class RegisterHistory(RuleBasedStateMachine):
    """Lists arrive and are applied in any order, some twice, some late after a rejection; some runs die before they
    commit; lists are reverted and applied again, exports taken back and put in force again.
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
        self.fetched: Hours = {}
        self.exports: list[ModelExport] = []
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
        found = ModelUpload(
            upload.upload_id, content, at, upload.seq, description=content[2], silent=content[3]
        )
        self.model.uploads.append(found)
        return found

    def apply(self, upload: ModelUpload) -> None:
        content = self.content[upload.key]
        rows = [row | {"id": str(row["id"])} for row in rows_of(content)]
        rejected = rejected_of(content)
        known = ledger.get(self.connection, upload.key)
        _, result = apply(
            self.connection, self.folder, rows, upload=known, now=self.tick(), rejected=len(rejected),
            also_listed=sorted(rejected), description=(content[2], 1) if content[2] else None,
            without_budget=SILENT if content[3] else (),
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

    @rule(found=answers)
    def fetch_the_day(self, found: Answer) -> None:
        """What the API does not have any more is gone; what cannot be read stays."""
        report.store(
            self.connection, DAY, report_rows(found.rows), now=self.tick(), refused=refused_rows(found)
        )
        self.fetched = found.after(self.fetched, lambda _: True)

    @rule(found=answers)
    def break_off_a_fetch(self, found: Answer) -> None:
        with pytest.raises(ConnectionError):
            report.store(self.connection, DAY, breaking_off(found.rows), now=self.tick())

    @rule(found=exports, waits=st.booleans())
    def drop_an_export(self, found: Answer, waits: bool) -> None:
        """A cut day of an export takes nothing away."""
        at = self.tick()
        export = ModelExport(arrive(self.connection, (at, found), at=at), found)
        self.exports.append(export)
        if not waits:
            self.store(export)

    @precondition(lambda self: self.of_exports(stored=False))
    @rule(data=st.data())
    def store_an_export_that_waits(self, data: st.DataObject) -> None:
        self.store(data.draw(st.sampled_from(self.of_exports(stored=False))))

    @precondition(lambda self: self.of_exports(stored=False))
    @rule()
    def a_burst_of_exports_is_stored_in_another_order(self) -> None:
        for export in reversed(self.of_exports(stored=False)):
            self.store(export)

    @precondition(lambda self: self.of_exports(stored=True))
    @rule(data=st.data())
    def take_an_export_back_or_put_it_in_force_again(self, data: st.DataObject) -> None:
        export = data.draw(st.sampled_from(self.of_exports(stored=True)))
        told = take_back(
            self.connection, export.upload.upload_id, self.judge, self.tick(), zone=BERLIN, again=export.out
        )
        export.out = not export.out
        assert told.upload.stands is not export.out

    def of_exports(self, *, stored: bool) -> list[ModelExport]:
        return [export for export in self.exports if export.stored is stored]

    def store(self, export: ModelExport) -> None:
        at = self.tick()
        store_in_order(self.connection, export.upload, self.judge, timezone=BERLIN, now=at)
        loaded = ledger.Decision(status=UploadStatus.LOADED, kind=UploadKind.REPORT_CSV)
        ledger.decide(self.connection, export.upload.upload_id, loaded, at=at)
        export.stored = True

    def judge(self, upload: ledger.Upload) -> JudgedExport:
        """What an export says, read again from its original."""
        found = next(other.answer for other in self.exports if other.upload.upload_id == upload.upload_id)
        return JudgedExport(report.table(report_rows(found.rows)), refused_rows(found))

    @rule(content=contents)
    def die_before_the_commit(self, content: Content) -> None:
        with self.connection.transaction(force_rollback=True):
            rows = [row | {"id": str(row["id"])} for row in rows_of(content)]
            apply(
                self.connection,
                self.folder,
                rows,
                now=self.clock,
                without_budget=SILENT if content[3] else (),
            )

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
        exported = told_by_exports([export for export in self.of_exports(stored=True) if not export.out])
        for key, line in self.model.lines.items():
            told = [
                [count for (_, found), count in source.items() if found == key]
                for source in (self.fetched, exported)
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
