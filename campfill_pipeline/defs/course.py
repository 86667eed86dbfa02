"""Links from asset pages to the course: an asset's description names the lab that explains it, and leads to its page.

Belongs here: turning the name of a page into a link, where the running system shows it. Does not belong here: which lab
explains which asset (the last paragraph of each file in `descriptions`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import dagster as dg

# `docs/learn/04-the-same-file-twice.md`: the door shows it under the number alone
_PAGE = re.compile(
    r"\*(?P<title>[^*]+)\*: (?P<command>`campfill lab start \d+`), "
    r"with the page `docs/learn/(?P<number>\d\d)-[\w.-]+`"
)


def with_links(text: str, pages_url: str) -> str:
    """`text`, its lab's title a link to the page that the system at `pages_url` shows."""
    return _PAGE.sub(rf"[\g<title>]({pages_url}/learn/\g<number>), and \g<command> in a terminal", text)


def link_assets(assets: Sequence[Any], pages_url: str | None) -> list[Any]:
    """The assets, their descriptions linked; as they are where no system runs that could show the pages."""
    if not pages_url:
        return list(assets)

    def linked(spec: dg.AssetSpec) -> dg.AssetSpec:
        return spec.replace_attributes(description=with_links(spec.description or "", pages_url))

    return list(dg.map_asset_specs(linked, assets))
