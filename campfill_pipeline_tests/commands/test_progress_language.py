"""What is being done stands beside its bar in the language of the house."""

from __future__ import annotations

import pytest

from campfill_pipeline.commands.progress import in_words
from campfill_pipeline.language.speaking import Language


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("fetching delivery", "Auslieferung wird abgerufen"),
        ("reading März {1}.xlsx", "März {1}.xlsx wird gelesen"),
        ("checking reading a.csv", "reading a.csv wird geprüft"),
        ("something else", "something else"),
    ],
)
def test_a_bar_is_named_in_german(what: str, told: str) -> None:
    assert (in_words(what, Language.ENGLISH), in_words(what, Language.GERMAN)) == (what, told)
