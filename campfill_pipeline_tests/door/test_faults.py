"""What is wrong with a request is told in our own words: where, what, and what helps."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from campfill_pipeline.door import care_routes, faults

GOOD = {"impressions": 5, "first_day": "2026-03-01", "last_day": "2026-03-02"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"impressions": "many"},
            "“impressions” in the body cannot be “many”. Give a whole number, without quotes.",
        ),
        ({"impressions": 0}, "“impressions” in the body cannot be 0. Give 1 or more."),
        (
            {"impressions": True},
            "“impressions” in the body cannot be true. Give a whole number, without quotes.",
        ),
        ({"first_day": "March"}, "“first_day” in the body cannot be “March”. Give a day like 2026-03-01."),
        ({"first_day": None}, "“first_day” in the body cannot be null. Give a day like 2026-03-01."),
        ({"note": 5}, "“note” in the body cannot be 5. Give a text in quotes."),
        ({"note": "x" * 100_000}, "“note” in the body is too long. Give 2,000 characters at most."),
        ({"by_line": "x"}, "“by_line” in the body cannot be “x”. Give an id like 5f0c7a52-"),
        ({"note": {}}, "“note” in the body cannot be an object. Give a text in quotes."),
        ({"amount": 5}, "“amount” in the body is unknown. Check how it is written;"),
    ],
)
def test_a_fault_in_a_body_names_place_reason_and_mend(changed: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as found:
        care_routes.MakeGoodAgreed.model_validate(GOOD | changed)
    first = found.value.errors()[0]
    assert faults.told({**first, "loc": ("body", *first["loc"])}).startswith(told)
