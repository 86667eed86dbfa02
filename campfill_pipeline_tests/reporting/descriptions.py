"""Small connector descriptions for tests, made of TOML parts as a user would write them."""

from __future__ import annotations

from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.description.connector import Connector

HEAD = """
name = "small"
title = "A small API"

[limits]
requests_per_second = 1000
first_wait = 0.5
"""
BEARER = """
[auth]
kind = "bearer"
"""
DETAIL = """
[detail]
path = "/rows"
params = { from = "{start_utc}", to = "{end_utc}" }
answer = { rows = "rows" }

[detail.columns]
hour = "Date"
site = "Site"
campaign_id = "Core DSP Campaign ID"
impressions = "Total Impressions"
"""
NUMBERS = """
[values]
numbers = "german"
"""


def small(
    auth: str = BEARER, detail: str = DETAIL, more: str = "", limits: str = "", values: str = ""
) -> Connector:
    """A description of these parts; `limits` and `values` are further lines of [limits] and [values]."""
    return connector.parse(HEAD + limits + NUMBERS + values + auth + more + detail, "small.toml")


def with_paging(paging: str) -> Connector:
    """The small description with this `paging`."""
    return small(detail=DETAIL.replace("answer =", f"paging = {paging}\nanswer ="))
