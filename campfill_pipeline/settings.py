"""Every setting of campfill, read once from the environment and `.env` into one frozen object.

Belongs here: names, defaults, meaning and validation of settings. Does not belong here: anything that acts on them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values

from campfill_pipeline.domain.doubtful_answers import Doubts
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.fulfillment import Bands, FulfillmentRules, Pacing
from campfill_pipeline.domain.weekdays import OFF, UnknownHolidaysError, check_region


class SettingsError(CampfillError):
    """A setting cannot be used. Carries the variable's name, the value found and how to mend it."""

    def __init__(self, variable: str, value: str, mend: str) -> None:
        self.variable, self.value = variable, value
        super().__init__(f"{variable}={value!r} cannot be used:", mend)


@dataclass(frozen=True)
class Setting:
    """One documented setting: its environment variable, default and meaning."""

    variable: str
    default: str
    meaning: str
    secret: bool = False


MOST_DAYS = 366

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "CAMPFILL_HOME",
        "./campfill-data",
        "folder that holds inbox, outbox, archive, reports, postgres, logs",
    ),
    Setting("CAMPFILL_INBOX", "", "the watched folder; empty means inbox/ in CAMPFILL_HOME"),
    Setting(
        "CAMPFILL_DATABASE_URL",
        "",
        "an external PostgreSQL server; empty means the embedded one",
        secret=True,
    ),
    Setting(
        "CAMPFILL_TIMEZONE", "Europe/Berlin", "the time zone in which flights and delivery days are counted"
    ),
    Setting("CAMPFILL_REPORTING_URL", "", "base address of the reporting API; empty means no API is asked"),
    Setting(
        "CAMPFILL_REPORTING_TOKEN",
        "",
        "bearer token of the reporting API; wins over `campfill token`",
        secret=True,
    ),
    Setting("CAMPFILL_REPORTING_CONNECTOR", "ppv", "a built-in connector's name, or the path of a TOML file"),
    Setting("CAMPFILL_RESTATE_DAYS", "3", "how many days before today are fetched again every night"),
    Setting(
        "CAMPFILL_REFUSED_PERCENT",
        "20",
        "a fetched day fails, and stays as it was, where more of its rows than this cannot be read",
    ),
    Setting(
        "CAMPFILL_KEPT_PERCENT",
        "50",
        "a fetched day fails, and stays as it was, where fewer of its rows than this would be left",
    ),
    Setting("CAMPFILL_FINAL_AFTER_DAYS", "3", "days after a flight's end until its figures are final"),
    Setting("CAMPFILL_SETTLE_SECONDS", "2", "how long a dropped file must stand still before it is read"),
    Setting("CAMPFILL_MAX_UPLOAD_MB", "250", "largest file that is read, in MB"),
    Setting("CAMPFILL_PARSE_MEMORY_MB", "4096", "memory limit of the process that parses one file, in MB"),
    Setting("CAMPFILL_PARSE_SECONDS", "600", "time limit of the process that parses one file, in seconds"),
    Setting(
        "CAMPFILL_DOOR_HOSTS",
        "",
        "names under which a proxy offers the HTTP door, such as campfill.example, separated by commas",
    ),
    Setting(
        "CAMPFILL_BANDS",
        "100,99.5,95",
        "lower limits of goal met, near goal and moderate shortfall, in percent",
    ),
    Setting(
        "CAMPFILL_PACING",
        "measured",
        "what a line should have by now: measured (by the week of its sites) or even (a straight line)",
    ),
    Setting(
        "CAMPFILL_HOLIDAYS",
        "DE",
        "whose public holidays count as Sundays: a country or one of its states, like DE-BY; none for no holidays",
    ),
)


@dataclass(frozen=True)
class Settings:
    """All settings, validated. Paths are absolute; sizes in MB, times in seconds, days in local days."""

    home: Path
    inbox: Path
    database_url: str | None = field(repr=False)
    timezone: ZoneInfo
    reporting_url: str | None
    reporting_token: str | None = field(repr=False)
    reporting_connector: str
    restate_days: int
    doubts: Doubts
    final_after_days: int
    settle_seconds: float
    max_upload_mb: int
    parse_memory_mb: int
    parse_seconds: int
    bands: Bands
    pacing: Pacing = Pacing.MEASURED
    holidays: str | None = "DE"
    door_hosts: tuple[str, ...] = ()

    @property
    def outbox(self) -> Path:
        """Receipts, one workbook per upload."""
        return self.home / "outbox"

    @property
    def archive(self) -> Path:
        """Originals by content, never changed."""
        return self.home / "archive"

    @property
    def reports(self) -> Path:
        """The fulfillment page and workbook."""
        return self.home / "reports"

    @property
    def postgres(self) -> Path:
        """The embedded server's data."""
        return self.home / "postgres"

    @property
    def logs(self) -> Path:
        """Logs of the processes that `campfill up` starts."""
        return self.home / "logs"

    @property
    def work(self) -> Path:
        """What is being worked on right now; safe to lose, made again from the archive."""
        return self.home / "work"

    @property
    def last_look(self) -> Path:
        """Touched at every look into the inbox: its age says whether anybody still looks."""
        return self.work / "inbox-looked-at"

    @property
    def token_file(self) -> Path:
        """The reporting token stored by `campfill token`, readable by its owner only."""
        return self.home / "reporting-token"

    @property
    def pages_address(self) -> Path:
        """Holds the address at which a running `campfill up` serves reports and receipts; gone when it stops."""
        return self.home / "pages-address"

    @property
    def rules(self) -> FulfillmentRules:
        """What the fulfillment figures depend on besides the data."""
        return FulfillmentRules(
            timezone=self.timezone.key,
            bands=self.bands,
            final_after_days=self.final_after_days,
            pacing=self.pacing,
            holidays=self.holidays,
        )

    def current_token(self) -> str | None:
        """The reporting token as it is now: the environment's, else the one stored by `campfill token`, else None."""
        if self.reporting_token:
            return self.reporting_token
        if self.token_file.is_file():
            return self.token_file.read_text(encoding="utf-8").strip() or None
        return None

    def make_folders(self) -> None:
        """Create every folder a user may drop into or look at."""
        for folder in (self.home, self.inbox, self.outbox, self.archive, self.reports, self.logs, self.work):
            folder.mkdir(parents=True, exist_ok=True)


def _whole(values: Mapping[str, str], variable: str, least: int, most: int) -> int:
    text = values[variable]
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise SettingsError(variable, text, f"give a whole number from {least} to {most}")
    return number


def _bands(values: Mapping[str, str]) -> Bands:
    text = values["CAMPFILL_BANDS"]
    mend = "give three percentages, highest first, like 100,99.5,95"
    try:
        met, near, moderate = (Decimal(part.strip()) for part in text.split(","))
    except (ValueError, InvalidOperation):
        raise SettingsError("CAMPFILL_BANDS", text, mend) from None
    if not (met.is_finite() and met > near > moderate > 0):
        raise SettingsError("CAMPFILL_BANDS", text, mend)
    return Bands(goal_met=met, near_goal=near, moderate=moderate)


def _hosts(values: Mapping[str, str]) -> tuple[str, ...]:
    text = values["CAMPFILL_DOOR_HOSTS"]
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if any("/" in name or " " in name for name in names):
        raise SettingsError("CAMPFILL_DOOR_HOSTS", text, "give host names only, like campfill.example")
    return names


def _pacing(values: Mapping[str, str]) -> Pacing:
    text = values["CAMPFILL_PACING"]
    try:
        return Pacing(text.strip().lower())
    except ValueError:
        raise SettingsError("CAMPFILL_PACING", text, "give measured or even") from None


def _holidays(values: Mapping[str, str]) -> str | None:
    text = values["CAMPFILL_HOLIDAYS"].strip()
    if text.lower() == OFF:
        return None
    region = text.upper()
    try:
        check_region(region)
    except UnknownHolidaysError:
        mend = "give a country like DE, one of its states like DE-BY, or none"
        raise SettingsError("CAMPFILL_HOLIDAYS", text, mend) from None
    return region


def _timezone(values: Mapping[str, str]) -> ZoneInfo:
    text = values["CAMPFILL_TIMEZONE"]
    # Names such as `localtime` mean something else on every machine, and nothing to the database.
    if text not in available_timezones() - {"localtime", "Factory"}:
        raise SettingsError("CAMPFILL_TIMEZONE", text, "give an IANA name like Europe/Berlin")
    return ZoneInfo(text)


def environment(environ: Mapping[str, str] | None = None, *, cwd: Path | None = None) -> dict[str, str]:
    """`environ` (default: the process's) with what `.env` in `cwd` adds, where connectors find theirs."""
    file = (Path.cwd() if cwd is None else cwd) / ".env"
    added = {name: value for name, value in dotenv_values(file).items() if value} if file.is_file() else {}
    return {**added, **(os.environ if environ is None else environ)}


def read_values(environ: Mapping[str, str] | None = None, *, cwd: Path | None = None) -> dict[str, str]:
    """Every variable's text: from `environ` (default: the process's), then `.env` in `cwd`, then the default.

    A variable that is set but empty means its default, whatever `.env` says. Paths come back absolute.
    """
    folder = Path.cwd() if cwd is None else cwd
    told = environment(environ, cwd=folder)
    values = {setting.variable: told.get(setting.variable) or setting.default for setting in SETTINGS}
    home = (folder / Path(values["CAMPFILL_HOME"]).expanduser()).resolve()
    inbox = values["CAMPFILL_INBOX"]
    values["CAMPFILL_HOME"] = str(home)
    values["CAMPFILL_INBOX"] = str((folder / Path(inbox).expanduser()).resolve() if inbox else home / "inbox")
    return values


def load_settings(environ: Mapping[str, str] | None = None, *, cwd: Path | None = None) -> Settings:
    """Read and validate the settings (see `read_values`). Raises SettingsError naming the variable and its mend."""
    values = read_values(environ, cwd=cwd)
    settle_text = values["CAMPFILL_SETTLE_SECONDS"]
    try:
        settle = float(settle_text)
    except ValueError:
        settle = -1.0
    if not 0 <= settle <= 3600:
        raise SettingsError("CAMPFILL_SETTLE_SECONDS", settle_text, "give seconds between 0 and 3600")
    return Settings(
        home=Path(values["CAMPFILL_HOME"]),
        inbox=Path(values["CAMPFILL_INBOX"]),
        database_url=values["CAMPFILL_DATABASE_URL"] or None,
        timezone=_timezone(values),
        reporting_url=values["CAMPFILL_REPORTING_URL"].rstrip("/") or None,
        reporting_token=values["CAMPFILL_REPORTING_TOKEN"] or None,
        reporting_connector=values["CAMPFILL_REPORTING_CONNECTOR"],
        restate_days=_whole(values, "CAMPFILL_RESTATE_DAYS", 0, MOST_DAYS),
        doubts=Doubts(
            refused_percent=_whole(values, "CAMPFILL_REFUSED_PERCENT", 0, 100),
            kept_percent=_whole(values, "CAMPFILL_KEPT_PERCENT", 0, 100),
        ),
        final_after_days=_whole(values, "CAMPFILL_FINAL_AFTER_DAYS", 0, MOST_DAYS),
        settle_seconds=settle,
        max_upload_mb=_whole(values, "CAMPFILL_MAX_UPLOAD_MB", 1, 100_000),
        parse_memory_mb=_whole(values, "CAMPFILL_PARSE_MEMORY_MB", 256, 1_000_000),
        parse_seconds=_whole(values, "CAMPFILL_PARSE_SECONDS", 1, 86_400),
        bands=_bands(values),
        door_hosts=_hosts(values),
        pacing=_pacing(values),
        holidays=_holidays(values),
    )
