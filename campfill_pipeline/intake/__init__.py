"""From a dropped file to rows with verdicts, and the receipt that says so.

Belongs here: the watched folder, safe reading of workbooks, finding the table, receipts. Does not belong
here: SQL, Dagster, and the rules for values (domain).
"""
