"""One loopback server for all advertising platforms: each answers as its public contract says, from one table of truth.

Belongs here: the wire of each platform (named in the head of its description) and the faults a test asks for. Does not
belong here: what must come of it (test_platforms.py).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from campfill_pipeline_tests.reporting.loopback import Asked, Reply

TOKEN = "token-of-the-platform-tests"
PAGE = 2  # so few rows a page has, whatever was asked for

Truth = Mapping[tuple[str, datetime], int]
"""Impressions by (the platform's id, the local hour)."""


@dataclass
class Platform:
    """What is true, and what goes wrong: a first request refused as too many, an error, an operation still running."""

    name: str
    truth: Truth
    throttled: bool = False
    broken: bool = False
    hold_back: int = 0
    silent: bool = False
    url: str = ""
    asked: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    polls: int = 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith(("/token", "/oauth2/token")):
            form = parse_qs(asked.body.decode())
            good = TOKEN in (form.get("refresh_token", [""])[0], form.get("client_secret", [""])[0])
            return Reply({"access_token": TOKEN, "expires_in": 3600}) if good else Reply({}, 400)
        body: Any = orjson.loads(asked.body) if asked.body.startswith(b"{") else None
        if asked.path == "/auth":
            good = body["auth"] == {"username": "someone", "password": TOKEN}
            return Reply({"response": {"status": "OK", "token": TOKEN} if good else {"error_id": "NOAUTH"}})
        signed = TOKEN in "".join(asked.headers.get(name, "") for name in ("authorization", "access-token"))
        if signed == asked.path.startswith("/storage"):
            return Reply({"error": "a token is wanted, but not by the storage"}, 401)
        self.asked.append(f"{asked.method} {asked.path}")
        if self.throttled:
            self.throttled = False
            return Reply({"error": {"code": 429}}, 429, {"Retry-After": "7"})
        self.bodies.append(body)
        return _WIRES[self.name](self, asked, body)

    @property
    def hours(self) -> list[tuple[str, datetime, int]]:
        """The rows by hour."""
        return [(key, hour, figure) for (key, hour), figure in sorted(self.truth.items())]

    @property
    def days(self) -> list[tuple[str, datetime, int]]:
        """The rows by day."""
        found: dict[tuple[str, datetime], int] = {}
        for (key, hour), figure in sorted(self.truth.items()):
            day = hour.replace(hour=0)
            found[key, day] = found.get((key, day), 0) + figure
        return [(key, day, figure) for (key, day), figure in found.items()]


def _page(rows: list[Any], first: int) -> tuple[list[Any], int | None]:
    return rows[first : first + PAGE], first + PAGE if first + PAGE < len(rows) else None


def _zipped(text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("report.csv", text)
    return file.getvalue()


def _gam(server: Platform, asked: Asked, body: Any) -> Reply:
    if asked.path == "/v1/networks/42/reports":
        definition = body["reportDefinition"]
        assert definition["dateRange"]["fixed"]["startDate"] == {"year": 2026, "month": 2, "day": 9}
        assert definition["dimensions"] == ["DATE", "HOUR", "LINE_ITEM_ID", "LINE_ITEM_NAME"]
        return Reply({"name": "networks/42/reports/7", "reportId": "7"})
    if asked.path == "/v1/networks/42/reports/7:run":
        return Reply({"name": "networks/42/operations/reports/runs/9"})  # done is left out while it is false
    if asked.path == "/v1/networks/42/operations/reports/runs/9":
        server.polls += 1
        if server.polls <= 1:
            return Reply(
                {"name": "networks/42/operations/reports/runs/9", "metadata": {"percentComplete": 50}}
            )
        if server.broken:
            return Reply({"name": "…", "done": True, "error": {"code": 3, "message": "invalid combination"}})
        return Reply({"done": True, "response": {"reportResult": "networks/42/reports/7/results/8"}})
    assert asked.path == "/v1/networks/42/reports/7/results/8:fetchRows"
    rows, after = _page(server.hours, int(asked.query.get("pageToken", "0")))
    told: dict[str, Any] = {"runTime": "2026-02-11T03:00:00Z"}
    if rows:
        told["rows"] = [
            {
                "dimensionValues": [
                    {"intValue": f"{hour:%Y%m%d}"}, {"intValue": str(hour.hour)}, {"intValue": key},
                    {"stringValue": "A"},
                ],
                "metricValueGroups": [{"primaryValues": [{"intValue": str(figure)}]}],
            }
            for key, hour, figure in rows
        ]  # fmt: skip
        told["totalRowCount"] = len(server.hours)
    return Reply(told | ({"nextPageToken": str(after)} if after else {}))


def _dv360(server: Platform, asked: Asked, body: Any) -> Reply:
    if asked.path == "/v2/queries":
        assert body["metadata"]["dataRange"]["customEndDate"] == {"year": 2026, "month": 2, "day": 10}
        return Reply({"queryId": "55", **body})
    if asked.path == "/v2/queries/55:run":
        return Reply(
            {"key": {"queryId": "55", "reportId": "66"}, "metadata": {"status": {"state": "QUEUED"}}}
        )
    if asked.path == "/v2/queries/55/reports/66":
        server.polls += 1
        state = "RUNNING" if server.polls == 1 else "FAILED" if server.broken else "DONE"
        found: dict[str, Any] = {"status": {"state": state}}
        if state == "DONE":
            found |= {"googleCloudStoragePath": f"{server.url}/storage/report.csv?signature=secret"}
        return Reply({"key": {"reportId": "66"}, "metadata": found})
    lines = ["Date,Time of Day,Line Item ID,Line Item,Impressions"]
    lines += [f"{hour:%Y/%m/%d},{hour.hour},{key},Line,{figure}" for key, hour, figure in server.hours]
    total = sum(server.truth.values()) + server.hold_back
    lines += [f",,,,{total}"] if server.truth else ["No data returned by the reporting service."]
    lines += ["", "Report Time:,2026/02/11 03:00 GMT", "Group By:,Date", '"Reporting numbers, may change"']
    return Reply("\n".join(lines).encode(), headers={"Content-Type": "text/csv"})


def _xandr(server: Platform, asked: Asked, body: Any) -> Reply:
    if asked.method == "POST":
        if server.broken:
            return Reply({"response": {"error_id": "SYNTAX", "error": "no such column"}})
        report = body["report"]
        assert (report["start_date"], report["end_date"]) == ("2026-02-09 23:00:00", "2026-02-10 23:00:00")
        return Reply({"response": {"status": "OK", "report_id": "ab12"}})
    assert asked.query["id"] == "ab12"
    if asked.path == "/report":
        server.polls += 1
        state = "pending" if server.polls == 1 else "ready"
        return Reply({"response": {"status": "OK", "report": {"row_count": "3"}, "execution_status": state}})
    lines = ["hour,line_item_id,line_item_name,imps"]
    lines += [f"{hour:%Y-%m-%d %H}:00,{key},Line,{figure}" for key, hour, figure in server.hours]
    return Reply("\r\n".join(lines).encode(), headers={"Content-Type": "text/csv"})


def _meta(server: Platform, asked: Asked, body: Any) -> Reply:
    assert asked.path == "/v25.0/act_11/insights"
    assert asked.query["time_range"] == '{"since":"2026-02-10","until":"2026-02-10"}'
    if server.broken:
        return Reply({"error": {"message": "Please reduce the amount of data", "code": 1}})
    rows, after = _page(server.hours, int(asked.query.get("after", "0")))
    data = [
        {
            "campaign_id": key, "campaign_name": "A", "impressions": str(figure), "date_start": f"{hour:%Y-%m-%d}",
            "date_stop": f"{hour:%Y-%m-%d}",
            "hourly_stats_aggregated_by_advertiser_time_zone": f"{hour:%H}:00:00 - {hour:%H}:59:59",
        }
        for key, hour, figure in rows
    ]  # fmt: skip
    paging: dict[str, Any] = {"cursors": {"before": "x", "after": str(after or "end")}}
    if after:
        asks = "&".join(f"{name}={value}" for name, value in asked.query.items() if name != "after")
        paging["next"] = f"{server.url}{asked.path}?{asks}&after={after}"
    return Reply({"data": data} | ({"paging": paging} if data else {}))


def _tiktok(server: Platform, asked: Asked, body: Any) -> Reply:
    assert asked.query["dimensions"] == '["campaign_id","stat_time_hour"]'
    if server.broken:
        return Reply({"code": 40105, "message": "Access token is incorrect", "data": {}})
    page = int(asked.query["page"])
    rows, _ = _page(server.hours, PAGE * (page - 1))
    found = [
        {
            "dimensions": {"campaign_id": key, "stat_time_hour": f"{hour:%Y-%m-%d %H:%M:%S}"},
            "metrics": {"impressions": str(figure), "campaign_name": "A"},
        }
        for key, hour, figure in rows
    ]
    pages = -(-len(server.hours) // PAGE)
    info = {"page": page, "page_size": PAGE, "total_number": len(server.hours), "total_page": pages}
    return Reply({"code": 0, "message": "OK", "data": {"list": found, "page_info": info}})


def _ga4(server: Platform, asked: Asked, body: Any) -> Reply:
    assert asked.path == "/v1beta/properties/99:runReport"
    rows, _ = _page(server.hours, int(body.get("offset", 0)))
    told: dict[str, Any] = {
        "dimensionHeaders": [{"name": "dateHour"}],
        "kind": "analyticsData#runReport",
        "metadata": {},
    }
    if server.broken:
        told["metadata"] = {"dataLossFromOtherRow": True}
    if server.silent:
        told = {}
    if rows:
        told["rowCount"] = len(server.hours)
        told["rows"] = [
            {
                "dimensionValues": [{"value": f"{hour:%Y%m%d%H}"}, {"value": key}, {"value": "A"}],
                "metricValues": [{"value": str(figure)}],
            }
            for key, hour, figure in rows
        ]
    return Reply(told)


def _linkedin(server: Platform, asked: Asked, body: Any) -> Reply:
    assert asked.headers["x-restli-protocol-version"] == "2.0.0"
    day = "(year:2026,month:2,day:10)"
    assert asked.query["dateRange"] == f"(start:{day},end:{day})"
    assert asked.query["accounts"] == "List(urn:li:sponsoredAccount:11)"
    if server.broken:
        return Reply({"status": 500, "message": "Internal", "elements": None})
    elements = [
        {
            "pivotValues": [f"urn:li:sponsoredCampaign:{key}"], "impressions": figure,
            "dateRange": {"start": {"year": day.year, "month": day.month, "day": day.day}},
        }
        for key, day, figure in server.days
    ]  # fmt: skip
    return Reply({"paging": {"start": 0, "count": 10, "links": []}, "elements": elements})


def _microsoft(server: Platform, asked: Asked, body: Any) -> Reply:
    if asked.path.endswith("/Submit"):
        assert body["ReportRequest"]["Time"]["CustomDateRangeStart"] == {"Year": 2026, "Month": 2, "Day": 10}
        assert asked.headers["developertoken"] == "developer"
        return Reply({"ReportRequestId": "r1"})
    if asked.path.endswith("/Poll"):
        assert body == {"ReportRequestId": "r1"}
        server.polls += 1
        state = "Pending" if server.polls == 1 else "Error" if server.broken else "Success"
        done = state == "Success" and server.truth
        url = f"{server.url}/storage/report.zip?sig=secret" if done else None
        return Reply({"ReportRequestStatus": {"Status": state, "ReportDownloadUrl": url}})
    lines = ["TimePeriod,CampaignId,CampaignName,Impressions"]
    lines += [f'"{day:%Y-%m-%d}","{key}","A","{figure}"' for key, day, figure in server.days]
    return Reply(_zipped("\ufeff" + "\r\n".join(lines)), headers={"Content-Type": "application/zip"})


def _criteo(server: Platform, asked: Asked, body: Any) -> Reply:
    assert body["startDate"] == body["endDate"] == "2026-02-10T00:00:00.000Z"
    if server.broken:
        return Reply({"errors": [{"code": "internal", "title": "no report"}]})
    lines = ["AdsetId;Day;Currency;Displays"]
    lines += [f"{key};{day.year}/{day.month}/{day.day};EUR;{figure}" for key, day, figure in server.days]
    return Reply("\n".join(lines).encode(), headers={"Content-Type": "text/csv"})


def _pinterest(server: Platform, asked: Asked, body: Any) -> Reply:
    assert asked.path == "/v5/ad_accounts/5/campaigns/analytics"
    if server.broken:
        return Reply({"code": 1, "message": "Invalid request", "status": "failure"})
    wanted = unquote(asked.query["campaign_ids"])
    rows = [(key, day, figure) for key, day, figure in server.days if key == wanted]
    return Reply([{"CAMPAIGN_ID": k, "DATE": f"{d:%Y-%m-%d}", "IMPRESSION_1": f} for k, d, f in rows])


def _adcp(server: Platform, asked: Asked, body: Any) -> Reply:
    assert (asked.path, body["method"], body["params"]["name"]) == (
        "/mcp",
        "tools/call",
        "get_media_buy_delivery",
    )
    assert body["params"]["arguments"] == {
        "account": {"account_id": "acc"}, "start_date": "2026-02-10", "end_date": "2026-02-10",
        "include_package_daily_breakdown": True,
    }  # fmt: skip
    if server.broken:
        told: dict[str, Any] = {"content": [{"type": "text", "text": "ACCOUNT_NOT_FOUND"}], "isError": True}
        return Reply({"jsonrpc": "2.0", "id": 1, "result": told})
    deliveries: list[Any] = [
        {
            "media_buy_id": f"mb_{key}", "status": "active", "totals": {"impressions": figure, "spend": 1.5},
            "by_package": [
                {
                    "package_id": key, "impressions": figure, "spend": 1.5, "pricing_model": "cpm", "rate": 12.5,
                    "currency": "EUR",
                    "daily_breakdown": [{"date": f"{day:%Y-%m-%d}", "impressions": figure, "spend": 1.5}],
                }
            ],
        }
        for key, day, figure in server.days
    ]  # fmt: skip
    if server.silent:
        late = {
            "media_buy_id": "mb_9",
            "status": "reporting_delayed",
            "totals": {"spend": 0},
            "by_package": [],
        }
        deliveries.append(late)
    period = {"start": "2026-02-10T00:00:00Z", "end": "2026-02-10T23:59:59Z"}
    whole = {"reporting_period": period, "currency": "EUR", "media_buy_deliveries": deliveries}
    return Reply(
        {"jsonrpc": "2.0", "id": 1, "result": {"content": [], "structuredContent": whole, "isError": False}}
    )


_WIRES: dict[str, Callable[[Platform, Asked, Any], Reply]] = {
    "google_ad_manager": _gam,
    "display_video_360": _dv360,
    "xandr": _xandr,
    "meta": _meta,
    "tiktok": _tiktok,
    "google_analytics_4": _ga4,
    "linkedin": _linkedin,
    "microsoft_advertising": _microsoft,
    "criteo": _criteo,
    "pinterest": _pinterest,
    "adcp": _adcp,
}
PLATFORMS = tuple(_WIRES)
