"""`campfill settings`: every setting, its value and its meaning; secrets masked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from campfill_pipeline.commands import render
from campfill_pipeline.language.speaking import say, word
from campfill_pipeline.settings import SETTINGS, Setting, load_settings, read_values

Fact = dict[str, str | bool]
MASK = "********"
STORED = " (stored by `campfill token`)"
# What stands between the user's name and the host, up to the last @; and the same as a parameter.
_PASSWORD = re.compile(r"(://[^:/@]*:|[?&\s]password\s*=\s*).+?(@(?=[^@]*$)|(?=[&\s]|$))")


def facts() -> list[Fact]:
    """One object per setting: variable, value (masked where secret), whether it is the default, meaning."""
    values = read_values()
    return [
        {
            "variable": setting.variable,
            "value": _shown(setting, values),
            "default": setting.default,
            "is_default": values[setting.variable] == setting.default,
            "meaning": setting.meaning,
        }
        for setting in SETTINGS
    ]


def _shown(setting: Setting, values: Mapping[str, str]) -> str:
    value = values[setting.variable]
    if setting.variable == "CAMPFILL_REPORTING_TOKEN" and not value and load_settings(values).current_token():
        return f"{MASK}{STORED}"
    if setting.variable == "CAMPFILL_DATABASE_URL":
        return _PASSWORD.sub(rf"\1{MASK}\2", value)
    if setting.variable == "CAMPFILL_LIST_URLS":
        return " ".join(address.shown for address in setting.value(value))
    return MASK if setting.secret and value else value


@render.aloud
def show(settings: list[Fact]) -> None:
    """Each variable with its value, and its meaning below."""
    console = render.console()
    for fact in settings:
        value = str(fact["value"]).replace(STORED, word(STORED)) or say("(not set)")
        default = f"  [dim]{say('(default)')}[/]" if fact["is_default"] else ""
        console.print(f"[bold]{fact['variable']}[/] = {value}{default}")
        console.print(f"    [dim]{word(str(fact['meaning']))}[/]")
