"""Reading the body of an answer: unpacked, as JSON or a text table, down to columns of raw values.

Belongs here: bytes in, columns out, and what a body says about itself. Does not belong here: asking for it
(`transport`), which page comes next (`walk`), the rules of a report row (`domain`).
"""
