"""A value of the wrong kind in a connector's description is told in the language of the house."""

from __future__ import annotations

import pytest

from campfill_pipeline.commands import in_language
from campfill_pipeline.reporting.description.connector import ConnectorError, parse


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "name: a text is needed, between quotation marks."),
        ("de", "name: nötig ist ein Text in Anführungszeichen.\n  title: dieser Schlüssel fehlt."),
    ],
)
def test_a_value_of_the_wrong_kind_is_told(language: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPFILL_LANGUAGE", language)
    with pytest.raises(ConnectorError) as fault:
        parse("name = 5", "mine.toml")
    assert told in in_language.told(fault.value)
