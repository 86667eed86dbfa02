"""Every advisory lock of campfill, with the order in which one process may take them.

Belongs here: numbers, meaning, order. Does not belong here: taking them (the module that needs one does).

Order, outermost first: the daemon's seat, a run's claim, a turn, migration, arrivals, the register, the figures,
partitions, a run's fence. Whoever holds one may take those behind it, never those before it, so that no two processes
wait for each other.
"""

from __future__ import annotations

DAEMON_LOCK = 0x6461656D
"""'daem': one daemon works on a database, on whatever machine. Session lock of its `campfill up`."""

CLAIM_CLASS = 0x72756E73
"""'runs', with a key of the run's id: a run process lives. Session lock."""

TURN_CLASS = 0x7475726E
"""'turn', with a `Turn`: one run at a time does this work. Session lock."""

MIGRATION_LOCK = 0x63616D70
"""'camp': one migration at a time, whoever starts first."""

REGISTER_LOCK = 0x6C696E65
"""'line': one writer of the register at a time; taken at the start of a transaction."""

ARRIVAL_LOCK = REGISTER_LOCK + 1
"""One arrival at a time gets its number, so that no later number is seen before an earlier one."""

REFRESH_LOCK = 0x66756C66
"""'fulf': one refresh of the figures at a time, whoever starts first."""

PARTITION_LOCK = 0x6D6F6E74
"""'mont': one maker of monthly partitions at a time."""

FENCE_CLASS = 0x66656E63
"""'fenc', with a key of the run's id: shared by each transaction of the run from its last look at the claim to its end,
so that nobody declares the run dead between the two. Taken last of all."""
