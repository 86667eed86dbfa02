"""Lab 1, *One file, end to end*: one row from its cell to the page, and the order in which steps must run."""
