"""Lab 8, *Campaign or deal*: a join whose two sides count different things, and a figure that is too high."""
