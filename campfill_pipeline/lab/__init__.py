"""The labs of `campfill lab`: small real systems that are broken on purpose, for the reader to understand and mend.

Belongs here: the frame in which labs are played, and the twelve labs, each a room of its own below `labs/` with the
programs that its reader changes. A lab speaks SQL, for it plays the part of the reader's own program; it does so in a
database of its own, on a server of its own. Does not belong here: terminal output, the course's pages (docs/learn),
and anything that touches a user's home.
"""
