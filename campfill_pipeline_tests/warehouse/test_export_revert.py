"""An export that is taken back leaves what there would be without it; put back, what there would be with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfill_pipeline.domain.report_rows import Refusal, RefusedKey, RefusedRow
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline.warehouse.register import export_revert, ledger, revert, uploads
from campfill_pipeline.warehouse.register.exports_in_order import store_in_order
from campfill_pipeline.warehouse.register.uploads import Counts, LedgerError, Upload
from campfill_pipeline.warehouse.retelling.exports import ExportRows
from campfill_pipeline_tests.warehouse.delivery_rows import BERLIN, Row, add_line, all_of, at, pack_all, table

A, B = (f"{letter}0000000-0000-0000-0000-000000000001" for letter in "ab")
PAIRS = [(A, None), (A, B), (None, B)]
# The first, a middle and the last hour of two local days, and the hour after them.
HOURS = [at(f"2025-08-{hour}:00") for hour in ("03T22", "04T10", "04T21", "04T22", "05T10", "05T21", "05T22")]
EARLY, NOW = at("2025-08-05T12:00"), at("2025-08-20T12:00")
STATE = {
    "rows": "SELECT source, hour_utc, site, campaign_id, deal_id, impressions, bids, campaign_purchase_type,"
    " deal_purchase_type FROM report_row",
    "days": "SELECT source, day, status, rows, first_complete_at IS NULL FROM delivery_fetch",
    "sums": "SELECT line_id, day, source, impressions, rows, first_hour, last_hour FROM delivery_daily",
    "sites": "SELECT source, campaign_no = 0, deal_no = 0, day, site, d.impressions FROM site_day d"
    " JOIN report_series USING (series_no) JOIN site USING (site_no)",
    "lines": "SELECT id, kind_reported, purchase_type FROM line_register",
    "refused": "SELECT f.upload_id, r.detail FROM report_refusal r JOIN report_fetch f USING (fetch_no)",
    "spans": "SELECT f.upload_id, from_hour, to_hour, count(*) FROM export_span JOIN report_fetch f USING (fetch_no)"
    " GROUP BY 1, 2, 3",
}
TYPES = st.sampled_from([None, "guaranteed", "unguaranteed"])


@dataclass(frozen=True)
class Export:
    """What a file says, and whether it arrived before the second day was over."""

    upload_id: UUID
    rows: tuple[Row, ...]
    refused: tuple[RefusedRow, ...]
    early: bool


def refusal(hour: datetime | None, campaign: str | None) -> RefusedRow:
    reason = Refusal("impressions", "Total Impressions", "abc", "not_a_number", "abc is no number.")
    return RefusedRow(4, (reason,), "", RefusedKey(hour, "", campaign, None, campaign is not None))


@st.composite
def exports(draw: st.DrawFn) -> Export:
    sites = draw(st.sampled_from([("",), ("X",), ("X", "Y"), ("", "Y")]))
    keys = st.tuples(st.sampled_from(HOURS), st.sampled_from(sites), st.sampled_from(PAIRS))
    told = draw(st.dictionaries(keys, st.tuples(st.integers(1, 3), TYPES, TYPES), min_size=1, max_size=6))
    rows = tuple(
        Row(hour, site, *pair, Decimal(figure), figure, None, None, one, other)
        for (hour, site, pair), (figure, one, other) in told.items()
    )
    doubts = draw(
        st.lists(st.builds(refusal, st.none() | st.sampled_from(HOURS), st.none() | st.just(A)), max_size=1)
    )
    return Export(draw(st.uuids()), rows, tuple(doubts), draw(st.booleans()))


class World:
    """A database into which exports are dropped, and out of which they are taken back."""

    def __init__(self, connection: psycopg.Connection, files: Sequence[Export], packs: bool = False) -> None:
        self.connection, self.packs = connection, packs
        self.files = {file.upload_id: file for file in files}
        connection.execute(
            "TRUNCATE upload, ledger_event, report_hour, packed_hour, packed_clock, report_day, site_day, line_day,"
            " report_fetch, report_refusal,"
            " report_series, report_entity, export_span, delivery_fetch, restatement, line_register, line_dirty CASCADE"
        )
        attribute(connection, [add_line(connection, A), add_line(connection, B, kind="deal")])

    def arrive(self, file: Export, number: int) -> Upload:
        received = (EARLY if file.early else NOW) + timedelta(minutes=number)
        return ledger.record_arrival(
            self.connection, upload_id=file.upload_id, sha256=str(file.upload_id), file_name=f"{number}.csv",
            file_bytes=1, archived_as="x", door="inbox", received_at=received,
        )  # fmt: skip

    def read(self, upload: Upload) -> ExportRows:
        file = self.files[upload.upload_id]
        return ExportRows(table(file.rows), file.refused)

    def store(self, upload: Upload) -> None:
        said = self.read(upload)
        store_in_order(self.connection, upload, self.read, timezone=BERLIN, now=NOW)
        counts = Counts(len(self.files[upload.upload_id].rows), 1, len(said.refused), 0)
        found = ledger.Decision(status=UploadStatus.LOADED, kind=UploadKind.REPORT_CSV, counts=counts)
        ledger.decide(self.connection, upload.upload_id, found, at=NOW)
        if self.packs:  # as the night does with closed months
            pack_all(self.connection)

    def take_back(self, upload: Upload, *, again: bool = False) -> export_revert.ExportRevert:
        return export_revert.take_back(
            self.connection, upload.upload_id, self.read, NOW, zone=BERLIN, again=again
        )

    def state(self) -> dict[str, list[str]]:
        self.connection.execute("UPDATE delivery_fetch SET first_complete_at = NULL WHERE status = 'partial'")
        return {name: sorted(map(repr, all_of(self.connection, text))) for name, text in STATE.items()}


def dropped(
    connection: psycopg.Connection, files: Sequence[Export], order: Sequence[int], *, packs: bool = False
) -> World:
    """A world in which these arrived in their order, and were stored in another."""
    world = World(connection, files, packs)
    arrived = [world.arrive(file, number) for number, file in enumerate(files)]
    for number in order:
        world.store(arrived[number])
    return world


@pytest.fixture(autouse=True)
def each_statement_commits(connection: psycopg.Connection) -> None:
    connection.autocommit = True


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_taken_back_was_never_there_and_what_is_put_back_always(
    connection: psycopg.Connection, data: st.DataObject
) -> None:
    files = sorted(
        data.draw(st.lists(exports(), min_size=2, max_size=4, unique_by=lambda file: file.upload_id)),
        key=lambda file: not file.early,
    )
    order = data.draw(st.permutations(range(len(files))))
    world = dropped(connection, files, order, packs=data.draw(st.booleans()))
    with_all = world.state()
    out: set[UUID] = set()
    for number in data.draw(st.lists(st.integers(0, len(files) - 1), min_size=1, max_size=3)):
        upload = uploads.get(connection, files[number].upload_id)
        before = world.state()
        export_revert.preview(
            connection, upload.upload_id, world.read, NOW, zone=BERLIN, again=not upload.stands
        )
        assert world.state() == before
        world.take_back(upload, again=not upload.stands)
        out ^= {upload.upload_id}
    found = world.state()
    left = [file for file in files if file.upload_id not in out]
    assert found == dropped(connection, left, range(len(left))).state()
    assert with_all == dropped(connection, files, range(len(files))).state()


def hour_rows(*figures: int, hours: Sequence[datetime] = HOURS) -> tuple[Row, ...]:
    return tuple(
        Row(hour, "", A, None, Decimal(figure), None, None, None)
        for hour, figure in zip(hours, figures, strict=False)
    )


def test_a_wrong_export_is_undone_to_the_figures_and_days_before_it(connection: psycopg.Connection) -> None:
    right = Export(uuid4(), hour_rows(1, 2, 3), (), early=False)
    wrong = Export(uuid4(), hour_rows(10, 20, 30, 40, 50, 60), (), early=False)
    world = dropped(connection, [right], [0])
    before = world.state()
    world.files[wrong.upload_id] = wrong
    upload = world.arrive(wrong, 1)
    world.store(upload)
    told = world.take_back(upload)
    assert world.state() == before
    assert [
        (day.day, int(day.before), int(day.after), day.status_before, day.status_after)
        for day in told.delivery.days
    ] == [
        (date(2025, 8, 4), 60, 6, "complete", "complete"),
        (date(2025, 8, 5), 150, 0, "complete", None),
    ]
    assert [(str(line.line_id), int(line.before), int(line.after)) for line in told.delivery.lines] == [
        (A, 210, 6)
    ]
    # What changed is listed as any correction is, and asked to be computed.
    assert all_of(
        connection, "SELECT before, after FROM restatement WHERE before > 0 ORDER BY restatement_no"
    )[-6:] == [
        (10, 1), (20, 2), (30, 3), (40, None), (50, None), (60, None),
    ]  # fmt: skip
    assert all_of(connection, "SELECT count(*) FROM line_dirty") == [(2,)]
    with pytest.raises(LedgerError, match="is taken back already"):
        world.take_back(upload)
    back = world.take_back(upload, again=True)
    assert sum(day.after for day in back.delivery.days) == 210
    with pytest.raises(LedgerError, match="is in force"):
        world.take_back(upload, again=True)


def test_a_day_known_of_only_with_the_help_of_an_export_is_not_whole_without_it(
    connection: psycopg.Connection,
) -> None:
    all_day = [HOURS[0] + timedelta(hours=number) for number in range(24)]
    first = hour_rows(*[1] * 12, hours=all_day[:12])
    other = tuple(Row(hour, "", None, B, Decimal(1), None, None, None) for hour in all_day[12:])
    world = dropped(
        connection,
        [Export(uuid4(), first, (), early=False), Export(uuid4(), other, (), early=False)],
        [0, 1],
    )
    assert all_of(connection, "SELECT day, status FROM delivery_fetch") == [(date(2025, 8, 4), "complete")]
    told = world.take_back(uploads.by_number(connection, 1) or pytest.fail("no upload"))
    assert [day.status_after for day in told.delivery.days] == ["partial"]


def test_a_list_is_no_export_and_what_was_not_loaded_is_refused(connection: psycopg.Connection) -> None:
    file = Export(uuid4(), hour_rows(1), (), early=False)
    world = World(connection, [file])
    upload = world.arrive(file, 0)
    with pytest.raises(LedgerError, match="is received: it changed nothing"):
        world.take_back(upload)
    world.store(upload)
    with pytest.raises(LedgerError, match="brought delivery"):
        revert.revert(connection, upload.upload_id, NOW)


def test_a_missing_original_leaves_everything_as_it_is(connection: psycopg.Connection) -> None:
    world = dropped(connection, [Export(uuid4(), hour_rows(1, 2), (), early=False)] * 1, [0])
    before = world.state()

    def missing(upload: Upload) -> ExportRows:
        raise FileNotFoundError(upload.archived_as)

    upload = uploads.recent(connection, 1)[0]
    with pytest.raises(FileNotFoundError):
        export_revert.take_back(connection, upload.upload_id, missing, NOW, zone=BERLIN)
    assert world.state() == before
    assert uploads.get(connection, upload.upload_id).stands
