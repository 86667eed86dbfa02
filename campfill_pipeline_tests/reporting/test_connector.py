"""A description that cannot be used is told so by the key that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import Language, speaking
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.description.connector import ConnectorError
from campfill_pipeline_tests.reporting.descriptions import BEARER, DETAIL, HEAD, NUMBERS, small
from campfill_pipeline_tests.reporting.platform_servers import PLATFORMS

WHOLE = HEAD + NUMBERS + BEARER + DETAIL


@pytest.mark.parametrize("name", connector.builtin_names())
def test_the_descriptions_that_come_along_are_valid(name: str) -> None:
    assert connector.load(name).name == name


def test_each_description_that_comes_along_has_a_server_to_be_tried_against() -> None:
    tried = tuple(sorted(("amazon_ads", "kevel", "ppv", *PLATFORMS)))
    assert connector.builtin_names() == tried, "enter its server in platform_servers.py"


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('name = "small"', "", "name", "missing"),
        ('name = "small"', 'name = "Small API"', "name", "the form ^"),
        ('kind = "bearer"', "", "auth", "`kind` is missing"),
        ('kind = "bearer"', 'kind = "oauth"', "auth", "“oauth” is not possible"),
        ('kind = "bearer"', 'kind = "api_key"', "auth.name", "missing"),
        ('kind = "bearer"', 'kind = "bearer"\nheader = "X"', "auth.header", "not known"),
        ("first_wait", "frist_wait", "limits.frist_wait", "not known"),
        (
            "requests_per_second = 1000",
            "requests_per_second = 0",
            "limits.requests_per_second",
            "more than 0 is",
        ),
        ('numbers = "german"', 'numbers = "swiss"', "values.numbers", "german"),
        ('numbers = "german"', 'time_zone = "Mars/Olympus"', "values.time_zone", "Europe/Berlin"),
        ('path = "/rows"', "", "detail.path", "missing"),
        ("{start_utc}", "{begin}", "", "detail.params.from has the placeholder “begin”"),
        ("{start_utc}", "{start_utc", "", "detail.params.from is not a proper template"),
        ("{start_utc}", "{start_utc.year}", "", "single name"),
        ('answer = { rows = "rows" }', 'answer = { format = "xml" }', "detail.answer.format", "json"),
        ('answer = { rows = "rows" }', 'paging = { kind = "cursor" }', "detail.paging.cursor", "missing"),
        (
            "answer = {",
            'paging = { kind = "cursor", cursor = 5, param = "c" }\nanswer = {',
            "detail.paging.cursor",
            "a text is needed",
        ),
        ('hour = "Date"', "", "detail.columns", "hour is needed"),
        ('campaign_id = "Core DSP Campaign ID"', "", "detail.columns", "campaign_id or deal_id"),
        ('site = "Site"', 'place = "Site"', "detail.columns", "place is not a field"),
        ('site = "Site"', "site = { }", "detail.columns.site", "either `from`"),
        (
            'site = "Site"',
            'site = { from = "Site", extract = "(" }',
            "detail.columns.site.extract",
            "regular",
        ),
        (
            "first_wait = ",
            "attempts = 51\nconcurrency = 0\nfirst_wait = ",
            "limits.concurrency",
            "at least 1",
        ),
        ('site = "Site"', "site = 7", "detail.columns.site", "a table is needed"),
    ],
)
def test_a_wrong_key_is_named(old: str, new: str, key: str, words: str) -> None:
    assert old in WHOLE
    with pytest.raises(ConnectorError) as caught:
        connector.parse(WHOLE.replace(old, new), "mine.toml")
    keys = [found for found, _ in caught.value.problems]
    assert key in keys
    assert words in str(caught.value)
    assert "mine.toml" in str(caught.value)
    with speaking(Language.GERMAN):
        assert [said for _, said in caught.value.problems if retold(said) == said] == []


def test_all_wrong_keys_are_named_at_once() -> None:
    text = WHOLE.replace('title = "A small API"', "").replace('path = "/rows"', "")
    with pytest.raises(ConnectorError) as caught:
        connector.parse(text, "mine.toml")
    assert {key for key, _ in caught.value.problems} == {"title", "detail.path"}


def test_a_secret_variable_may_not_go_into_an_address() -> None:
    variables = '[variables.pin]\nenv = "PIN"\nmeaning = "a secret"\nsecret = true\n'
    with pytest.raises(ConnectorError, match="into an address"):
        small(more=variables, detail=DETAIL.replace("{start_utc}", "{pin}"))


def test_a_variable_may_not_hide_a_name_of_ours() -> None:
    with pytest.raises(ConnectorError, match=r"variables\.start"):
        small(more='[variables.start]\nenv = "START"\nmeaning = "x"\n')


def test_whole_days_are_not_asked_for_in_parts() -> None:
    with pytest.raises(ConnectorError, match=r"limits\.window_hours"):
        connector.parse(
            WHOLE.replace('numbers = "german"', 'granularity = "day"').replace(
                "first_wait", "window_hours = 6\nfirst_wait"
            ),
            "mine.toml",
        )


def test_broken_toml_is_said_with_its_place() -> None:
    with pytest.raises(ConnectorError, match="line 2"):
        connector.parse('name = "x"\nauth = kind\n', "mine.toml")


def test_a_path_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(WHOLE, "utf-8")
    assert connector.load(str(file)).title == "A small API"


def test_a_missing_file_and_an_unknown_name_say_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="No such file"):
        connector.load(str(tmp_path / "nothing.toml"))
    with pytest.raises(ConnectorError, match=r"amazon_ads, criteo, .*kevel, .*ppv, .*xandr"):
        connector.load("google")
