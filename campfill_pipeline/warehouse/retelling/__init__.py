"""Telling the hours of CSV exports again: in their order of arrival, by those in force.

Belongs here: what is stored anew where an export comes late, or is taken back, and what became of its days. Does not
belong here: storing one answer (`delivery/`), which exports are in force (`register/`).
"""
