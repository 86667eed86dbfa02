"""The receipt: what a file changed, and only the rows to mend.

Belongs here: its sheets, words and figures. Does not belong here: verdicts (`judge`), SQL.
"""
