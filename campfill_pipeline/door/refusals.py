"""The refusals of an address, for its OpenAPI description.

Belongs here: turning statuses into descriptions. Does not belong here: the codes (`problems`).
"""

from __future__ import annotations

from typing import Any

from campfill_pipeline.door import problems, shapes

EVERYWHERE = (421, 500)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What FastAPI wants to know about answers with these statuses, and those that every address may give."""
    told: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*statuses, *EVERYWHERE}):
        titles = [kind.title for kind in problems.KINDS if kind.status == status]
        told[status] = {
            "description": "; ".join(titles),
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": f"#/components/schemas/{shapes.Problem.__name__}"}
                }
            },
        }
    return told
