"""What the `campfill` command does, one module per command that is more than a few lines.

Belongs here: what a person sees on a terminal, and starting and stopping processes. Does not belong
here: SQL and rules.
"""
