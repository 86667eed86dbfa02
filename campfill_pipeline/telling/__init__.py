"""Telling people: who is told, in which words, by which way.

Belongs here: recipients, messages, sending. Does not belong here: which facts there are (`warehouse/notices`), when it
is done (`defs/`).
"""
