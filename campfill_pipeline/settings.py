"""Every setting of campfill, read once from the environment and `.env` into one frozen object.

Belongs here: names, defaults and meaning of settings. Does not belong here: how the text of each kind of value is read
(`domain/setting_values.py`), anything that acts on them.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from campfill_pipeline.domain.backup_keeping import Keeping
from campfill_pipeline.domain.doubtful_answers import Doubts
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.fulfillment import Bands, FulfillmentRules, Pacing
from campfill_pipeline.domain.list_addresses import LIST_ADDRESSES, ListAddress
from campfill_pipeline.domain.reporting_sources import CONNECTORS, FIRST, NamedConnector
from campfill_pipeline.domain.setting_values import (
    ADDRESS,
    BANDS,
    BROKER,
    CURRENCY,
    HOLIDAYS,
    HOSTS,
    KEEPING,
    LANGUAGE,
    MACHINE,
    NAMES,
    PACING,
    PATH,
    PATH_OR_NONE,
    PERCENT,
    STORAGE,
    TEXT,
    TEXT_OR_NONE,
    TIMEZONE,
    Reader,
    seconds,
    whole,
    whole_or_none,
)  # fmt: skip
from campfill_pipeline.domain.storage_address import StorageAddress
from campfill_pipeline.language.currencies import count_in
from campfill_pipeline.language.speaking import Language


class SettingsError(CampfillError):
    """A setting cannot be used. Carries the variable's name, the value found and how to mend it."""

    def __init__(self, variable: str, value: str, mend: str) -> None:
        self.variable, self.value = variable, value
        super().__init__(f"{variable}={value!r} cannot be used:", mend)


@dataclass(frozen=True)
class Setting:
    """What is told of a setting: its default and meaning, how its text is read.

    Its environment variable is the name of its field in `Settings`, in capitals, behind CAMPFILL_.
    """

    default: str
    meaning: str
    reader: Reader
    secret: bool = False
    variable: str = ""

    def value(self, text: str) -> Any:
        """What the text means. Raises SettingsError with the mend."""
        try:
            return self.reader.read(text)
        except ValueError:
            shown = "********" if self.secret else text
            raise SettingsError(self.variable, shown, f"give {self.reader.takes}") from None


MOST_DAYS = 366
PUBLISHERS_OWN = "ppv"


@dataclass(frozen=True)
class ReportingSource:
    """One reporting API of this home: what it is called, how it is described, where it is and how it is signed in to.

    The first one, that of CAMPFILL_REPORTING_CONNECTOR, is called `api`; the others by their names in
    CAMPFILL_CONNECTORS.
    """

    name: str
    described: str
    url: str | None
    given_token: str | None = field(repr=False)
    token_file: Path
    refresh_token_file: Path

    @property
    def is_first(self) -> bool:
        """Whether it is that of CAMPFILL_REPORTING_CONNECTOR."""
        return self.name == FIRST

    @property
    def command(self) -> str:
        """How its token is stored."""
        return "campfill token" if self.is_first else f"campfill token {self.name}"

    def variable(self, of: str) -> str:
        """The variable of its URL or TOKEN."""
        return f"CAMPFILL_REPORTING_{of}" + ("" if self.is_first else f"_{self.name.upper()}")

    def told(self, sentence: str) -> str:
        """A sentence about the reporting API, with this one's name, command and variables in it."""
        if self.is_first:
            return sentence
        for of in ("URL", "TOKEN"):
            sentence = re.sub(rf"CAMPFILL_REPORTING_{of}\b", self.variable(of), sentence)
        return f"{self.name}: " + re.sub(r"campfill token\b", self.command, sentence)

    def current_token(self) -> str | None:
        """The token as it is now: the environment's, else the one stored by `campfill token`, else None."""
        if self.given_token:
            return self.given_token
        if self.token_file.is_file():
            return self.token_file.read_text(encoding="utf-8").strip() or None
        return None


@dataclass(frozen=True)
class Settings:
    """All settings, validated. Paths are absolute; sizes in MB, times in seconds, days in local days.

    Each stands here and nowhere else: page, `.env.example` and `campfill settings` are made from what is told here.
    """

    home: Annotated[
        Path,
        Setting("./campfill-data", "folder that holds inbox, outbox, archive, reports, postgres, logs", PATH),
    ]
    inbox: Annotated[Path, Setting("", "the watched folder; empty means inbox/ in CAMPFILL_HOME", PATH)]
    database_url: Annotated[
        str | None,
        Setting("", "an external PostgreSQL server; empty means the embedded one", TEXT_OR_NONE, secret=True),
    ] = field(repr=False)
    database_port: Annotated[
        int | None,
        Setting(
            "",
            "the embedded server's port, for analysis tools that remember it; empty means one that is free",
            whole_or_none(1024, 65_535),
        ),
    ]
    broker_url: Annotated[
        str | None,
        Setting(
            "",
            "a Redis that hands the runs to worker machines, like redis://:password@host:6379/0; empty means that one"
            " machine does all",
            BROKER,
            secret=True,
        ),
    ] = field(repr=False)
    storage_url: Annotated[
        StorageAddress | None,
        Setting(
            "",
            "object storage that speaks S3, for inbox, archive, outbox and reports, like"
            " s3://bucket/folder?endpoint=https://s3.example&region=eu-central-1; empty means folders in CAMPFILL_HOME."
            " Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the machine's role",
            STORAGE,
            secret=True,
        ),
    ] = field(repr=False)
    runs: Annotated[
        int,
        Setting("4", "how many runs are at work at once, on all machines together", whole(1, 64)),
    ]
    worker_runs: Annotated[
        int,
        Setting(
            "2",
            "how many runs one worker machine is at at once, beside one for a very large file",
            whole(1, 64),
        ),
    ]
    machine: Annotated[
        str,
        Setting("", "what this machine is called among the others; empty means its host name", MACHINE),
    ]
    timezone: Annotated[
        ZoneInfo,
        Setting("Europe/Berlin", "the time zone in which flights and delivery days are counted", TIMEZONE),
    ]
    currency: Annotated[
        str,
        Setting(
            "EUR", "the one currency that budgets and prices are in; money in another is refused", CURRENCY
        ),
    ]
    reporting_url: Annotated[
        str | None, Setting("", "base address of the reporting API; empty means no API is asked", ADDRESS)
    ]
    reporting_token: Annotated[
        str | None,
        Setting(
            "", "bearer token of the reporting API; wins over `campfill token`", TEXT_OR_NONE, secret=True
        ),
    ] = field(repr=False)
    reporting_connector: Annotated[
        str, Setting(PUBLISHERS_OWN, "a built-in connector's name, or the path of a TOML file", TEXT)
    ]
    connectors: Annotated[
        tuple[NamedConnector, ...],
        Setting(
            "",
            "further reporting APIs, in the order in which they count after the one above: built-in names or paths of"
            " TOML files, separated by commas, like kevel, mine=/etc/ssp.toml. Each has its own"
            " CAMPFILL_REPORTING_URL_NAME and CAMPFILL_REPORTING_TOKEN_NAME (or `campfill token NAME`)",
            CONNECTORS,
        ),
    ]
    restate_days: Annotated[
        int, Setting("3", "how many days before today are fetched again every night", whole(0, MOST_DAYS))
    ]
    refused_percent: Annotated[
        int,
        Setting(
            "20",
            "a fetched day fails, and stays as it was, where more of its rows than this cannot be read",
            whole(0, 100),
        ),
    ]
    kept_percent: Annotated[
        int,
        Setting(
            "50",
            "a fetched day fails, and stays as it was, where fewer of its rows than this would be left",
            whole(0, 100),
        ),
    ]
    final_after_days: Annotated[
        int, Setting("3", "days after a flight's end until its figures are final", whole(0, MOST_DAYS))
    ]
    whole_exports: Annotated[
        tuple[str, ...],
        Setting(
            "",
            "names of dropped exports that hold every campaign and deal of their time, like all-*.csv; others speak"
            " only for what is in them",
            NAMES,
        ),
    ]
    daily_exports: Annotated[
        tuple[str, ...],
        Setting(
            "",
            "names of dropped exports whose rows are whole days of CAMPFILL_TIMEZONE, like daily-*.csv; in others a"
            " date without an hour is refused",
            NAMES,
        ),
    ]
    settle_seconds: Annotated[
        float,
        Setting(
            "2",
            "how long a dropped file must stand still before it is read; up to 2, one that shows that it is whole needs"
            " 0.3",
            seconds(3600),
        ),
    ]
    max_upload_mb: Annotated[int, Setting("250", "largest file that is read, in MB", whole(1, 100_000))]
    parse_memory_mb: Annotated[
        int, Setting("4096", "memory limit of the process that parses one file, in MB", whole(256, 1_000_000))
    ]
    parse_seconds: Annotated[
        int, Setting("600", "time limit of the process that parses one file, in seconds", whole(1, 86_400))
    ]
    backup_dir: Annotated[
        Path | None,
        Setting(
            "",
            "folder for a backup every night, best on another disk; empty means that none is made",
            PATH_OR_NONE,
        ),
    ]
    backup_keep: Annotated[
        Keeping, Setting("7,4,12", "how many days, weeks and months keep their newest backup", KEEPING)
    ]
    notify: Annotated[
        str | None,
        Setting(
            "",
            "who is told what happens: addresses separated by commas, like mailtos://user:password@mail.example, or the"
            " path of a TOML file that says what each wants; empty means nobody",
            TEXT_OR_NONE,
            secret=True,
        ),
    ] = field(repr=False)
    door_hosts: Annotated[
        tuple[str, ...],
        Setting(
            "",
            "names under which a proxy offers the HTTP door, such as campfill.example, separated by commas",
            HOSTS,
        ),
    ]
    lists: Annotated[
        Path, Setting("", "folder of your own list descriptions; empty means lists/ in CAMPFILL_HOME", PATH)
    ]
    exports: Annotated[
        Path,
        Setting("", "folder of your own export descriptions; empty means exports/ in CAMPFILL_HOME", PATH),
    ]
    list_urls: Annotated[
        tuple[ListAddress, ...],
        Setting(
            "",
            "addresses of lists (CSV, XLSX, JSON, a published Google Sheet) that are looked at again and again",
            LIST_ADDRESSES,
            secret=True,
        ),
    ] = field(repr=False)
    list_minutes: Annotated[
        int,
        Setting(
            "15",
            "how many minutes pass between two looks at an address of CAMPFILL_LIST_URLS",
            whole(1, 1440),
        ),
    ]
    bands: Annotated[
        Bands,
        Setting(
            "100,99.5,95", "lower limits of goal met, near goal and moderate shortfall, in percent", BANDS
        ),
    ]
    count_tolerance: Annotated[
        Decimal,
        Setting(
            "10",
            "how many percent of ours a second count may differ by before it is said to be beyond",
            PERCENT,
        ),
    ]
    pacing: Annotated[
        Pacing,
        Setting(
            "measured",
            "what a line should have by now: measured (by the week of its sites) or even (a straight line)",
            PACING,
        ),
    ]
    holidays: Annotated[
        str | None,
        Setting(
            "DE",
            "whose public holidays count as Sundays: a country or one of its states, like DE-BY; none for no holidays",
            HOLIDAYS,
        ),
    ]

    language: Annotated[
        Language,
        Setting(
            "en",
            "the language of workbook, receipts, alerts, digests and terminal; pages speak their reader's",
            LANGUAGE,
        ),
    ]

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
    def refresh_token_file(self) -> Path:
        """The refresh token that an API gave in place of the user's, readable by its owner only."""
        return self.home / "reporting-refresh-token.json"

    def place(self, role: str) -> Path:
        """Where a machine with this role keeps what is its own; the home itself where one machine has all roles.

        The home of several machines is one shared folder.
        """
        return self.home if role == "all" else self.home / "machines" / self.machine / role

    @property
    def pages_address(self) -> Path:
        """Holds the address at which a running `campfill up` serves reports and receipts; gone when it stops."""
        return self.home / "pages-address"

    def is_whole_export(self, file_name: str) -> bool:
        """Whether an export of this name speaks for every line in its hours, by the user's word."""
        return any(fnmatchcase(file_name.casefold(), name.casefold()) for name in self.whole_exports)

    def is_daily_export(self, file_name: str) -> bool:
        """Whether the rows of an export of this name are whole days, by the user's word."""
        return any(fnmatchcase(file_name.casefold(), name.casefold()) for name in self.daily_exports)

    @property
    def doubts(self) -> Doubts:
        """When a fetched day is too doubtful to take the place of what is stored."""
        return Doubts(refused_percent=self.refused_percent, kept_percent=self.kept_percent)

    @property
    def rules(self) -> FulfillmentRules:
        """What the fulfillment figures depend on besides the data."""
        return FulfillmentRules(
            timezone=self.timezone.key,
            bands=self.bands,
            final_after_days=self.final_after_days,
            pacing=self.pacing,
            holidays=self.holidays,
            sources=self.asked,
        )

    def current_token(self) -> str | None:
        """The first reporting API's token as it is now."""
        return self.first_source.current_token()

    @property
    def first_source(self) -> ReportingSource:
        """The API of CAMPFILL_REPORTING_CONNECTOR, set up or not."""
        return ReportingSource(
            FIRST, self.reporting_connector, self.reporting_url, self.reporting_token, self.token_file,
            self.refresh_token_file,
        )  # fmt: skip

    @property
    def asked(self) -> tuple[str, ...]:
        """Names of the reporting APIs that are asked, in the order in which they count.

        The first is left out where further ones are set and nothing says what it is.
        """
        further = tuple(one.name for one in self.connectors)
        first = self.reporting_url or self.reporting_connector != PUBLISHERS_OWN or not further
        return (FIRST, *further) if first else further

    def sources(self, environ: Mapping[str, str]) -> tuple[ReportingSource, ...]:
        """The reporting APIs that are asked, in their order; `environ` holds the variables of the further ones."""
        further = (
            ReportingSource(
                one.name,
                one.described,
                environ.get(f"CAMPFILL_REPORTING_URL_{one.variable}", "").rstrip("/") or None,
                environ.get(f"CAMPFILL_REPORTING_TOKEN_{one.variable}") or None,
                self.home / f"reporting-token-{one.name}",
                self.home / f"reporting-refresh-token-{one.name}.json",
            )
            for one in self.connectors
        )
        return tuple(one for one in (self.first_source, *further) if one.name in self.asked)

    def make_folders(self) -> None:
        """Create every folder a user may drop into or look at."""
        for folder in (self.home, self.inbox, self.outbox, self.archive, self.reports, self.logs, self.work):
            folder.mkdir(parents=True, exist_ok=True)


def _settings() -> dict[str, Setting]:
    told = get_type_hints(Settings, include_extras=True)
    return {
        each.name: replace(told[each.name].__metadata__[0], variable=f"CAMPFILL_{each.name.upper()}")
        for each in fields(Settings)
    }


_FIELDS = _settings()
SETTINGS = tuple(_FIELDS.values())
"""All of them, in the order in which they are shown."""


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

    def absolute(text: str) -> str:
        return str((folder / Path(text).expanduser()).resolve())

    values["CAMPFILL_HOME"] = home = absolute(values["CAMPFILL_HOME"])
    for variable, within in (
        ("CAMPFILL_INBOX", "inbox"),
        ("CAMPFILL_LISTS", "lists"),
        ("CAMPFILL_EXPORTS", "exports"),
    ):
        values[variable] = absolute(values[variable]) if values[variable] else str(Path(home) / within)
    if not values["CAMPFILL_REPORTING_URL"]:
        values |= _demo_api(Path(home))
    if not values["CAMPFILL_MACHINE"]:
        values["CAMPFILL_MACHINE"] = (
            re.sub(r"[^A-Za-z0-9._-]|^[^A-Za-z0-9]+", "", socket.gethostname())[:40] or "one"
        )
    if backups := values["CAMPFILL_BACKUP_DIR"]:
        values["CAMPFILL_BACKUP_DIR"] = absolute(backups)
    if (notify := values["CAMPFILL_NOTIFY"].strip()) and "://" not in notify:
        values["CAMPFILL_NOTIFY"] = absolute(notify)
    return values


def demo_api_file(home: Path) -> Path:
    """Where `campfill up --demo` says, as long as it runs, how its simulated API is reached."""
    return home / "demo-api.json"


def write_demo_api(home: Path, url: str, token: str) -> None:
    """Say it to other commands in the demo's home, and to nobody else on this machine."""
    file = demo_api_file(home)
    file.touch(mode=0o600)
    file.write_text(
        json.dumps({"CAMPFILL_REPORTING_URL": url, "CAMPFILL_REPORTING_TOKEN": token}), encoding="utf-8"
    )


def _demo_api(home: Path) -> dict[str, str]:
    try:
        told = json.loads(demo_api_file(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in told.items()}


def load_settings(environ: Mapping[str, str] | None = None, *, cwd: Path | None = None) -> Settings:
    """Read and validate the settings (see `read_values`). Raises SettingsError naming the variable and its mend.

    From then on this process counts in the home's currency (`language/currencies.py`).
    """
    values = read_values(environ, cwd=cwd)
    settings = Settings(
        **{name: setting.value(values[setting.variable]) for name, setting in _FIELDS.items()}
    )
    count_in(settings.currency)
    return settings
