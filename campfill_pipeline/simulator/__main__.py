"""`python -m campfill_pipeline.simulator`: the world's list as a file, or its API on loopback."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from campfill_pipeline.simulator.api import serve
from campfill_pipeline.simulator.campaign_list import write_campaign_list
from campfill_pipeline.simulator.faults import Faults, parse_faults
from campfill_pipeline.simulator.world import make_world


def main(arguments: list[str]) -> None:
    """Write `--list FILE`, or answer on `--port` until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--today", type=date.fromisoformat, default=date.today(), help="the world's present day"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", type=Path, metavar="FILE", help="write the campaign list there and stop")
    parser.add_argument(
        "--version", type=int, choices=(1, 2, 3), default=1, help="of the list: 2 and 3 come later"
    )
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument(
        "--faults", type=parse_faults, default=frozenset(), help="names parted by commas, or all"
    )
    chosen = parser.parse_args(arguments)
    world = make_world(chosen.today, chosen.seed)
    if chosen.list is not None:
        truth = write_campaign_list(world, chosen.list, version=chosen.version)
        sys.stdout.write(f"{chosen.list}: {truth.rows_read} rows, {truth.rows_rejected} of them faulty\n")
        return
    with serve(world, port=chosen.port, faults=Faults(chosen.faults, chosen.seed)) as api:
        sys.stdout.write(f"reporting API at {api.url}, token {api.token}; Ctrl-C ends it\n")
        sys.stdout.flush()
        try:
            api.wait()
        except KeyboardInterrupt:
            sys.stdout.write("ended\n")


if __name__ == "__main__":
    main(sys.argv[1:])
