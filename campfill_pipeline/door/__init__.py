"""The HTTP door: uploads, their state, figures and pages, for programs and for browsers.

Belongs here: HTTP, and the thin layer between it and the ledger and the readers. Does not belong here: SQL, rules,
reading files, starting runs: a file goes into the inbox, and the sensor does the rest.
"""
