"""Work for which people wait, in this build beside the one before and beside usual ways, in turns: docs/speed.md.

python -m bench.beside                             all rows; the build before is made from git, once
python -m bench.beside --only drop --turns 3       one row: see --help for their names
python -m bench.beside --other /some/checkout      beside another checkout, which has its own .venv
python -m bench.beside --quick                     small sizes, to see that all of it works; docs/speed.md stays

Belongs here: the command. Does not belong here: measuring and telling (`bench.speed`).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.speed import first_load, growth, own, page, recompute, standing
from bench.speed.builds import Build, both, make_before
from bench.speed.results import KEPT, QUICK, Results, keep

Make = Callable[[list[Build]], Iterator[Results]]


def rows(quick: bool, turns: int) -> dict[str, Make]:
    """What can be measured, cheapest first, each with its real or its small size."""
    sizes = standing.Sizes(turns=turns)
    if quick:
        sizes = standing.Sizes(300, 5, 30, 3, turns)
    lines = 700 if quick else 7_057
    lists = ["300x7"] if quick else ["300x7", "7057x7", "100000x20"]
    return {
        "standing": lambda builds: standing.standing(builds, sizes),
        "intake": lambda builds: own.intake(builds, lists, turns),
        "packed": lambda _: recompute.packed(1, lines),
        "recompute": lambda builds: recompute.recompute(builds, 0.1 if quick else 30, lines, turns),
        "ingest": lambda builds: first_load.first_load(builds, 1_000 if quick else 100_000, turns),
        "burst": lambda builds: standing.burst(builds, sizes),
        "worst-day": lambda builds: own.worst_day(builds, 1 if quick else 18, turns),
        "lines": lambda _: growth.with_lines([300, 3_000] if quick else list(growth.LINES)),
        "rows": lambda _: growth.with_rows([1] if quick else list(growth.ROWS), lines),
    }


def main() -> None:
    """Measure the rows asked for, keep each as soon as it is known, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=list(rows(True, 1)), help="these rows only")
    parser.add_argument("--other", type=Path, help="checkout of the build to stand beside")
    parser.add_argument("--turns", type=int, help="default: five, one of a quick run")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    folder, target = (QUICK, QUICK / "speed.md") if options.quick else (KEPT, page.PAGE)
    other = options.other or make_before(Path(tempfile.gettempdir()) / "campfill-bench-builds")
    turns = options.turns or (1 if options.quick else 5)
    for name, make in rows(options.quick, turns).items():
        if options.only and name not in options.only:
            continue
        for results in make(both(other)):
            keep(results, folder)
            print(f"{results.row}: measured ({results.size}, load {results.load})", flush=True)
            page.write(folder, target)
    print(f"written: {target}")


if __name__ == "__main__":
    main()
