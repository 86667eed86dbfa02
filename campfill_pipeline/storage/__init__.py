"""Object storage that speaks S3: one small interface to it, and what campfill keeps there.

Belongs here: putting, reading, deleting objects; originals, receipts and reports as objects. Does not belong here: what
is done where no store is set (folders, as ever), when an upload counts as taken (the ledger).
"""
