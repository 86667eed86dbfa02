"""How much one visitor, and all together, may ask of the door.

Belongs here: the numbers. Does not belong here: holding anybody to them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in bytes."""

    connections: int = 256
    """Open connections; whoever comes beyond is told so and let go."""
    head_seconds: float = 15.0
    """Until a request's head is complete."""
    head_bytes: int = 64_000
    idle_seconds: float = 20.0
    """Between two pieces of a body."""
    slowest_bytes: int = 20_000
    """A second, on average over a body, after the first half minute."""
    grace_seconds: float = 30.0
    uploads: int = 16
    """Bodies that are read at once; others wait their turn."""
    turn_seconds: float = 60.0
    linger_seconds: float = 1.0
    """How long a refused sender may go on sending, so that it can read why; what comes is thrown away."""
    wrong_token_seconds: float = 0.5
    """Doubled by each further wrong token from the same address, up to half a minute's worth."""
    spare_disk: int = 200_000_000
    """What an upload must leave free."""
