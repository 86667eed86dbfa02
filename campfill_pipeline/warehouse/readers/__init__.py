"""Questions: what the page, the terminal and the web UI show, read from tables that are up to date.

Belongs here: SELECT, and the shapes it gives. Does not belong here: anything that writes.
"""
