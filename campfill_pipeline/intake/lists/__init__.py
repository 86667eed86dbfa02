"""List descriptions as files: those built in stand beside this module, those of the house in its folder `lists`.

Belongs here: TOML to `ListDescription` and back, the built-in files, proposals for unknown lists. Does not belong here:
what a description means for a cell (`domain/described_columns.py`), which version an upload was read by (warehouse).
"""
