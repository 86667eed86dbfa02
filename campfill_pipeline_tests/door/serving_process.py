"""A door of its own process with limits of a test: `python -m … PORT '{"connections": 5}' [--behind-proxy]`."""

from __future__ import annotations

import json
import sys

from campfill_pipeline.door import server
from campfill_pipeline.door.app import Place
from campfill_pipeline.door.limits import Limits
from campfill_pipeline.settings import load_settings


def serve(words: list[str]) -> None:
    """Serve on the port that the first word names."""
    port, limits, *others = words
    place = Place(guarded="--behind-proxy" in others)
    server.serve(load_settings(), "127.0.0.1", int(port), place, Limits(**json.loads(limits)))


if __name__ == "__main__":
    serve(sys.argv[1:])
