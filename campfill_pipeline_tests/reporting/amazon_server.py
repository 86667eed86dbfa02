"""A loopback server that behaves as the public collection of the Amazon Ads API says (reporting version 3)."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import parse_qs

import orjson

from campfill_pipeline_tests.reporting.loopback import Asked, Reply

REFRESH_TOKEN = "Atzr|refresh-token-of-the-test"
CLIENT_SECRET = "client-secret-of-the-test"
LINE = "0f2b4fcf-63ce-4178-add5-17e4f602a115"
ENVIRON = {
    "CAMPFILL_AMAZON_CLIENT_ID": "amzn1.application-oa2-client.test",
    "CAMPFILL_AMAZON_CLIENT_SECRET": CLIENT_SECRET,
    "CAMPFILL_AMAZON_PROFILE_ID": "987654321",
}
_CONFIGURATION = {"adProduct", "groupBy", "columns", "reportTypeId", "timeUnit", "format"}
_MEDIA_TYPE = "application/vnd.createasyncreportrequest.v3+json"


class Amazon:
    """Gives access tokens, takes reports, and hands out a signed address once a report is finished."""

    def __init__(self, polls: int = 2, failure: str | None = None) -> None:
        self.polls, self.failure = polls, failure
        self.url = ""
        self.tokens = 0
        self.live: set[str] = set()
        self.reports: list[dict[str, Any]] = []
        self.asked = 0
        self.signatures: list[str] = []
        self.addresses_that_end = 0
        self.duplicates_of: str | None = None
        self.moved = False

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/auth/o2/token":
            return self._token(asked)
        if asked.path.startswith("/storage/"):
            return self._storage(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.live:
            return Reply({"code": "401", "details": "Unauthorized"}, 401)
        if asked.headers.get("amazon-advertising-api-clientid") != ENVIRON["CAMPFILL_AMAZON_CLIENT_ID"]:
            return Reply({"code": "401", "details": "client id"}, 401)
        if asked.headers.get("amazon-advertising-api-scope") != ENVIRON["CAMPFILL_AMAZON_PROFILE_ID"]:
            return Reply({"code": "401", "details": "profile"}, 401)
        if asked.method == "POST" and asked.path == "/reporting/reports":
            return self._create(asked)
        if asked.method != "GET" or not asked.path.startswith("/reporting/reports/"):
            return Reply({"code": "404", "detail": "Not found"}, 404)
        if asked.headers.get("content-type") != _MEDIA_TYPE:  # the collection sends it here too
            return Reply({"code": "415", "detail": "Unsupported media type"}, 415)
        return self._status()

    def end_tokens(self) -> None:
        self.live.clear()

    def _token(self, asked: Asked) -> Reply:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        wanted = {
            "grant_type": "refresh_token",
            "refresh_token": REFRESH_TOKEN,
            "client_id": ENVIRON["CAMPFILL_AMAZON_CLIENT_ID"],
            "client_secret": CLIENT_SECRET,
        }
        if form != wanted:
            return Reply({"error": "invalid_grant"}, 400)
        self.tokens += 1
        token = f"Atza|access-token-{self.tokens}"
        self.live.add(token)
        return Reply({"access_token": token, "token_type": "bearer", "expires_in": 3600})

    def _create(self, asked: Asked) -> Reply:
        if asked.headers.get("content-type") != _MEDIA_TYPE:
            return Reply({"code": "415", "detail": "Unsupported media type"}, 415)
        if self.duplicates_of is not None:
            return Reply(
                {"code": "425", "detail": f"The Request is a duplicate of : {self.duplicates_of}"}, 425
            )
        wanted = orjson.loads(asked.body)
        if (
            not {"startDate", "endDate", "configuration"} <= wanted.keys()
            or wanted["configuration"].keys() != _CONFIGURATION
        ):
            return Reply({"code": "400", "detail": "Malformed request"}, 400)
        self.reports.append(wanted)
        return Reply(
            {"reportId": "r-1", "status": "PENDING", "url": None, "configuration": wanted["configuration"]}
        )

    def _status(self) -> Reply:
        self.asked += 1
        state: dict[str, Any] = {"reportId": "r-1", "failureReason": None, "url": None, "urlExpiresAt": None}
        if self.asked <= self.polls:
            return Reply(state | {"status": "PENDING" if self.asked == 1 else "PROCESSING"})
        if self.failure is not None:
            return Reply(state | {"status": "FAILED", "failureReason": self.failure})
        signature = f"signature-number-{len(self.signatures)}"
        self.signatures.append(signature)
        url = f"{self.url}/storage/report.json.gz?X-Amz-Signature={signature}&X-Amz-Expires=3599"
        return Reply(state | {"status": "COMPLETED", "url": url})

    def _storage(self, asked: Asked) -> Reply:
        if self.moved and asked.path == "/storage/report.json.gz":
            where = f"/storage/moved?X-Amz-Signature={asked.query['X-Amz-Signature']}"
            return Reply(status=307, headers={"Location": where})
        if "authorization" in asked.headers:
            return Reply(b"<Error>Only one auth mechanism allowed</Error>", 400)
        if asked.query.get("X-Amz-Signature") != self.signatures[-1] or self.addresses_that_end > 0:
            self.addresses_that_end -= 1
            return Reply(b"<Error>Request has expired</Error>", 403)
        day = self.reports[-1]["startDate"] if self.reports else "2026-02-10"
        rows = [
            {"date": day, "campaignId": 111, "campaignName": f"Summer {LINE}", "impressions": 4321},
            {"date": day, "campaignId": 222, "campaignName": "Without a line", "impressions": 5},
        ]
        return Reply(gzip.compress(orjson.dumps(rows)), headers={"Content-Type": "application/octet-stream"})
