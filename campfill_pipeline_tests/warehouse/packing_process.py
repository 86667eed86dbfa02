"""A process that packs a month as the night does, little by little, to be killed: `python -m … URL FIRST_DAY`."""

from __future__ import annotations

import sys
from datetime import date

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.delivery import packing


def main(url: str, month: date) -> None:
    with database.connect(url, autocommit=True) as connection:
        print("begun", flush=True)  # noqa: T201
        for _ in packing.pack_month(connection, month, batch=300):
            pass
        packing.give_back(connection, month)


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]))
