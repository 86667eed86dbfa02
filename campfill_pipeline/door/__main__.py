"""`python -m campfill_pipeline.door`: how `campfill up` starts the door."""

from __future__ import annotations

import argparse

from campfill_pipeline.door import server
from campfill_pipeline.door.app import Place
from campfill_pipeline.settings import load_settings


def main() -> None:
    """Read the words of the command line and serve."""
    words = argparse.ArgumentParser(prog="campfill_pipeline.door")
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, required=True)
    words.add_argument("--web", help="address of the web UI")
    words.add_argument("--behind-proxy", action="store_true")
    given = words.parse_args()
    place = Place(guarded=given.behind_proxy, web_url=given.web)
    server.serve(load_settings(), given.host, given.port, place)


if __name__ == "__main__":
    main()
