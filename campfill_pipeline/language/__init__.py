"""The languages in which campfill speaks to people: its messages, and how each language writes numbers and days.

Belongs here: the catalogue of messages, the language spoken now, notations. Does not belong here: the messages
themselves, which stand in English where they are said (recipe: CONTRIBUTING.md).
"""
