"""The twelve labs, one room each: `lab.py` says what is put there and how it is judged.

Belongs here, beside each `lab.py`: the program its reader gets (`begin`), an answer (`solved`) and plausible answers
that are wrong (`wrong_…`), as files that run. Does not belong here: starting servers, keeping state (`lab`).
"""
