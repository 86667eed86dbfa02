"""Workbooks that campfill writes: cells as XML, and how they get into a file that XlsxWriter made.

Belongs here: what the report's workbook and a receipt share. Does not belong here: which sheets there are and what they
say (`reports/workbook.py`, `intake/receipt/`), reading workbooks (`intake/xlsx/`).
"""
