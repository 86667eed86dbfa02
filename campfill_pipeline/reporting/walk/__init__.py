"""The walk through an answer: page after page, or a job that is asked for, waited for and fetched.

Belongs here: which request comes next, and when the walk is over. Does not belong here: one request
(`transport`), reading a body (`answers`), sign-in (`auth`).
"""
