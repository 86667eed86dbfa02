"""A simulated publisher: its campaign list, its reporting API, and the truth about both.

Belongs here: everything invented, for the demo and for tests. Does not belong here: anything a real
installation needs. Nothing in the product may behave differently because its data come from here.
"""
