"""Every benchmark in turn, each beside its alternatives: `make bench`. Arguments are those of the single benchmarks."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("intake", "delivery", "fulfillment", "causes", "report", "door")


def main() -> int:
    """Run each benchmark in a process of its own; the exit code is 1 if one failed."""
    codes = [
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode for name in BENCHMARKS
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
