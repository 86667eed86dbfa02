"""Text files: encodings, separators, and their rows as Arrow.

Belongs here: CSV and its kin. Does not belong here: workbooks (`xlsx`), what values mean (`domain`).
"""
