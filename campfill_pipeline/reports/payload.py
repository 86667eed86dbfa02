"""The fulfillment page's data, packed: compact JSON, exact decimals as strings, deflated where it is large.

Belongs here: the shapes that `templates/page/data.js` unpacks, and the size they may have. Does not belong
here: queries, markup, words.

A line takes about 150 bytes in the file. Details (curve, hours, sites) are added worst line first until the
budget is used up, so the file stays below 5 MB at 7,057 lines, whatever they delivered.
"""

from __future__ import annotations

import base64
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from campfill_pipeline.domain import count_words, effect
from campfill_pipeline.domain.due_words import DueCurve, rests_on
from campfill_pipeline.domain.figures import Packed
from campfill_pipeline.domain.figures import packed as packed_as
from campfill_pipeline.language.speaking import Language, Sentence, in_each
from campfill_pipeline.reports.wording import detail_text
from campfill_pipeline.warehouse.readers.notes import Note
from campfill_pipeline.warehouse.readers.page.rows import (
    Evidence,
    LineDetail,
    LineRow,
    PageData,
    RevisionRow,
    StageRow,
)

LINES_PER_CHUNK = 24
MOST_HEAT_DAYS = 62
MOST_ATTENTION = 10


@dataclass(frozen=True)
class Block:
    """One packed part of the page: the element's id and its base64 text."""

    name: str
    text: str


def exact(value: Decimal | int | None) -> str | None:
    """The value's plain decimal notation without trailing zeros: nothing is lost, nothing is rounded."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def packed(name: str, content: object) -> Block:
    """`content` as JSON, deflated (zlib) and in base64.

    At level 9 the lines of 60,000 take 2.4 s in place of 0.7, and are one percent smaller.
    """
    return Block(name, base64.b64encode(zlib.compress(orjson.dumps(content), 6)).decode("ascii"))


def _repeated(values: Sequence[object]) -> dict[str, list[Any]]:
    """A column as its distinct values, most frequent first, and the place of each row's value (-1 = none)."""
    of = [value for value, _ in Counter(value for value in values if value is not None).most_common()]
    place = {value: at for at, value in enumerate(of)}
    return {
        "of": [str(value) for value in of],
        "at": [-1 if value is None else place[value] for value in values],
    }


def line_columns(
    data: PageData, rows: Sequence[LineRow], chunk_of: dict[UUID, int], uploads: dict[UUID, int]
) -> dict[str, object]:
    """All lines of `rows`, by column, in their order."""
    reasons = {item.line_id: in_each(item.reason) for item in data.attention}
    columns: dict[str, object] = {
        "id": [row.id.hex for row in rows],
        "name": [row.name for row in rows],
        "upload": [uploads.get(row.upload_id) if row.upload_id else None for row in rows],
        "chunk": [chunk_of.get(row.id) for row in rows],
        **{
            f"attention_{language}": _repeated(
                [reasons[row.id][language] if row.id in reasons else None for row in rows]
            )
            for language in Language
        },
    }
    columns |= {name: [exact(getattr(row, name)) for row in rows] for name in packed_as(Packed.EXACT)}
    columns |= {name: [getattr(row, name) for row in rows] for name in packed_as(Packed.COUNT)}
    columns |= {name: _repeated([getattr(row, name) for row in rows]) for name in packed_as(Packed.REPEATED)}
    return columns


def disagreements(data: PageData) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """By line: where list and reporting disagree about it, as (kind of issue, facts in each language)."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    for row in data.reconciliation:
        if row.line_id is not None:
            facts = in_each(Sentence(detail_text, (row.detail,)))
            found[row.line_id.hex].append((row.kind_of_issue, facts))
    return found


def revision_entries(entries: Iterable[RevisionRow], uploads: dict[UUID, int]) -> list[dict[str, object]]:
    """A line's revisions, newest first, each with what it changed: (field, before, after)."""
    return [
        {
            "revision": entry.revision,
            "valid_from": entry.valid_from.isoformat(),
            "action": entry.action,
            "upload": uploads.get(entry.upload_id),
            "sheet": entry.sheet,
            "row": entry.row_no,
            "changes": [
                (field, change.get("before"), change.get("after")) for field, change in entry.changes.items()
            ],
        }
        for entry in sorted(entries, key=lambda entry: -entry.revision)
    ]


def _heat(hours: dict[tuple[date, int], Decimal]) -> dict[str, object] | None:
    """Impressions by column (a day; a week of seven days in long flights) and hour, in whole impressions."""
    if not hours:
        return None
    first, last = min(day for day, _ in hours), max(day for day, _ in hours)
    weekly = (last - first).days >= MOST_HEAT_DAYS
    width = 7 if weekly else 1
    columns = (last - first).days // width + 1
    sums: dict[tuple[int, int], Decimal] = {}
    for (day, hour), impressions in hours.items():
        cell = (day - first).days // width, hour
        sums[cell] = sums.get(cell, 0) + impressions
    values = [[0] * 24 for _ in range(columns)]
    for (column, hour), impressions in sums.items():
        values[column][hour] = round(impressions)
    return {
        "weekly": weekly,
        "days": [(first + timedelta(days=at * width)).isoformat() for at in range(columns)],
        "values": values,
    }


def detail_entry(detail: LineDetail, *, full: bool) -> dict[str, object]:
    """Level 4 of one line; without `full`, hours and sites are left out (and the page says so)."""
    entry: dict[str, object] = {
        "days": [(row.day, exact(row.impressions), row.bids, row.wins, row.plays) for row in detail.days],
        "evidence": _evidence(detail.evidence) if detail.evidence else None,
        "due": [float(share) for share in detail.due.shares] if detail.due else None,
        "rests_on": _rests_on(detail.due) if detail.due else None,
        "notes": [_note(note) for note in detail.notes],
        "sources": detail.sources,
        "sites": [],
        "site_count": detail.site_count,
        "hours": None,
        "trimmed": not full and bool(detail.hours),
    }
    if full:
        entry["sites"] = [(s.site, exact(s.impressions), s.bids, s.wins, s.plays) for s in detail.sites]
        entry["hours"] = _heat(detail.hours)
    return entry


def _rests_on(due: DueCurve) -> dict[str, str]:
    return in_each(Sentence(rests_on, (due.weights, due.basis, due.lines)))


def _note(note: Note) -> dict[str, object]:
    told = None if note.effect is None else in_each(Sentence(effect.sentence, (note.effect,)))
    return {"day": note.day, "text": note.text, "of_all": note.line_id is None, "effect": told}


def struck(data: PageData) -> dict[str, list[dict[str, object]]]:
    """By line: the incidents that struck it (their place in the head), what it lost, whether they explain its gap."""
    place = {(row.site, row.from_hour): at for at, row in enumerate(data.incidents)}
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in data.struck:
        found[row.line_id.hex].append(
            {
                "at": place[row.site, row.from_hour],
                "lost": exact(row.impressions_lost),
                "explains": row.explains,
            }
        )
    return found


def second_counts(data: PageData) -> dict[str, list[dict[str, object]]]:
    """By line: who else counted it, whether beyond the tolerance, and what the discrepancy is made of."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for one in data.counts:
        facts = in_each(Sentence(count_words.sentence, (one,)))
        found[one.line_id.hex].append({"by": one.counted_by, "beyond": one.beyond, "facts": facts})
    return found


def care(data: PageData) -> dict[str, dict[str, object]]:
    """By line: who takes care of it, and its make-goods; `by` is the line that delivers one, where it is another."""
    goods: dict[UUID, list[dict[str, object]]] = defaultdict(list)
    for good in data.make_goods:
        goods[good.line_id].append(
            {
                "state": good.state,
                "agreed": good.agreed,
                "delivered": exact(good.delivered),
                "first": good.first_day,
                "last": good.last_day,
                "by": None if good.by_line == good.line_id else good.by_line,
                "text": good.text,
            }
        )
    return {
        one.line_id.hex: {
            "owner": one.owner,
            "note": one.note,
            "until": one.acknowledged_until,
            "muted": one.muted_until,
            "make_goods": goods[one.line_id],
        }
        for one in data.care
    }


def _evidence(evidence: Evidence) -> dict[str, object]:
    told = {field.name: getattr(evidence, field.name) for field in fields(evidence)}
    return told | {
        "stages": {name: _stage(stage) for name, stage in evidence.stages.items()}
        if evidence.stages
        else None,
        "target": exact(evidence.target),
        "weakest_sites": [(at.site, exact(at.figure), exact(at.due)) for at in evidence.weakest_sites],
    }


def _stage(stage: StageRow) -> dict[str, object]:
    return {
        "actual": exact(stage.actual),
        "baseline": exact(stage.baseline),
        "ratio": exact(stage.ratio),
        "share": exact(stage.share),
        "named": stage.named,
    }


@dataclass(frozen=True)
class Details:
    """Packed details, which chunk each line's are in, and for how many lines they were left out."""

    blocks: tuple[Block, ...]
    chunk_of: dict[UUID, int]
    trimmed: int
    left_out: int


def pack_details(details: Iterable[LineDetail], *, budget: int) -> Details:
    """Pack details in their order (most wanted first) into at most about `budget` characters of base64.

    Full ones first; in the last fifth of the budget without hours and sites; then none.
    """
    blocks: list[Block] = []
    chunk_of: dict[UUID, int] = {}
    used = trimmed = left_out = 0
    waiting: dict[str, object] = {}

    def flush() -> int:
        if not waiting:
            return 0
        blocks.append(packed(f"detail-{len(blocks)}", waiting))
        waiting.clear()
        return len(blocks[-1].text)

    for detail in details:
        if used >= budget:
            left_out += 1
            continue
        full = used < budget * 4 // 5
        trimmed += not full and bool(detail.hours)
        chunk_of[detail.id] = len(blocks)
        waiting[detail.id.hex] = detail_entry(detail, full=full)
        if len(waiting) == LINES_PER_CHUNK:
            used += flush()
    flush()
    return Details(tuple(blocks), chunk_of, trimmed, left_out)
