"""Writes the page as it should be."""

from pathlib import Path

Path("page.txt").write_text("Infoscreen: 80.0 %\nRoadside: 100.0 %\nStation: 80.0 %\n")
