"""What each asset's page in the web UI says: one Markdown file per asset, with a picture of where it stands."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from campfill_pipeline.defs.pictures import flow_picture
from campfill_pipeline.domain.errors import CampfillError


class UndescribedError(CampfillError):
    """An asset was added without its page."""


@cache
def describe(asset: str, marked: str | None = None) -> str:
    """The Markdown of `asset`, followed by the flow in which `marked` (default: the asset itself) stands out."""
    page = Path(__file__).parent / f"{asset}.md"
    if not page.is_file():
        raise UndescribedError(
            f"The asset {asset} has no page for the web UI.",
            f"Write defs/descriptions/{page.name}: what it is, why it is there, what it promises.",
        )
    text = page.read_text(encoding="utf-8")
    return f"{text.strip()}\n\n{flow_picture(marked or asset)}"
