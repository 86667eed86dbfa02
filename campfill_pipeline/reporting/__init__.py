"""Delivery from reporting APIs and their exports.

Belongs here: connector descriptions, the HTTP client, the simulated API. Does not belong here: storing
(warehouse).
"""
