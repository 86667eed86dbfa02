"""The reading process: one process for all files, a fork per file, limits on memory and time.

Belongs here: starting, asking and ending it, and what passes between the processes. Does not belong here: formats
(`xlsx`, `text`) and verdicts (`judge`).
"""
