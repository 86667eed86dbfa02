"""Do the tests notice when a guard breaks? Small faults planted one at a time, each tried by the tests that reach it.

    python -m bench.mutations                      the guards, all of them
    python -m bench.mutations domain/numbers.py    what lies there, below campfill_pipeline/

It works on a copy of the tree in a temporary folder: the checkout is never changed. A mutant that no test notices is a
survivor: it deserves a test, or a line in equivalent_mutants.toml that says why nobody could notice it.

Belongs here: which rooms are tried, running, counting. Does not belong here: the faults (mutants.py), which test runs
what (mutation_map.py).
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from bench.mutants import Mutant, of_file

GUARDS = (
    "domain/doubtful_answers.py", "domain/report_*.py", "domain/whole_days.py", "domain/local_days.py",
    "domain/site_sums.py", "domain/doubled_hours.py", "domain/numbers.py", "domain/runtimes.py", "domain/lines.py",
    "domain/line_columns.py", "domain/columns.py", "domain/column_reading.py", "domain/cells.py", "domain/asides.py",
    "domain/duplicates.py", "domain/names.py", "domain/rounding.py", "domain/flights.py", "domain/export_forms.py",
    "domain/*.py", "intake/judge/*.py", "reporting/fetched.py", "defs/delivery_steps.py",
    "warehouse/delivery/**/*.py", "warehouse/delivery/**/*.sql", "warehouse/register/*.py", "warehouse/register/*.sql",
    "warehouse/retelling/*.py", "warehouse/retelling/*.sql",
)  # fmt: skip
"""What must not let a wrong figure through: the rules, the judges, the storing of days and lists."""
TESTS = (
    "domain/test_doubtful_answers.py", "domain/test_whole_days.py", "domain",
    "reporting/test_answers.py", "reporting/test_kinds_of_hours.py", "reporting/test_doubled_hour.py",
    "reporting/test_shapes_of_answers.py", "reporting/test_export.py", "reporting/test_platform_exports.py",
    "reporting/test_client_survives.py", "reporting/test_client_limits.py",
    "intake/test_validation.py", "intake/test_columns_that_do_not_fit.py", "intake/test_rejected_ids.py",
    "intake/test_addresses_may_be_missing.py", "intake/test_table_is_found.py", "intake/test_text_files_are_read.py",
    "intake/test_validation_oracle.py", "intake/test_fast_and_faithful_agree.py", "intake/test_described_lists.py",
    "warehouse/test_store_day.py", "warehouse/test_completeness.py", "warehouse/test_coverage.py",
    "warehouse/test_attribution.py", "warehouse/test_purchase_types.py", "warehouse/test_zone.py",
    "warehouse/test_report_encoding.py", "warehouse/test_partitions.py", "warehouse/test_days_and_hours.py",
    "warehouse/test_store_export.py", "warehouse/test_exports_keep_and_complete.py", "warehouse/test_register.py",
    "warehouse/test_order_of_arrival.py", "warehouse/test_revert.py", "warehouse/test_export_revert.py",
    "warehouse/test_restatement_property.py", "warehouse/test_known_then.py", "warehouse/test_one_line.py",
    "defs/test_a_refusal_is_no_absence.py", "defs/test_unreadable_answers.py", "defs/test_rows_of_one_key.py",
    "defs/test_unlikely_goals.py", "defs/test_late_exports.py", "defs/test_answers_that_fit_but_are_wrong.py",
    "defs/test_any_bad_answer.py", "intake/test_nothing_vanishes_in_a_list.py", "warehouse/test_incidents.py",
    "warehouse/test_looked_back.py", "warehouse/test_care.py",
)  # fmt: skip
"""The tests of these rules: quick ones first, none that starts processes of ours (they would not hold the mutant)."""
PREPARED = (
    "pandas",
    "pandera.pandas",
    "pyarrow",
    "psycopg",
    "sqlalchemy",
    "hypothesis",
    "requests",
    "dlt",
    "dagster",
    "lxml",
)
MOST_SECONDS = 90.0
"""So long, in seconds of the first run, may the tests of one mutant take together; the shortest come first."""
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")


@dataclass
class Reach:
    """Which tests run what."""

    seconds: dict[str, float] = field(default_factory=dict)
    tests: dict[str, list[str]] = field(default_factory=dict)

    def add(self, file: Path) -> None:
        for test, noted in json.loads(file.read_text("utf-8")).items():
            self.seconds[test] = noted["seconds"]
            for place in noted["ran"]:
                self.tests.setdefault(place, []).append(test)

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that run the mutant's function or statement; all of its file's for what stands outside of any."""
        if mutant.path.endswith(".sql") or f"{mutant.path} {mutant.home}" in self.tests:
            places = [f"{mutant.path} {mutant.home}", f"{mutant.path} "]
        else:
            places = [place for place in self.tests if place.startswith(f"{mutant.path} ")]
        found = {test for place in places for test in self.tests.get(place, [])}
        kept: list[str] = []
        total = 0.0
        for test in sorted(found, key=lambda test: (self.seconds[test], test)):
            if (total := total + self.seconds[test]) > MOST_SECONDS and kept:
                break
            kept.append(test)
        return kept


class _Planted(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):  # type: ignore[misc]
    """Imports the mutant in place of its module."""

    def __init__(self, mutant: Mutant, file: Path) -> None:
        name = mutant.path.removesuffix(".py").replace("/", ".")
        super().__init__(name, str(file))
        self.source = mutant.source

    def find_spec(self, fullname: str, path: object = None, target: ModuleType | None = None) -> Any:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec")


class _OneServer:
    """A plugin of pytest that gives every mutant the same PostgreSQL; each test still has its own database."""

    def __init__(self, server: bytes) -> None:
        self.server = server

    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> object:
        if fixturedef.argname != "postgres_server":
            return None
        server = pickle.loads(self.server)
        fixturedef.cached_result = (server, fixturedef.cache_key(request), None)
        return server


def plant(mutant: Mutant, root: Path) -> None:
    """Put the fault into this process: into the functions that are there, or where there are none, into the import."""
    file = root / mutant.path
    if mutant.path.endswith(".py"):
        module = sys.modules.get(mutant.path.removesuffix(".py").replace("/", "."))
        if module is None:
            sys.meta_path.insert(0, _Planted(mutant, file))
        else:
            _replace_code(module, mutant, compile(mutant.source, str(file), "exec"))
        return
    read = Path.read_text

    def read_text(self: Path, *given: Any, **named: Any) -> str:
        return mutant.source if self == file else read(self, *given, **named)

    Path.read_text = read_text  # type: ignore[method-assign]
    if statements := sys.modules.get("campfill_pipeline.warehouse.statements"):
        for kept in (statements.statement, statements.sections, statements.query):
            kept.cache_clear()


def _replace_code(module: ModuleType, mutant: Mutant, code: CodeType) -> None:
    """Give the function in which the mutant lies the mutant's code, whoever holds it."""
    found: Any = module
    for name in mutant.home.split("."):
        found = vars(found)[name]
        code = next(part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name)
        if not isinstance(found, type):
            break
    found = getattr(found, "fget", None) or getattr(found, "__func__", found)
    while hasattr(found, "__wrapped__"):
        if hasattr(found, "cache_clear"):
            found.cache_clear()
        found = found.__wrapped__
    found.__code__ = code


QUIET = ("-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "--no-header", "--tb=line",
         "-W", "ignore:Module already imported")  # fmt: skip


def _in_a_child(work: Callable[[], int], log: Path) -> int:
    """Fork, and do it there, quietly; returns the process id."""
    if pid := os.fork():
        return pid
    code = 99
    try:
        os.setsid()
        with log.open("w") as out:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
        code = work()
    finally:  # whatever was raised, the parent's part of the program must not go on here
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@contextmanager
def _server(log: Path) -> Iterator[bytes]:
    """A PostgreSQL in a child of ours, as pickled by it."""
    told, tell = os.pipe()
    wait, let_go = os.pipe()

    def serve() -> int:
        from campfill_pipeline_tests.conftest import real_server

        os.close(let_go)
        with real_server() as running, os.fdopen(tell, "wb") as out:
            out.write(pickle.dumps(running))
            out.close()
            os.read(wait, 1)
        return 0

    pid = _in_a_child(serve, log)
    os.close(tell)
    with os.fdopen(told, "rb") as heard:
        server = heard.read()
    if not server:
        raise RuntimeError(f"PostgreSQL did not start: see {log}")
    try:
        yield server
    finally:
        os.close(let_go)
        os.waitpid(pid, 0)


def _map(root: Path, server: bytes, keep: Path, *, noted: bool) -> Reach:
    """Run the tests once, and note what each reaches; what is noted already is not run again (`noted`: none is)."""

    def watch(name: str, found: Path) -> int:
        import pytest

        from bench.mutation_map import Watch

        options = ["-q", *QUIET[2:], "--timeout=1200", "-m", "not long and not browser"]
        plugins = [_OneServer(server), Watch(root, found)]
        return int(pytest.main([*options, str(root / "campfill_pipeline_tests" / name)], plugins=plugins))

    reach = Reach()
    for name in TESTS:
        found = keep / f"reach-{name.replace('/', '-')}.json"
        if not (found.exists() or noted):
            os.waitpid(_in_a_child(lambda name=name, found=found: watch(name, found), keep / "map.log"), 0)  # type: ignore[misc]
        if found.exists():
            reach.add(found)
    return reach


@dataclass
class _Running:
    mutant: Mutant
    until: float


Try = Callable[[Mutant, Sequence[str]], int]


def alone(root: Path, server: bytes) -> Try:
    """Plant before campfill is imported: for faults that show on import."""
    import pytest

    def tried(mutant: Mutant, tests: Sequence[str]) -> int:
        plant(mutant, root)
        return int(pytest.main([*QUIET, *tests], plugins=[_OneServer(server)]))

    return tried


class _Collected:
    """A plugin of pytest: where the tests would run, it tries mutants by them instead, each in a fork."""

    def __init__(self, root: Path, then: Callable[[Try], None]) -> None:
        self.root, self.then = root, then

    def pytest_runtestloop(self, session: Any) -> bool:
        from _pytest.runner import runtestprotocol

        items = {item.nodeid: item for item in session.items}

        def tried(mutant: Mutant, tests: Sequence[str]) -> int:
            plant(mutant, self.root)
            for test in tests:
                if test not in items:  # noted in --keep, and renamed since
                    continue
                if any(report.failed for report in runtestprotocol(items[test], log=False, nextitem=None)):
                    return 1
            return 0

        self.then(tried)
        return True


def run_all(
    mutants: Sequence[Mutant], reach: Reach, root: Path, tried: Try, at_once: int
) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with what became of it: `killed`, `slow` (killed, too: it hung), `survived`, `not reached`."""
    waiting = list(mutants)[::-1]
    running: dict[int, _Running] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            mutant = waiting.pop()
            tests = reach.of(mutant)
            if not tests:
                yield mutant, "not reached"
                continue
            limit = 60 + 5 * sum(reach.seconds[test] for test in tests)

            def work(mutant: Mutant = mutant, tests: list[str] = tests) -> int:
                return tried(mutant, tests)

            pid = _in_a_child(work, root / f"mutant-{len(running)}.log")
            running[pid] = _Running(mutant, time.monotonic() + limit)
        pid, code = os.waitpid(-1, os.WNOHANG)
        if pid in running:
            mutant = running.pop(pid).mutant
            yield mutant, "survived" if os.waitstatus_to_exitcode(code) == 0 else "killed"
            continue
        for late in [pid for pid, one in running.items() if time.monotonic() > one.until]:
            os.killpg(late, signal.SIGKILL)
            os.waitpid(late, 0)
            yield running.pop(late).mutant, "slow"
        time.sleep(0.02)


def equivalent() -> dict[str, str]:
    """Mutants that nobody could notice, by name, each with the reason."""
    groups = tomllib.loads(EQUIVALENT.read_text("utf-8"))["group"]
    return {name: group["why"] for group in groups for name in group["mutants"]}


def chosen(mutants: Sequence[Mutant], sample: int | None, seed: int) -> list[Mutant]:
    """All of them, or so many, drawn by the seed: the same seed draws the same."""
    if sample is None or sample >= len(mutants):
        return list(mutants)
    return random.Random(seed).sample(list(mutants), sample)


def noted_outcomes(file: Path) -> list[dict[str, Any]]:
    """What became of the mutants of an earlier run, as its --keep holds it."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def inside(given: argparse.Namespace) -> int:
    """Run in the copied tree; prints what survived, and the counts."""
    keep: Path = given.keep
    root = Path.cwd()
    package = root / "campfill_pipeline"
    files = dict.fromkeys(file for pattern in given.patterns for file in sorted(package.glob(pattern)))
    planted = [mutant for file in files for mutant in of_file(root, str(file.relative_to(root)))]
    if given.again is not None:
        names = {
            one["name"]
            for one in noted_outcomes(given.again)
            if one["outcome"] in ("survived", "not reached")
        }
        planted = [mutant for mutant in planted if mutant.name in names]
    mutants = chosen(
        [mutant for mutant in planted if mutant.called or not given.quick], given.sample, given.seed
    )
    known = equivalent()
    for name in PREPARED:
        importlib.import_module(name)
    import pytest

    said = sys.stdout
    counts: dict[str, Counter[str]] = {}
    with _server(keep / "server.log") as server, (keep / "outcomes.jsonl").open("a", buffering=1) as out:
        reach = _map(root, server, keep, noted=given.noted)
        print(f"{len(mutants)} mutants of {len(planted)}, {len(reach.seconds)} tests", flush=True)

        def run(these: Sequence[Mutant], tried: Try) -> None:
            for mutant, outcome in run_all(these, reach, root, tried, given.at_once):
                told = "equivalent" if outcome == "survived" and mutant.name in known else outcome
                counts.setdefault(mutant.path, Counter())[told] += 1
                out.write(json.dumps({"outcome": told, "line": mutant.line, "name": mutant.name}) + "\n")
                if told in ("survived", "not reached"):
                    print(f"{told}: line {mutant.line}, {mutant.name}", file=said, flush=True)

        if not given.quick:
            run([mutant for mutant in mutants if not mutant.called], alone(root, server))
        called = [mutant for mutant in mutants if mutant.called]
        needed = dict.fromkeys(test.partition("::")[0] for mutant in called for test in reach.of(mutant))
        plugins = [_OneServer(server), _Collected(root, lambda tried: run(called, tried))]
        pytest.main([*QUIET, "-s", *needed], plugins=plugins)
    for path, count in counts.items():
        print(path, dict(count))
    print("together:", dict(sum(counts.values(), Counter())))
    return int(any(count["survived"] for count in counts.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("patterns", nargs="*", default=GUARDS, help="files below campfill_pipeline/")
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--sample", type=int, help="only so many mutants, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--again", type=Path, help="only what was not noticed, by the outcomes of an earlier run"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the map of tests and the outcomes")
    parser.add_argument(
        "--noted", action="store_true", help="only the tests that are noted in --keep, none for the map"
    )
    parser.add_argument("--quick", action="store_true", help="only faults within functions and statements")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        return inside(given)
    checkout = Path(__file__).parents[1]
    with tempfile.TemporaryDirectory(prefix="campfill-mutations-") as folder:
        copy = Path(folder) / "tree"
        Path(folder).chmod(0o755)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=checkout, check=True, capture_output=True,
        ).stdout.decode()  # fmt: skip
        for name in filter(None, listed.split("\0")):
            if (checkout / name).exists():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(checkout / name, copy / name, follow_symlinks=False)
        keep = (given.keep or Path(folder) / "keep").resolve()
        keep.mkdir(parents=True, exist_ok=True)
        options = [
            "--inside",
            "--at-once",
            str(given.at_once),
            "--seed",
            str(given.seed),
            "--keep",
            str(keep),
        ]
        options += ["--sample", str(given.sample)] if given.sample else []
        options += ["--again", str(given.again.resolve())] if given.again else []
        options += ["--noted"] * given.noted + ["--quick"] * given.quick
        os.nice(15)
        return subprocess.run(
            [sys.executable, "-m", "bench.mutations", *options, *given.patterns],
            cwd=copy, check=False, env=os.environ | {"PYTHONPATH": str(copy)},
        ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
