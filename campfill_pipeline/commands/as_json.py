"""`--json`: the option of all commands that have it, and the one document that they print then.

Belongs here: the option and printing. Does not belong here: what stands in a document. Kept light: every command
imports it.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from campfill_pipeline.domain.plain_json import plain

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")
]


def print_json(document: object) -> None:
    """Print it on stdout."""
    sys.stdout.write(json.dumps(document, default=plain, ensure_ascii=False, indent=1) + "\n")
