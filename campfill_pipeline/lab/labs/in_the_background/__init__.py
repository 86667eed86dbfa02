"""Lab 3, *Synchronous or in the background*: what a caller sees of three ways, and what a kill leaves of each."""
