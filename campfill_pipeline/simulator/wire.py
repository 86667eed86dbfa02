"""How the simulated reporting API writes its rows: whole windows at once, as JSON text that pages are cut
from.

Belongs here: column names and notations of the answers. Does not belong here: HTTP (`api`), figures
(`delivery`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.simulator.delivery import UNIT, Ints, Rows
from campfill_pipeline.simulator.streams import Stream
from campfill_pipeline.simulator.world import World, exact_decimals


@dataclass(frozen=True)
class Answer:
    """JSON objects, each followed by a comma, in one text: `text[ends[i]:ends[i + 1]]` is object i."""

    text: memoryview
    ends: Ints

    def __len__(self) -> int:
        return len(self.ends) - 1

    def objects(self, first: int, last: int) -> bytes:
        """Objects `first` to before `last`, parted by commas."""
        last = min(last, len(self))
        if first >= last:
            return b""
        return bytes(self.text[int(self.ends[first]) : int(self.ends[last]) - 1])


def german(ten_thousandths: int) -> str:
    """An amount as the German user interface writes it: 12.149,71. Whole cents only keep two decimals."""
    whole, rest = divmod(ten_thousandths, UNIT)
    decimals = f"{rest // 100:02d}" if rest % 100 == 0 else f"{rest:04d}"
    return f"{whole:,}".replace(",", ".") + "," + decimals


def plain(ten_thousandths: int) -> str:
    """An amount as a JSON number."""
    return f"{ten_thousandths // UNIT}.{ten_thousandths % UNIT:04d}"


def _identity(stream: Stream, absent: bool) -> str:
    """The six identity columns as JSON members. What is unknown is left out or null, both occur."""
    members = {
        "Core DSP Campaign ID": stream.campaign_id,
        "Core DSP Campaign Name": stream.campaign_name,
        "Campaign Purchase Type": stream.campaign_type,
        "Deal ID": stream.deal_id,
        "Deal Name": stream.deal_name,
        "Deal Purchase Type": stream.deal_type,
    }
    told = {name: value for name, value in members.items() if not (absent and value is None)}
    return orjson.dumps(told)[1:-1].decode()


def identities(world: World) -> pa.Array:
    """The identity columns of every stream as JSON members, to be made once per server."""
    return pa.array(
        [_identity(stream, absent=n % 2 == 0) for n, stream in enumerate(world.streams)], pa.string()
    )


def hour_text(hour: int) -> str:
    """A UTC hour since 1970 as `2025-08-04T00:00:00.000Z`."""
    return f"{datetime.fromtimestamp(hour * 3600, UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _impressions(world: World, rows: Rows) -> pa.Array:
    """JSON numbers, or German text from those sites that report in whole cents."""
    as_text = world.sites.cents[rows.site]
    numbers = exact_decimals(rows).cast(pa.string())
    texts = pa.array([f'"{german(amount)}"' for amount in rows.impressions[as_text].tolist()], pa.string())
    return pc.replace_with_mask(numbers, pa.array(as_text), texts)


def detail_answer(world: World, rows: Rows, identity: pa.Array) -> Answer:
    """Detail rows as JSON objects, in the order given."""
    if len(rows) == 0:
        return Answer(memoryview(b""), np.zeros(1, dtype=np.int64))
    hours, which = np.unique(rows.hour, return_inverse=True)
    dates = pa.array([hour_text(int(hour)) for hour in hours]).take(pa.array(which))
    sites = pa.array([orjson.dumps(name).decode() for name in world.site_names]).take(pa.array(rows.site))
    pieces: list[pa.Array | str] = ['{"Date":"', dates, '","Site":', sites]
    pieces += [',"Total Impressions":', _impressions(world, rows), ',"Bids":', _digits(rows.bids)]
    pieces += [',"Auction Wins":', _digits(rows.wins), ',"Sync Group Plays":', _digits(rows.plays), ","]
    pieces += [identity.take(pa.array(rows.stream)), "},"]
    return as_answer(pc.binary_join_element_wise(*pieces, ""))


def _digits(figures: Ints) -> pa.Array:
    return pa.array(figures).cast(pa.string())


def as_answer(objects: pa.Array) -> Answer:
    """Take over the memory of an Arrow string array whose values end with a comma."""
    array = objects.cast(pa.large_string())
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return Answer(memoryview(data), ends)


def overview_answer(world: World, rows: Rows, entity: str) -> Answer:
    """Totals per campaign or per deal, ordered by id; the purchase type is that of the latest hour."""
    campaigns = entity == "campaigns"
    totals = np.bincount(rows.stream, minlength=len(world.streams))
    seen = np.flatnonzero(totals)
    sums = _exact_sums(rows, len(world.streams))
    latest = np.zeros(len(world.streams), dtype=np.int64)
    np.maximum.at(latest, rows.stream, rows.hour)
    factor = dict(world.odd.overview_factor)
    found: dict[str, tuple[int, int, Stream]] = {}
    for number in seen.tolist():
        stream = world.streams[number]
        key = stream.campaign_id if campaigns else stream.deal_id
        if key is None:
            continue
        amount, hour, last = found.get(key, (0, -1, stream))
        if latest[number] > hour:
            hour, last = int(latest[number]), stream
        found[key] = (amount + int(sums[number]), hour, last)
    objects = []
    for n, (key, (amount, _, stream)) in enumerate(sorted(found.items())):
        amount = round(amount * factor.get(key.lower(), 1))
        told = (
            {
                "Core DSP Campaign ID": key,
                "Core DSP Campaign Name": stream.campaign_name,
                "Campaign Purchase Type": stream.campaign_type,
            }
            if campaigns
            else {"Deal ID": key, "Deal Name": stream.deal_name, "Deal Purchase Type": stream.deal_type}
        )
        number_text = f'"{german(amount)}"' if n % 2 else plain(amount)
        objects.append(orjson.dumps(told)[:-1].decode() + f',"Total Impressions":{number_text}}},')
    return as_answer(pa.array(objects, pa.string()))


def _exact_sums(rows: Rows, streams: int) -> Ints:
    """Impressions per stream, in ten-thousandths, added as whole numbers."""
    sums = np.zeros(streams, dtype=np.int64)
    np.add.at(sums, rows.stream, rows.impressions)
    return sums
