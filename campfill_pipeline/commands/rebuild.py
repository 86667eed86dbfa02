"""`campfill rebuild`: every derived table again from the sources, compared with what was there."""

from __future__ import annotations

from typing import Any

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say
from campfill_pipeline.settings import Settings


def run(settings: Settings) -> tuple[dict[str, Any], int]:
    """Rebuild and swap in. Exit code 1 where the result differs from what was there."""
    from campfill_pipeline.defs.rebuild import rebuild_all

    with progress(quiet=False) as show:
        document = rebuild_all(settings, show)
    differences = document["differences"]
    _show(differences)
    return document, 1 if differences else 0


@render.aloud
def _show(differences: list[str]) -> None:
    console = render.console(stderr=True)
    if not differences:
        console.print(say("Rebuilt; every table equals what was there."))
    for difference in differences:
        console.print(f"[yellow]▲[/] {retold(difference)}")
