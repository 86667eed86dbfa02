"""Workbooks: from the ZIP container to rows as Arrow, faithfully and within limits.

Belongs here: Office Open XML. Does not belong here: processes (`process`), what values mean (`domain`).
"""
