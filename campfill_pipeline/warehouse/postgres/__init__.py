"""The PostgreSQL server: its programs, its data folder, starting, stopping, backups.

Belongs here: what happens before a connection is open. Does not belong here: schemas and statements.
"""
