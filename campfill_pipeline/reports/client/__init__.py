"""The sheet for one client: a page, a workbook, every figure as CSV, a text to copy, and the hashes of all.

Belongs here: how a client's data become files. Does not belong here: queries (`warehouse/readers/page/client`),
sentences (`domain/client_words`), and the page and workbook of the house, which hold everybody's lines.
"""
