"""Facts that people are told, and the messages made of them.

Belongs here: when a fact begins and is over, who was told what. Does not belong here: wording and sending (`telling`).
"""
