"""Figures: fulfillment, windows, trend, causes, disagreements, brought up to date for what changed.

Belongs here: the statements that compute what tables keep. Does not belong here: asking for what is kept
(`readers`), the words (`domain`).
"""
