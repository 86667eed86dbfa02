"""List descriptions as files: those built in stand beside this module, those of the house in its folder `lists`.

Belongs here: TOML and corrected receipts to `ListDescription`, the built-in files. Does not belong here: proposing one
for an unknown list (`process/proposing.py`, which reads files), what a description means for a cell
(`domain/described_columns.py`), which version an upload was read by (warehouse).
"""
