"""Alembic migrations; each revision runs the SQL file of its own name."""
