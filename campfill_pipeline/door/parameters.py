"""What stands in an address must be known, and stand there once: a misspelt `asof` is not answered as if it were none.

Belongs here: this check. Does not belong here: what each parameter may be (the routes say).
"""

from __future__ import annotations

from fastapi import Request

from campfill_pipeline.door.problems import ProblemError


def known_parameters(request: Request) -> None:
    """Raise ProblemError where a parameter of the address is unknown to its route, or given twice."""
    known = [field.alias for field in request.scope["route"].dependant.query_params]
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            told = f"This address knows {', '.join(known)}." if known else "This address knows none."
            raise ProblemError("bad_request", f"The parameter “{name[:60]}” is unknown. {told}")
        if given.count(name) > 1:
            raise ProblemError("bad_request", f"The parameter “{name}” is given {given.count(name)} times.")
