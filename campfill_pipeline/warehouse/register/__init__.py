"""The register of lines and the ledger of uploads: what was promised, when it changed, and how to undo it.

Belongs here: arrivals, revisions, reverts. Does not belong here: delivery and figures.
"""
