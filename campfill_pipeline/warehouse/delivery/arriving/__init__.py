"""Rows on their way in: written as PostgreSQL takes them, their ids and names numbered, laid out beside what is stored.

Belongs here: temporary tables, and the short numbers that rows are stored under. Does not belong here: whether rows may
replace what is stored (`restatement`, `doubts`), and storing them (`storing`).
"""
