"""Lab 7, *Why UUIDs*: what a key must promise, and what a random one costs in an index, measured."""
