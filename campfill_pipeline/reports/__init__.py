"""What people look at: the fulfillment page and the workbook.

Belongs here: HTML, charts, spreadsheets. Does not belong here: SQL and the arithmetic of fulfillment.
"""
