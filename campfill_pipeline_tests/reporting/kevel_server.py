"""A loopback server that behaves as the public description of Kevel's queued reports says."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import orjson

from campfill_pipeline_tests.reporting.loopback import Asked, Reply

KEY = "kevel-key-0123456789"
GROUPS = {
    "day", "week", "month", "hour", "brandId", "campaignId", "optionId", "flightId", "creativeId", "adTypeId", "siteId",
    "zoneId", "publisherAccountId", "countryCode", "metroCode", "keyword", "regionCode", "city",
}  # fmt: skip
REQUIRED = {"StartDateISO", "EndDateISO", "GroupBy", "Parameters"}
LINE = "0f2b4fcf-63ce-4178-add5-17e4f602a115"


class Kevel:
    """Takes reports, finishes each after `polls` questions, and groups by day, campaign and site."""

    def __init__(self, polls: int = 2, outcome: int = 2) -> None:
        self.polls, self.outcome = polls, outcome
        self.reports: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, int] = {}

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("x-adzerk-apikey") != KEY:
            return Reply({"message": "Forbidden"}, 403)
        if asked.method == "POST" and asked.path == "/v1/report/queue":
            wanted = orjson.loads(asked.body)
            if asked.headers.get("content-type") != "application/json" or not _as_described(wanted):
                return Reply({"message": "Bad Request"}, 400)
            number = str(uuid.uuid4())
            self.reports[number] = wanted
            return Reply({"Id": number})
        number = asked.path.rpartition("/")[2]
        if asked.method != "GET" or number not in self.reports:
            return Reply({"message": "Not Found"}, 404)
        self.asked[number] = self.asked.get(number, 0) + 1
        if self.asked[number] <= self.polls:
            return Reply({"Id": number, "Status": 1, "Message": None})
        if self.outcome != 2:
            return Reply({"Id": number, "Status": self.outcome, "Message": "Report too large"})
        return Reply(
            {"Id": number, "Status": 2, "Message": None, "Result": self._result(self.reports[number])}
        )

    def _result(self, wanted: dict[str, Any]) -> dict[str, Any]:
        day = f"{wanted['StartDateISO'][:10]}T00:00:00Z"
        details = [
            self._detail(31, f"Summer {LINE.upper()}", 7, "Hbf", 1000),
            self._detail(31, f"Summer {LINE.upper()}", 8, "Flughafen", 250),
            self._detail(32, "Without a line", 7, "Hbf", 12),
        ]
        return {
            "StartDateISO": wanted["StartDateISO"],
            "EndDateISO": wanted["EndDateISO"],
            "Critiera": [],
            "LoginId": 0,
            "IsTotal": False,
            "Grouping": wanted["GroupBy"],
            "TotalImpressions": 1262,
            "Records": [
                {
                    "Date": day,
                    "FirstDate": day,
                    "LastDate": day,
                    "Impressions": 1262,
                    "Clicks": 3,
                    "Events": {"1": 2},
                    "Details": details,
                }
            ],
        }

    @staticmethod
    def _detail(campaign: int, name: str, site: int, site_name: str, impressions: int) -> dict[str, Any]:
        return {
            "Title": name,
            "Impressions": impressions,
            "Clicks": 1,
            "Grouping": {"CampaignId": campaign, "Campaign": name, "SiteId": site, "Site": site_name},
        }


def _as_described(wanted: dict[str, Any]) -> bool:
    """Whether a request has what the description requires, and nothing that it does not know."""
    if not REQUIRED <= wanted.keys() <= REQUIRED | {"TimeZone"} or not GROUPS.issuperset(wanted["GroupBy"]):
        return False
    dates = [datetime.fromisoformat(wanted[name]) for name in ("StartDateISO", "EndDateISO")]
    known = all(type(parameter) is dict for parameter in wanted["Parameters"])
    return known and all(date.tzinfo is not None for date in dates)  # a date-time has an offset
