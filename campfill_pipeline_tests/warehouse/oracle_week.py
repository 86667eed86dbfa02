"""The measured week and the due curve once more, in plain Python Decimals: shares no code with the product.

Written from the field's definitions, day by day and line by line, the slow and obvious way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from campfill_pipeline_tests.warehouse.oracle import ONE_DAY, Terms, days

ONE, NONE = Decimal(1), Decimal(0)
Delivery = Mapping[tuple[str, date], Decimal]


@dataclass(frozen=True)
class Line:
    """What was promised, where (`placement`), and what came: impressions by site and local day."""

    terms: Terms
    placement: str | None
    delivered: Delivery

    @property
    def start(self) -> date:
        if self.terms.start is not None:
            return self.terms.start
        came = sorted(day for (_, day), amount in self.delivered.items() if amount > 0)
        return min(came[0] if came else self.terms.first_seen, self.terms.end)

    @property
    def flight(self) -> list[date]:
        return days(self.start, self.terms.end)

    def on(self, day: date, site: str | None = None) -> Decimal:
        return sum(
            (x for (at, when), x in self.delivered.items() if when == day and site in (None, at)), NONE
        )

    @property
    def sites(self) -> list[str]:
        return sorted({site for (site, day) in self.delivered if day in self.flight})


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NONE)


class World:
    """All lines, the days that were fetched, and the public holidays, as of a local day."""

    def __init__(self, lines: Sequence[Line], fetched: Set[date], holidays: Set[date], as_of: date) -> None:
        self.lines, self.fetched, self.holidays, self.as_of = lines, fetched, holidays, as_of
        with localcontext() as context:
            context.prec = 50
            self.members = [line for line in lines if self.is_member(line)]
            self.everywhere = self.completed(self.members, None, "all", ([ONE] * 7, ["even"] * 7))
            self.placements = {
                name: self.completed(
                    [m for m in self.members if m.placement == name], None, "placement", self.everywhere
                )
                for name in {m.placement for m in self.members if m.placement}
            }
            self.sites = {site: self.of_site(site) for site in {s for m in self.members for s in m.sites}}
            self.spread = self.measure_spread()

    def kind(self, day: date) -> int:
        return 6 if day in self.holidays else day.weekday()

    def is_member(self, line: Line) -> bool:
        if not self.as_of - 56 * ONE_DAY <= line.terms.end < self.as_of:
            return False
        came = sum((x for (_, day), x in line.delivered.items() if day <= self.as_of), NONE)
        return set(line.flight) <= self.fetched and came * 100 >= line.terms.goal * 95

    def of_site(self, site: str) -> tuple[list[Decimal], list[str]]:
        there = [m for m in self.members if site in m.sites]
        amounts: dict[str, Decimal] = {}
        for member in there:
            if member.placement:
                amount = sum((member.on(day, site) for day in member.flight), NONE)
                amounts[member.placement] = amounts.get(member.placement, NONE) + amount
        own = sorted(amounts, key=lambda name: (-amounts[name], name))
        wider = self.placements[own[0]] if own else self.everywhere
        return self.completed(there, site, "measured", wider)

    def completed(
        self, lines: Sequence[Line], site: str | None, basis: str, wider: tuple[list[Decimal], list[str]]
    ) -> tuple[list[Decimal], list[str]]:
        own = self.fitted(lines, site)
        line_days = [day for line in lines for day in line.flight]
        enough = [
            k for k in range(7)
            if len([d for d in line_days if self.kind(d) == k]) >= 6
            and len({d for d in line_days if self.kind(d) == k}) >= 2
        ]  # fmt: skip
        if (
            own is None
            or len(enough) < 2
            or not sum(own[k] for k in enough)
            or not sum(wider[0][k] for k in enough)
        ):
            return wider
        scale = total(wider[0][k] for k in enough) / total(own[k] for k in enough)
        return (
            [own[k] * scale if k in enough else wider[0][k] for k in range(7)],
            [basis if k in enough else wider[1][k] for k in range(7)],
        )

    def fitted(self, lines: Sequence[Line], site: str | None) -> list[Decimal] | None:
        lines = [line for line in lines if any(line.on(day, site) for day in line.flight)]
        if not lines:
            return None
        kinds = sorted({self.kind(day) for line in lines for day in line.flight})
        f = [ONE] * 7
        for _ in range(8):
            level = [
                total(line.on(day, site) for day in line.flight)
                / total(f[self.kind(day)] for day in line.flight)
                for line in lines
            ]
            new = [NONE] * 7
            for k in kinds:
                came = sum(
                    (line.on(d, site) for line in lines for d in line.flight if self.kind(d) == k), NONE
                )
                due = total(
                    a for a, line in zip(level, lines, strict=True) for d in line.flight if self.kind(d) == k
                )
                new[k] = came / due
            f = [value * len(kinds) / total(new) for value in new]
        return f

    def measure_spread(self) -> Decimal:
        above = below = NONE
        for line in self.members:
            n = len(line.flight)
            expected = dict.fromkeys(line.flight, NONE)
            places: list[tuple[str | None, list[Decimal]]] = [
                (site, self.sites[site][0]) for site in line.sites
            ] or [(None, self.general(line.placement)[0])]
            for site, f in places:
                due = sum(f[self.kind(day)] for day in line.flight)
                if due:
                    level = sum(line.on(day, site) for day in line.flight) / due
                    for day in line.flight:
                        expected[day] += level * f[self.kind(day)]
            mean = sum(expected.values(), NONE) / n
            if n < 2 or mean <= 0:
                continue
            above += sum(((line.on(day) - e) ** 2 for day, e in expected.items()), NONE) / mean**2
            below += sum((e**2 for e in expected.values()), NONE) / mean**2 * (n - 1) / n
        return (above / below).sqrt() if below else NONE

    def general(self, placement: str | None) -> tuple[list[Decimal], list[str]]:
        return self.placements.get(placement or "", self.everywhere)

    def weights(self, line: Line) -> tuple[list[Decimal], str]:
        """What a day of each kind weighs, up to a factor, and the basis of most of it."""
        elapsed = [day for day in line.flight if day < self.as_of]
        total, rests = [NONE] * 7, dict.fromkeys(("even", "all", "placement", "measured"), NONE)
        general = self.general(line.placement)
        for site in line.sites:
            came = sum((line.on(day, site) for day in elapsed), NONE)
            if not came:
                continue
            for f, basis in (  # noqa: B007 - the one it ends with is the one that stands
                self.sites.get(site, general),
                general,
                self.everywhere,
                ([ONE] * 7, ["even"] * 7),
            ):
                due = sum(f[self.kind(day)] for day in elapsed)
                if due:
                    break
            for k in range(7):
                total[k] += came / due * f[k]
                rests[basis[k]] += came / due * f[k] * len([d for d in line.flight if self.kind(d) == k])
        if not any(total):
            for stands in (general, self.everywhere, ([ONE] * 7, ["even"] * 7)):
                if sum(stands[0][self.kind(day)] for day in line.flight):
                    break
            total = stands[0]
            rests |= {basis: Decimal(stands[1].count(basis)) for basis in stands[1]}
        return total, max(rests, key=lambda basis: rests[basis])

    def figures(self, line: Line) -> dict[str, object]:
        """The figures of a live line that the week bears on."""
        with localcontext() as context:
            context.prec = 50
            return self._figures(line)

    def _figures(self, line: Line) -> dict[str, object]:
        week, basis = self.weights(line)
        elapsed = [day for day in line.flight if day < self.as_of]
        weighed = len([day for day in elapsed if week[self.kind(day)]])
        left = [day for day in line.flight if day >= self.as_of]

        def w(some: Sequence[date]) -> Decimal:
            return sum((week[self.kind(day)] for day in some), NONE)

        goal = Decimal(line.terms.goal)
        came = sum((x for (_, day), x in line.delivered.items() if day <= self.as_of), NONE)
        before = sum((x for (_, day), x in line.delivered.items() if day < self.as_of), NONE)
        expected = goal * w(elapsed) / w(line.flight)
        index = projected = factor = risk = reachable = None
        need = max(goal - before, NONE)
        # both by its own week and by that of its placement: half an average day is due
        of_placement = sum((self.general(line.placement)[0][self.kind(day)] for day in elapsed), NONE)
        judged = w(elapsed) * 7 >= sum(week) / 2 and of_placement >= Decimal("0.5")
        if expected:
            index = before / expected
            recent = elapsed[-7:] if w(elapsed[-7:]) else elapsed
            pace = sum((line.on(day) for day in recent), NONE) / w(recent)
            projected = max(came, before + pace * w(left))
            risk = max(goal - projected, NONE) / 1000 * line.terms.cpm
            if pace and w(left):
                factor = need / (pace * w(left))
        if judged and elapsed:
            length = min(7, len(elapsed))
            runs = [elapsed[i : i + length] for i in range(len(elapsed) - length + 1)]
            rates = [sum((line.on(day) for day in run), NONE) / w(run) for run in runs if w(run)]
            reachable = need - max(rates, default=NONE) * w(left)
        return {
            "pacing_basis": basis, "expected": expected, "pacing_index": index, "projected": projected,
            "value_at_risk_eur": risk, "required_factor": factor, "reachable": reachable, "judged": judged,
            "bar": Decimal("2.5") * self.spread / Decimal(max(weighed, 1)).sqrt(),
        }  # fmt: skip
