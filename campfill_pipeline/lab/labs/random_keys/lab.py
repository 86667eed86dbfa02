"""How lab 7 is set up and judged: two publishers, one register, and a list that is sorted differently tomorrow."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from campfill_pipeline.lab.bench import Bench
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved

PUBLISHERS = ("north", "south")
LINES = 5
KEYS = 60_000
CORRECTED = "north c", "north c (Hbf)"


def _rows(publisher: str) -> list[tuple[str, str, int]]:
    """Id, name and impressions of a publisher's lines."""
    base = 1000 if publisher == "north" else 7000
    return [
        (str(uuid5(NAMESPACE_OID, f"{publisher}{number}")), f"{publisher} {'edcba'[number]}", base + number)
        for number in range(LINES)
    ]


def _tomorrow() -> list[tuple[str, str, int]]:
    """The north's list as it comes tomorrow: sorted by name, and a name corrected."""
    rows = sorted(_rows("north"), key=lambda row: row[1])
    return [(key, name.replace(*CORRECTED), figure) for key, name, figure in rows]


def _csv(rows: list[tuple[str, str, int]]) -> str:
    return "id,name,impressions\n" + "".join(f"{key},{name},{figure}\n" for key, name, figure in rows)


class RandomKeys(Lab):
    """The lab."""

    number = 7
    title = "Why UUIDs"
    page = "07-why-uuids.md"
    goal = "say what a key must promise, and what a random key costs in an index"
    minutes = 20
    program = "keys.py"
    situation = (
        "Two publishers send lists into one register. `keys.py` gives each line a key: the number of the row in which it "
        "stands. Delivery is stored under that key. Tomorrow the north sorts its list by name, and corrects a name. And is a random UUID not "
        "wasteful? That is measured here too: 60,000 keys in two indexes, random ones and ordered ones."
    )
    question = Question(
        "How much larger is the index over random UUIDs than the one over UUIDs in the order of time?",
        unit="%",
    )
    look = (
        "keys.py, the program you may change",
        "north.csv, south.csv, and north-sorted.csv, which comes tomorrow: another order, and one name is corrected",
        "the tables line and delivery: `campfill lab try 7 db psql`",
    )
    hints = (
        "Both lists have a row 1. What happens to the line that had key 1?",
        "A key must be unique *and* stay the same, whoever sends the list and however it is sorted. Which column does?",
        'The list brings it along: `key = row["id"]`.',
    )
    explanation = (
        "A key names one thing, for ever, wherever it is written down. A row number names a place in a file; a key made "
        "at each load names that load. A UUID is given once, by whoever made the line, without asking anybody."
    )
    wrong_ways = {
        "wrong_prefix": "where a thing stands is what it is",
        "wrong_fresh": "unique is enough",
        "wrong_name": "a name is the thing",
    }

    def prepare(self, bench: Bench) -> None:
        """Empty tables and the lists."""
        bench.execute(self.sql())
        for publisher in PUBLISHERS:
            bench.put(f"{publisher}.csv", _csv(_rows(publisher)))
        bench.put("north-sorted.csv", _csv(_tomorrow()))

    def observe(self, bench: Bench) -> Observation:
        """Two indexes, one filled at random places, one always at its end; and the register with row numbers."""
        sizes, seconds = {}, {}
        for way, key in (("random", "gen_random_uuid()"), ("ordered", "uuidv7()")):
            bench.execute(f"DROP TABLE IF EXISTS {way}; CREATE TABLE {way} (key uuid PRIMARY KEY)")
            spent = bench.one(
                f"WITH began AS MATERIALIZED (SELECT clock_timestamp() AS at), "
                f"put AS (INSERT INTO {way} SELECT {key} FROM began, generate_series(1, {KEYS}) RETURNING 1) "
                "SELECT extract(epoch FROM clock_timestamp() - min(began.at)) FROM began, (SELECT count(*) FROM put) AS n"
            )
            sizes[way] = bench.one("SELECT pg_relation_size(%s::regclass)", f"{way}_pkey") / 1e6
            seconds[way] = float(spent)
            bench.execute(f"DROP TABLE {way}")
        bench.put(".begin.py", self.material("begin"))
        for publisher in PUBLISHERS:
            bench.run(".begin.py", "lines", f"{publisher}.csv", publisher)
        kept = bench.one("SELECT count(*) FROM line")
        return Observation(f"{(sizes['random'] / sizes['ordered'] - 1) * 100:.0f}", (
            f"random: {sizes['random']:.1f} MB, {seconds['random'] * 1000:.0f} ms",
            f"ordered: {sizes['ordered']:.1f} MB, {seconds['ordered'] * 1000:.0f} ms",
            f"and with row numbers as keys, of {2 * LINES} lines of two publishers {kept} are left",
        ))  # fmt: skip

    def check(self, bench: Bench) -> Verdict:
        """Two publishers, delivery, and the north's list again, sorted: each line still has its own impressions."""
        self.prepare(bench)
        for publisher in PUBLISHERS:
            bench.run("keys.py", "lines", f"{publisher}.csv", publisher)
        lines = bench.one("SELECT count(*) FROM line")
        if lines != 2 * LINES:
            return not_yet(
                f"Two publishers sent {2 * LINES} lines, and the register holds {lines}.",
                "that a number is unique because it was unique in one file. The other publisher has a row 1 too",
            )
        for publisher in PUBLISHERS:
            bench.run("keys.py", "delivery", f"{publisher}.csv", publisher)
        bench.run("keys.py", "lines", "north-sorted.csv", "north")
        found = dict(
            bench.ask("SELECT name, sum(impressions) FROM line JOIN delivery USING (key) GROUP BY name")
        )
        truth = {name: figure for _, name, figure in _tomorrow() + _rows("south")}
        if truth.keys() - found.keys() == {CORRECTED[1]}:
            return not_yet(
                f"The north corrected “{CORRECTED[0]}” to “{CORRECTED[1]}”, and that line has lost its delivery.",
                "that a name is the thing. Names are corrected, translated, shortened; the thing stays",
            )
        if truth.keys() - found.keys():
            return not_yet(
                f"After the north's list came again, {len(truth.keys() - found.keys())} of {len(truth)} lines have lost their "
                "delivery: it is stored under keys that nobody has any more.",
                "that unique is enough. A key must also be the same tomorrow",
            )
        if found != truth:
            name = next(name for name in sorted(truth) if found[name] != truth[name])
            return not_yet(
                f"The north sorted its list, and “{name}” now has {found[name]:,} impressions instead of {truth[name]:,}.",
                "that where a thing stands is what it is. Rows move, lines do not",
            )
        return solved(
            f"{2 * LINES} lines of two publishers; another order and a corrected name changed nothing"
        )
