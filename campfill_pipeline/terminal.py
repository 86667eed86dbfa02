"""The `campfill` that people type: asks a running `campfill up` to answer what only reads, else does it itself.

Belongs here: only that choice, with next to nothing imported. Does not belong here: the commands (`cli`).
"""

from __future__ import annotations

import os
import sys
from typing import Any

from campfill_pipeline.commands.asking import ANSWERED, ask


def main() -> Any:
    """Entry point of the console script."""
    words = sys.argv[1:]
    try:
        code = ask(words) if words and words[0] in ANSWERED else None
    except KeyboardInterrupt:
        code = 130
    if code is not None:
        os._exit(code)  # nothing of ours is left to be done, and the answer is written
    from campfill_pipeline import cli

    return cli.main()


if __name__ == "__main__":
    main()
