"""Connector descriptions: what a TOML file may say of a reporting API, read, checked, and filled in for one request.

Belongs here: the tables and keys of a description, each with its sentence when it is wrong. Does not belong here:
asking an API (the room around), reading what it answers (`answers`), the descriptions that come along (`connectors/`).
"""
