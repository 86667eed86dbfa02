"""Delivery from reporting APIs.

Belongs here: the client, sign-in, one request and its effort. Rooms within: what a description may say
(`description/`), page after page (`walk/`), reading a body (`answers/`), first steps with an interface
(`connecting/`). Does not belong here: storing (`warehouse`), dropped exports (`intake`), the simulated API
(`simulator`).
"""
