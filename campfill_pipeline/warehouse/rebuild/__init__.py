"""Everything derived, made again from the sources, and the comparison that proves it equal.

Belongs here: replaying the ledger, canonical dumps. Does not belong here: the steps themselves (`register`,
`delivery`, `figures`).
"""
