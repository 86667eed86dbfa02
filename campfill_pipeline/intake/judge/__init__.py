"""Verdicts: every row of a list or an export is accepted, or rejected with cell, reason and mend.

Belongs here: applying the rules of `domain` to tables that were read. Does not belong here: reading files (`xlsx`,
`text`), the rules for one value (`domain`), receipts.
"""
