"""Dagster: assets, checks, jobs, sensors, schedules, resources.

Belongs here: wiring between the rooms and what the web UI shows. Does not belong here: rules, SQL, parsing.
"""
