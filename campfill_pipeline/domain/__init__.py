"""The rules of the field: numbers, runtimes, lines, fulfillment, causes.

Belongs here: what an ad-operations person would argue about. Does not belong here: files, databases, HTTP, Dagster.
"""
