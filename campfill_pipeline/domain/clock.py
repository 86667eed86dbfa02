"""A clock that may be set back: what was noted by it may lie ahead of now.

Belongs here: judging how long ago something was. Does not belong here: asking a clock, DST and time zones.
"""

from __future__ import annotations

from datetime import datetime, timedelta


def is_lately(moment: datetime, now: datetime, within: timedelta) -> bool:
    """Whether `moment` was within this time before `now`.

    One that lies further ahead than that was noted before the clock was set back: nobody shall wait until it comes.
    """
    return abs(now - moment) < within
