"""A list as long as a sheet can be is judged in a time that grows as the list does, and in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from campfill_pipeline.domain.columns import LIST_FIELDS
from campfill_pipeline_tests.intake.tables import HEADERS

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads memory from /proc")

JUDGE = """
import json, sys, time
from pathlib import Path
from campfill_pipeline.intake.findings import ColumnFound, Parsed, TableFound
from campfill_pipeline.intake.judge.campaign_lists import validate_list
fields, headers, rows, file = json.loads(sys.argv[1])
columns = tuple(ColumnFound(f, i, h) for i, (f, h) in enumerate(zip(fields, headers)))
table = TableFound("S", 1, columns, tuple(headers), rows + 1, rows, 0, Path(file))
started = time.process_time()
verdict = validate_list(Parsed("campaign_list", None, "", "", "xlsx", (table,)), Path(file).parent / "work")
seconds = time.process_time() - started
status = Path("/proc/self/status").read_text()  # getrusage would give the parent's peak as well
peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps([verdict.rows_accepted, verdict.rows_rejected, verdict.rows_skipped, seconds, peak]))
"""


def list_of(rows: int, *, distinct: int, german: bool) -> pa.Table:
    """Sound rows with every ordinary notation; IDs repeat after `distinct` rows."""
    numbers = np.arange(rows)
    ids = [f"0b5f1d7e-2a64-4c1f-9b5e-{n:012x}" for n in (numbers % distinct).tolist()]
    goals = 3000 + numbers % distinct
    budgets = goals * 759 // 100
    prices = ("7,59", "1") if german else ("7.5899999999999999", "2")
    texts = {
        "name": [f"2025_{n % distinct}_0006_3_City_Müller_Große Sache_x" for n in numbers.tolist()],
        "runtime": [f"{1 + n % 28}.9.2025 – 1.10.2025" for n in (numbers % distinct).tolist()],
        "impression_goal": [f"{n:,}".replace(",", ".") if german else str(n) for n in goals.tolist()],
        "budget_eur": [f"{n},00" if german else f"{n}.0" for n in budgets.tolist()],
        "cpm_eur": [prices[0]] * rows,
        "id": ids,
        "buyer": [f"AGENCY < Platform (Seat {n % 67})" for n in (numbers % distinct).tolist()],
    }
    columns: dict[str, pa.Array] = {"row_no": pa.array(numbers + 2, pa.int32())}
    for field in LIST_FIELDS:
        kind = 1 if german or field in ("name", "runtime", "id", "buyer") else 2
        columns[field] = pa.array(texts[field], pa.string())
        columns[f"{field}_kind"] = pa.array(np.full(rows, kind), pa.int8())
    return pa.table(columns)


def judged(folder: Path, table: pa.Table) -> list[float]:
    """Rows accepted, rejected, skipped, CPU seconds and peak memory in MB of a process of its own."""
    file = folder / "table-0.arrow"
    with pa.ipc.new_stream(str(file), table.schema) as stream:
        stream.write_table(table, max_chunksize=65_536)
    given = json.dumps([LIST_FIELDS, HEADERS, table.num_rows, str(file)])
    done = subprocess.run([sys.executable, "-c", JUDGE, given], check=True, capture_output=True, text=True)
    outcome: list[float] = json.loads(done.stdout)
    return outcome


def test_a_long_list_takes_seconds_not_minutes(tmp_path: Path) -> None:
    rows = 60_000  # under a second on an idle machine; the bound allows for a busy one
    accepted, rejected, skipped, seconds, peak = judged(tmp_path, list_of(rows, distinct=rows, german=False))
    assert (accepted, rejected, skipped) == (rows, 0, 0)
    assert seconds < 8
    assert peak < 300


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("german", [False, True])
@pytest.mark.parametrize("distinct", [1_048_575, 500_000])
def test_a_full_sheet_stays_below_its_limits(tmp_path: Path, german: bool, distinct: int) -> None:
    rows = 1_048_575
    accepted, rejected, skipped, seconds, peak = judged(
        tmp_path, list_of(rows, distinct=distinct, german=german)
    )
    assert (accepted, rejected, skipped) == (distinct, 0, rows - distinct)
    assert (
        seconds < 120
    )  # what grows faster than the list takes many times as long; bench.intake tells how fast it is
    assert peak < 400
