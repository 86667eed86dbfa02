"""The watched folder: when a dropped file is whole, and taking it in exactly once.

Belongs here: looking, settling, moving to the archive. Does not belong here: opening a file (`xlsx`, `text`).
"""
