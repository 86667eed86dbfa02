"""Every benchmark in turn, each beside its alternatives: `make bench`.

`make bench QUICK=1` tries those of docs/speed.md at small sizes. Arguments are those of the single benchmarks.
"""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("beside", "intake", "delivery", "fulfillment", "causes", "report", "door")
QUICK = (["beside", "--quick"],)


def main() -> int:
    """Run each benchmark in a process of its own; the exit code is 1 if one failed."""
    chosen = QUICK if "--quick" in sys.argv else [[name] for name in BENCHMARKS]
    codes = [
        subprocess.run([sys.executable, "-m", f"bench.{words[0]}", *words[1:]], check=False).returncode
        for words in chosen
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
