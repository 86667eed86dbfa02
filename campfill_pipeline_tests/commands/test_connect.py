"""`campfill connect`: a day is tried and stored nowhere, a first description is written, those at hand are listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from yaml import safe_load

from campfill_pipeline.cli import app
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.description.signing_in import ApiKeyAuth
from campfill_pipeline_tests.reporting.descriptions import BEARER, DETAIL, HEAD, NUMBERS
from campfill_pipeline_tests.reporting.loopback import Asked, Loopback, Reply, serving

ROW = {"Date": "2026-02-10T07:00Z", "Core DSP Campaign ID": "77", "Total Impressions": 5, "extra": 1}
PAGING = DETAIL.replace(
    "answer =", 'paging = { kind = "cursor", cursor = "next", param = "cursor" }\nanswer ='
)


def script(asked: Asked) -> Reply:
    if "cursor" in asked.query:
        late = {**ROW, "Date": "2026-02-10T08:00Z", "Total Impressions": "7,5"}
        return Reply({"rows": [late, {**ROW, "Date": "soon"}], "next": None})
    return Reply({"rows": [ROW], "next": "c1"})


KIOSK = """name = "kiosk"
title = "Kiosk"
[values]
granularity = "day"
[file.columns]
hour = { from = "Datum", pattern = "%d.%m.%Y" }
campaign_id = "Buchung"
impressions = "Kontakte"
"""


@pytest.fixture
def described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPFILL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CAMPFILL_REPORTING_TOKEN", "a-token-of-ours")
    file = tmp_path / "small.toml"
    file.write_text(HEAD + NUMBERS + BEARER + PAGING)
    return file


def tried(served: Loopback, file: Path, *more: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CAMPFILL_REPORTING_URL", served.url)
    return CliRunner().invoke(app, ["connect", "try", str(file), "--day", "2026-02-10", *more])


def test_a_day_is_shown_and_nothing_is_stored(described: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(script) as served:
        found = tried(served, described, "--json", monkeypatch=monkeypatch)
        shown = tried(served, described, monkeypatch=monkeypatch)
    told = json.loads(found.stdout)
    assert (found.exit_code, told["stored"], told["impressions"]) == (0, 2, "12.5000")
    assert [page["rows"] for page in told["pages"]] == [1, 2]
    assert told["pages"][1]["request"].endswith("cursor=c1")
    assert told["unread"] == ["extra"]
    assert [code for code, _, _ in told["refused"]] == ["not_a_date"]
    assert told["lacking"] == ["bids", "wins", "plays"]
    for words in (
        "1 row refused (not_a_date)",
        "Not told by this source: bids, wins, plays",
        "would store: 2 rows",
    ):
        assert words in " ".join(shown.stdout.split())
    assert not (described.parent / "home" / "postgres").exists()


def test_what_would_not_be_stored_is_said_with_its_reason(
    described: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed = [{**ROW, "Total": 5}]
    del renamed[0]["Total Impressions"]
    with serving(lambda asked: Reply({"rows": renamed, "next": None})) as served:
        found = tried(served, described, "--json", monkeypatch=monkeypatch)
    assert found.exit_code == 1
    assert "Total Impressions" in json.loads(found.stdout)["against"][0]
    with serving(lambda asked: Reply({"error": "quota used up", "rows": []})) as served:
        described.write_text(described.read_text().replace("first_wait = 0.5", "first_wait = 0"))
        found = tried(served, described, "--json", monkeypatch=monkeypatch)
    assert found.exit_code == 1
    assert "quota used up" in json.loads(found.stdout)["against"][0]


OPENAPI = {
    "openapi": "3.0.0",
    "info": {"title": "Acme Stats"},
    "servers": [{"url": "https://stats.acme.example"}],
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Acme"}},
        "schemas": {
            "Row": {
                "properties": {
                    "day": {"type": "string"},
                    "campaign": {"properties": {"campaignId": {"type": "string"}}},
                    "impressions": {"type": "integer"},
                }
            },
            "Page": {
                "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}}
            },
        },
    },
    "paths": {
        "/users": {"get": {"responses": {}}},
        "/stats/report": {
            "get": {
                "parameters": [{"name": "since", "in": "query"}, {"name": "until", "in": "query"}],
                "responses": {
                    "200": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}
                    }
                },
            }
        },
    },
}


def test_a_first_description_comes_from_an_openapi_document(described: Path) -> None:
    document = described.parent / "openapi.json"
    document.write_text(json.dumps(OPENAPI))
    new = str(described.parent / "acme.toml")
    found = CliRunner().invoke(app, ["connect", "new", new, "--openapi", str(document)], input="\n" * 40)
    assert found.exit_code == 0, found.output
    written = connector.load(new)
    assert (written.base_url, written.detail.path) == ("https://stats.acme.example", "/stats/report")
    assert written.detail.answer.rows == "items"
    assert set(written.detail.params) == {"since", "until"}
    sources = {field: source.column for field, source in written.detail.columns.items()}
    assert sources == {"hour": "day", "campaign_id": "campaign.campaignId", "impressions": "impressions"}
    again = CliRunner().invoke(app, ["connect", "new", new], input="\n" * 40)
    assert again.exit_code == 2


SWAGGER = """
swagger: "2.0"
info: {title: Acme Stats, version: 2026-05-01}
host: stats.acme.example
basePath: /v2
securityDefinitions:
  key: {type: apiKey, in: header, name: X-Acme}
definitions:
  Named:
    properties: {campaignId: {type: string}, campaignName: {type: string}}
  Row:
    allOf:
      - $ref: "#/definitions/Named"
      - properties: {reportDate: {type: string, format: date}, imps: {type: integer}}
paths:
  /stats/report:
    parameters:
      - {name: startDate, in: query, type: string}
    post:
      parameters:
        - {name: endDate, in: query, type: string}
      responses:
        200: {description: ok, schema: {type: array, items: {$ref: "#/definitions/Row"}}}
"""


@pytest.mark.parametrize("yaml", [True, False])
def test_a_first_description_comes_from_yaml_and_from_the_older_version(described: Path, yaml: bool) -> None:
    text = SWAGGER if yaml else json.dumps(safe_load(SWAGGER), default=str)
    document, new = described.parent / "openapi.any", str(described.parent / "acme.toml")
    document.write_text(text)
    found = CliRunner().invoke(app, ["connect", "new", new, "--openapi", str(document)], input="\n" * 40)
    assert found.exit_code == 0, found.output
    written = connector.load(new)
    assert (written.base_url, written.detail.path, written.detail.method) == (
        "https://stats.acme.example/v2", "/stats/report", "POST",
    )  # fmt: skip
    assert isinstance(written.auth, ApiKeyAuth)
    assert (written.auth.name, written.values.granularity) == ("X-Acme", "day")
    assert set(written.detail.body or {}) == {"startDate", "endDate"}
    assert {field: source.column for field, source in written.detail.columns.items()} == {
        "hour": "reportDate", "campaign_id": "campaignId", "campaign_name": "campaignName", "impressions": "imps",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"), [("a: [1", "neither JSON nor YAML"), ("- 1", "no table"), ("{}", "no paths")]
)
def test_what_is_no_openapi_document_is_said(described: Path, text: str, said: str) -> None:
    document, new = described.parent / "openapi.yaml", described.parent / "acme.toml"
    document.write_text(text)
    found = CliRunner().invoke(
        app, ["connect", "new", str(new), "--openapi", str(document)], env={"COLUMNS": "200"}
    )
    assert (found.exit_code, new.exists()) == (2, False)
    assert said in " ".join(found.output.split())


def test_a_first_description_comes_from_answers(described: Path) -> None:
    new = str(described.parent / "other.toml")
    answers = [
        "Other",
        "https://other.example",
        "/r",
        "POST",
        "basic",
        "csv",
        "",
        "day",
        "Europe/Berlin",
        "a",
        "b",
    ]
    answers += ["date", "", "id", "", "", "", "", "", "imps", "", "", ""]
    found = CliRunner().invoke(app, ["connect", "new", new], input="\n".join(answers) + "\n")
    assert found.exit_code == 0, found.output
    written = connector.load(new)
    assert (written.values.granularity, written.detail.method, written.auth.kind) == ("day", "POST", "basic")
    assert written.detail.body == {"a": "{start:%Y-%m-%d}", "b": "{last:%Y-%m-%d}"}


def test_those_at_hand_are_listed(described: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPFILL_REPORTING_CONNECTOR", str(described))
    found = json.loads(CliRunner().invoke(app, ["connect", "--json"]).stdout)
    assert [one["name"] for one in found if one["in_use"]] == [str(described)]
    assert {"ppv", "kevel", "amazon_ads"} <= {one["name"] for one in found}
    assert "kevel" in CliRunner().invoke(app, ["connect"]).stdout


def test_an_export_file_is_tried_shown_and_stored_nowhere(described: Path) -> None:
    home = described.parent / "home"
    (home / "exports").mkdir(parents=True)
    (home / "exports" / "kiosk.toml").write_text(KIOSK, encoding="utf-8")
    (home / "exports" / "odd.toml").write_text(
        KIOSK.replace("kiosk", "odd").replace('"Datum"', "3"), encoding="utf-8"
    )
    export = described.parent / "kiosk.csv"
    export.write_text("Datum;Buchung;Kontakte\n27.11.2025;L-1;1.500,5\n32.11.2025;L-1;7\n", encoding="utf-8")

    def run(*words: str) -> tuple[int, str]:
        found = CliRunner().invoke(app, ["connect", *words])
        return found.exit_code, " ".join(found.stdout.split())

    kiosk = str(home / "exports" / "kiosk.toml")
    code, text = run("try", kiosk, "--file", str(export))
    assert code == 0 and "1 of 2 rows accepted" in text and "1,500.5 impressions" in text and "A3" in text
    told = json.loads(run("try", kiosk, "--file", str(export), "--json")[1])
    assert (told["stored"]["grain"], told["first"][0]["day"]) == ("day", "2025-11-27")
    export.write_text("Datum;Buchung;Anzahl\n27.11.2025;L-1;1\n", encoding="utf-8")
    code, text = run("try", kiosk, "--file", str(export))
    assert code == 1 and "“Kontakte”" in text
    listed = {one["name"]: one for one in json.loads(run("--json")[1])}
    assert (listed["kiosk"]["reads"], listed["kiosk"]["fault"]) == ("files", None)
    assert "file.columns.hour" in listed["odd"]["fault"]
    assert "exports/kiosk.toml" in run()[1]
    assert CliRunner().invoke(app, ["connect", "show", "kiosk"]).stdout == KIOSK
    assert 'name = "kevel"' in run("show", "kevel")[1]
    assert {path.name for path in home.rglob("*")} == {"exports", "kiosk.toml", "odd.toml"}
