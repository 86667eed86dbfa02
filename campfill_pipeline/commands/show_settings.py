"""`campfill settings`: every setting, its value and its meaning; secrets masked."""

from __future__ import annotations

from campfill_pipeline.commands import render
from campfill_pipeline.settings import SETTINGS, read_values

Fact = dict[str, str | bool]


def facts() -> list[Fact]:
    """One object per setting: variable, value (masked where secret), whether it is the default, meaning."""
    values = read_values()
    return [
        {
            "variable": setting.variable,
            "value": "********" if setting.secret and values[setting.variable] else values[setting.variable],
            "default": setting.default,
            "is_default": values[setting.variable] == setting.default,
            "meaning": setting.meaning,
        }
        for setting in SETTINGS
    ]


def show(settings: list[Fact]) -> None:
    """Each variable with its value, and its meaning below."""
    console = render.console()
    for fact in settings:
        value = fact["value"] or "(not set)"
        console.print(
            f"[bold]{fact['variable']}[/] = {value}" + ("  [dim](default)[/]" if fact["is_default"] else "")
        )
        console.print(f"    [dim]{fact['meaning']}[/]")
