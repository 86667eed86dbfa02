"""No issue can be made with a code that the registry does not know."""

import pytest

from campfill_pipeline.domain.issue_codes import UnregisteredCodeError
from campfill_pipeline.domain.issues import Finding, Issue, Severity
from campfill_pipeline.domain.report_rows import Refusal, Remark
from campfill_pipeline.domain.report_values import Fault
from campfill_pipeline.intake.findings import UnreadableError


def test_a_registered_code_can_be_used() -> None:
    assert Finding("not_a_number", Severity.ERROR, "No number.", "Type one.").code == "not_a_number"


def test_an_unregistered_code_says_where_to_enter_it() -> None:
    with pytest.raises(
        UnregisteredCodeError, match=r"'green_ink' is not registered\. Enter it in .*issue_codes"
    ):
        Finding("green_ink", Severity.ERROR, "The ink is green.", "Use black ink.")
    with pytest.raises(UnregisteredCodeError, match="green_ink"):
        Issue(
            None, None, None, None, None, "green_ink", Severity.ERROR, "The ink is green.", "Use black ink."
        )
    with pytest.raises(UnregisteredCodeError, match="green_ink"):
        Fault("green_ink", "The ink is green.")
    with pytest.raises(UnregisteredCodeError, match="green_ink"):
        Refusal("hour", "Date", None, "green_ink", "The ink is green.")
    with pytest.raises(UnregisteredCodeError, match="green_ink"):
        Remark("green_ink", "Date", None, "The ink is green.", ())
    with pytest.raises(UnregisteredCodeError, match="green_ink"):
        UnreadableError("green_ink", "The ink is green.", "Use black ink.")


def test_a_code_has_one_severity() -> None:
    with pytest.raises(UnregisteredCodeError, match="'rounded' is registered as warning, not error"):
        Finding("rounded", Severity.ERROR, "Rounded.", "Nothing.")
