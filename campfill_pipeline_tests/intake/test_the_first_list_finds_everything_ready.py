"""What a reading process does before it is asked: a fork shall not do it again for each list."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from campfill_pipeline.domain.columns import LIST_FIELDS
from campfill_pipeline.intake.process.warm_up import read_own_list
from campfill_pipeline_tests.intake.workbooks import LINE, list_sheet, workbook

_READ_AFTER_WARMING_UP = """
import re, sys
from pathlib import Path
from campfill_pipeline.intake.findings import ParseLimits
from campfill_pipeline.intake.process.reading import read_file
from campfill_pipeline.intake.process.warm_up import warm_up

warm_up()
known, modules = set(re._cache), set(sys.modules)
file, work = map(Path, sys.argv[1:])
limits = ParseLimits(max_bytes=1_000_000, memory_mb=500, seconds=60)
parsed = read_file(file, file.name, work, limits, lambda done, total: None)
assert parsed.tables[0].rows == 2, parsed
print(sorted(key[1] for key in set(re._cache) - known), sorted(set(sys.modules) - modules))
"""


def test_a_list_of_the_usual_layout_compiles_and_imports_nothing(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", list_sheet(LINE, LINE))
    done = subprocess.run(
        [sys.executable, "-c", _READ_AFTER_WARMING_UP, str(file), str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[] []"


def test_the_list_that_is_read_first_is_a_sound_one(tmp_path: Path) -> None:
    parsed = read_own_list(tmp_path)
    assert parsed.reason is None
    assert [column.field for column in parsed.tables[0].columns] == list(LIST_FIELDS[:7])
    assert parsed.tables[0].rows == 2


_TAKEN_AFTER_THE_FIRST = """
import re, sys
from pathlib import Path
from campfill_pipeline.intake import first_list
from campfill_pipeline.intake.judge.campaign_lists import validate_list
from campfill_pipeline.intake.process import warm_up

first_list.take()
assert warm_up.warm_up.cache_info().currsize, "a reading process that is forked from here need not"
known, modules = set(re._cache), set(sys.modules)
work = Path(sys.argv[1])
verdict = validate_list(warm_up.read_own_list(work), work)
assert verdict.rows_accepted == 2, verdict
print(sorted(key[1] for key in set(re._cache) - known), sorted(set(sys.modules) - modules))
"""


def test_a_list_is_judged_without_compiling_or_importing_after_the_first(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TAKEN_AFTER_THE_FIRST, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[] []"
