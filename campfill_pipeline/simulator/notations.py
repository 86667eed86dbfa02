"""The many ways in which people write the same value into a cell of the campaign list.

Belongs here: notations that are all to be read as the value given. Does not belong here: faults
(`campaign_list`).

The budget column shows German and English decimals, so that a text like 12.345 in it is ambiguous; the price
column shows German ones only, so that 1,183 in it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np

Cell = str | int | float | None
_Choices = tuple[tuple[float, Callable[..., Cell]], ...]


def _grouped(mark: str) -> Callable[[int], str]:
    return lambda goal: f"{goal:,}".replace(",", mark)


def _scientific(goal: int, point: str, exponent: str) -> str:
    digits = str(goal).rstrip("0")
    mantissa = digits[0] + (point + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}{exponent}{len(str(goal)) - 1}"


_GOALS: _Choices = (
    (0.46, int),
    (0.15, str),
    (0.12, _grouped(".")),
    (0.08, _grouped(",")),
    (0.06, lambda goal: _scientific(goal, ".", "E+0")),
    (0.03, lambda goal: _scientific(goal, ",", "E")),
    (0.03, _grouped(" ")),
    (0.02, _grouped("\N{NO-BREAK SPACE}")),
    (0.01, _grouped("\N{THIN SPACE}")),
    (0.01, _grouped("'")),
    (0.02, lambda goal: f" {goal}  "),
    (0.01, float),
)


def _noisy(amount: Decimal) -> float:
    """The number as a calculation leaves it behind: wrong in the sixteenth digit."""
    return float(np.nextafter(float(amount), np.inf))


def _english(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _german(amount: Decimal) -> str:
    return _english(amount).translate(str.maketrans(",.", ".,"))


_BUDGETS: _Choices = (
    (0.5, float),
    (0.06, _noisy),
    (0.16, _german),
    (0.08, lambda amount: f"{amount:.2f}".replace(".", ",")),
    (0.08, _english),
    (0.06, lambda amount: f"€ {_german(amount)}"),
    (0.06, lambda amount: f"{_german(amount)} EUR"),
)

_PRICES: _Choices = (
    (0.55, float),
    (0.05, _noisy),
    (0.32, lambda price: str(price).replace(".", ",")),
    (0.08, lambda price: f"{str(price).replace('.', ',')} €"),
)


def _written(value: object, choices: _Choices, rng: np.random.Generator) -> Cell:
    edge, draw = 0.0, rng.random()
    for share, write in choices:
        edge += share
        if draw < edge:
            return write(value)
    return choices[0][1](value)


def goal_cell(goal: int, rng: np.random.Generator) -> Cell:
    """An impression goal."""
    return _written(goal, _GOALS, rng)


def budget_cell(budget: Decimal | None, rng: np.random.Generator) -> Cell:
    """A budget; a missing one is mostly an empty cell."""
    if budget is None:
        return None if rng.random() < 0.85 else str(rng.choice(["-", "–", "n/a", "NULL", "  "]))
    return _written(budget, _BUDGETS, rng)


def price_cell(price: Decimal, rng: np.random.Generator) -> Cell:
    """A price per 1,000 impressions."""
    return _written(price, _PRICES, rng)


def runtime_cell(runtime: str, rng: np.random.Generator) -> str:
    """A runtime, given in canonical form."""
    start, end = runtime.split("-")
    draw = rng.random()
    if draw < 0.8:
        return runtime
    if draw < 0.9:
        return start + str(rng.choice([" - ", "–", " – ", "—", "-\n"])) + end
    if draw < 0.95:
        return "-".join(day if day == "ASAP" else _short(day) for day in (start, end))
    return runtime.replace("ASAP", "asap").replace("-", "- ")


def _short(day: str) -> str:
    numbers = day.split(".")
    return f"{int(numbers[0])}.{int(numbers[1])}.{numbers[2][2:]}"


def id_cell(line_id: str, rng: np.random.Generator) -> str:
    """An id: any letter case, braces allowed."""
    draw = rng.random()
    if draw < 0.86:
        return line_id
    if draw < 0.94:
        return line_id.upper()
    return f"{{{line_id}}}" if draw < 0.98 else f" {line_id} "


def text_cell(text: str, rng: np.random.Generator) -> str:
    """A name or buyer, now and then with white space that means nothing."""
    draw = rng.random()
    if draw < 0.95:
        return text
    if draw < 0.97:
        return text + "\N{NO-BREAK SPACE}"
    return text.replace(" ", "  ", 1) if draw < 0.99 else f"  {text}"
