"""Who takes care of a line, said over HTTP by a token that may upload."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from campfill_pipeline.warehouse import database
from campfill_pipeline_tests.door.conftest import Door
from campfill_pipeline_tests.warehouse.facts import add_line

LINE, OTHER = UUID(int=71), UUID(int=72)


def test_care_is_said_and_asked_for_over_http(door: Door) -> None:
    today = datetime.now(UTC).date()
    with database.connect(door.url) as connection:
        for line in (LINE, OTHER):
            add_line(connection, goal=1000, start=today, end=today + timedelta(days=9), line_id=line)
    at = f"{door.address}/lines/{LINE}"
    said = {"owner": "Anna", "note": "calls", "acknowledged_until": f"{today + timedelta(days=3)}"}
    answer = httpx.post(f"{at}/care", json=said, headers=door.headers)
    assert answer.status_code == 200 and answer.json()["lines"][0]["owner"] == "Anna"
    good = {
        "impressions": 500, "first_day": f"{today}", "last_day": f"{today + timedelta(days=2)}", "by_line": str(OTHER),
    }  # fmt: skip
    made = httpx.post(f"{at}/make-goods", json=good, headers=door.headers).json()["make_goods"][0]
    assert (made["agreed"], made["owed"], made["said_by"]) == (500, None, f"test {door.port}")
    closed = httpx.post(
        f"{door.address}/make-goods/{made['make_good']}/close", json={"note": "paid"}, headers=door.headers
    ).json()
    assert closed["make_goods"][0]["state"] == "closed"
    everything = httpx.get(f"{door.address}/care", headers=door.headers).json()
    assert [one["line_id"] for one in everything["lines"]] == [str(LINE)]
    assert [one["act"] for one in closed["history"]] == ["close", "agree", "acknowledge", "note", "owner"]
    # What cannot be is refused, and a token that may only read says nothing.
    reader = {"Authorization": f"Bearer {door.make_token('reads', 'read')}"}
    assert httpx.post(f"{at}/care", json=said, headers=reader).json()["code"] == "read_only"
    assert httpx.get(f"{at}/care", headers=reader).status_code == 200
    for path, body, code in (
        (f"/lines/{UUID(int=9)}/care", said, "unknown_line"),
        (f"/lines/{LINE}/care", {"owned": "Anna"}, "bad_request"),
        (f"/lines/{LINE}/care", {"acknowledged_until": "2020-01-01"}, "bad_request"),
        (f"/lines/{LINE}/make-goods", {**good, "impressions": "many"}, "bad_request"),
        (f"/lines/{LINE}/make-goods", {**good, "by_line": None}, "bad_request"),
        (f"/make-goods/{made['make_good']}/close", {}, "bad_request"),
    ):
        refused = httpx.post(f"{door.address}{path}", json=body, headers=door.headers)
        assert refused.json()["code"] == code, (path, refused.text)
