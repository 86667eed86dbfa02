"""Settings come from the environment, then `.env`, then defaults; a wrong one names itself and its mend."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin, get_type_hints

import pytest

from campfill_pipeline.commands import show_settings
from campfill_pipeline.domain import setting_values, weekdays
from campfill_pipeline.settings import (
    SETTINGS,
    Setting,
    Settings,
    SettingsError,
    demo_api_file,
    load_settings,
    write_demo_api,
)


def test_defaults_need_nothing(tmp_path: Path) -> None:
    settings = load_settings({}, cwd=tmp_path)
    assert settings.home == tmp_path / "campfill-data"
    assert settings.inbox == tmp_path / "campfill-data" / "inbox"
    assert settings.timezone.key == "Europe/Berlin"
    assert (settings.restate_days, settings.final_after_days, settings.settle_seconds) == (3, 3, 2.0)
    assert settings.bands.near_goal == Decimal("99.5")
    assert settings.database_url is None


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CAMPFILL_HOME=from-file\nCAMPFILL_RESTATE_DAYS=7\n")
    settings = load_settings({"CAMPFILL_HOME": "from-environment"}, cwd=tmp_path)
    assert settings.home == tmp_path / "from-environment"
    assert settings.restate_days == 7


def test_a_variable_set_to_nothing_means_its_default_whatever_the_env_file_says(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CAMPFILL_DATABASE_URL=postgresql://elsewhere/db\n")
    assert load_settings({"CAMPFILL_DATABASE_URL": ""}, cwd=tmp_path).database_url is None


def test_a_command_in_the_demos_home_knows_the_api_that_the_running_demo_simulates(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    home.mkdir()
    write_demo_api(home, "http://127.0.0.1:9", "of the demo")
    assert demo_api_file(home).stat().st_mode & 0o077 == 0
    settings = load_settings({"CAMPFILL_HOME": str(home)}, cwd=tmp_path)
    assert (settings.reporting_url, settings.current_token()) == ("http://127.0.0.1:9", "of the demo")
    own = load_settings({"CAMPFILL_HOME": str(home), "CAMPFILL_REPORTING_URL": "http://own"}, cwd=tmp_path)
    assert (own.reporting_url, own.current_token()) == ("http://own", None)
    demo_api_file(home).write_text("cut of")
    assert load_settings({"CAMPFILL_HOME": str(home)}, cwd=tmp_path).reporting_url is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CAMPFILL_TIMEZONE", "Berlin"),
        ("CAMPFILL_BANDS", "95,99,100"),
        ("CAMPFILL_BANDS", "a,b,c"),
        ("CAMPFILL_RESTATE_DAYS", "-1"),
        ("CAMPFILL_MAX_UPLOAD_MB", "many"),
        ("CAMPFILL_SETTLE_SECONDS", "nan"),
        ("CAMPFILL_TIMEZONE", "localtime"),
        ("CAMPFILL_FINAL_AFTER_DAYS", "99999999999"),
        ("CAMPFILL_RESTATE_DAYS", "100000"),
    ],
)
def test_a_wrong_value_names_its_variable(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load_settings({variable: value}, cwd=tmp_path)


def test_secrets_stay_out_of_the_representation(tmp_path: Path) -> None:
    environ = {"CAMPFILL_REPORTING_TOKEN": "s3cret", "CAMPFILL_DATABASE_URL": "postgresql://u:s3cret@h/d"}
    assert "s3cret" not in repr(load_settings(environ, cwd=tmp_path))


def test_every_setting_is_documented() -> None:
    assert all(setting.meaning and setting.reader.takes for setting in SETTINGS)


def test_the_reader_of_each_setting_gives_what_its_field_holds(tmp_path: Path) -> None:
    given = {
        "CAMPFILL_DATABASE_URL": "postgresql://host/d",
        "CAMPFILL_REPORTING_URL": "http://127.0.0.1:1/",
        "CAMPFILL_REPORTING_TOKEN": "s3cret",
        "CAMPFILL_HOLIDAYS": "de-by",
        "CAMPFILL_DOOR_HOSTS": "a.example, b.example",
    }
    off = {"CAMPFILL_HOLIDAYS": "none"}
    for settings in (load_settings({}, cwd=tmp_path), load_settings(given, cwd=tmp_path)):
        for name, hint in get_type_hints(Settings).items():
            kinds = (
                tuple(get_origin(kind) or kind for kind in get_args(hint))
                if get_origin(hint) is UnionType
                else ()
            )
            value = getattr(settings, name)
            assert isinstance(value, kinds or get_origin(hint) or hint), f"{name}: {value!r} is no {hint}"
    assert load_settings(off, cwd=tmp_path).holidays is None


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.variable)
def test_a_refused_value_is_told_with_what_the_page_says_it_takes(setting: Setting, tmp_path: Path) -> None:
    try:
        load_settings({setting.variable: "-1 / x"}, cwd=tmp_path)
    except SettingsError as error:
        shown = "********" if setting.secret else "-1 / x"
        assert error.problem == f"{setting.variable}='{shown}' cannot be used:"
        assert error.mend == f"give {setting.reader.takes}"
    else:
        assert setting.reader.takes in ("a path", "a text", "an address"), "it should have been refused"


def test_the_token_is_read_when_asked_and_the_environment_wins(tmp_path: Path) -> None:
    settings = load_settings({}, cwd=tmp_path)
    assert settings.current_token() is None
    settings.home.mkdir()
    settings.token_file.write_text("stored\n")
    assert settings.current_token() == "stored"
    assert load_settings({"CAMPFILL_REPORTING_TOKEN": "given"}, cwd=tmp_path).current_token() == "given"


def test_settings_show_where_the_database_is_but_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPFILL_HOME", str(tmp_path))
    monkeypatch.delenv("CAMPFILL_REPORTING_TOKEN", raising=False)
    (tmp_path / "reporting-token").write_text("s3cret")
    for address in ("postgresql://ann:s3:c@ret@host:5432/d", "postgresql://host/d?user=ann&password=s3cret"):
        monkeypatch.setenv("CAMPFILL_DATABASE_URL", address)
        shown = {fact["variable"]: str(fact["value"]) for fact in show_settings.facts()}
        assert "host" in shown["CAMPFILL_DATABASE_URL"] and "ann" in shown["CAMPFILL_DATABASE_URL"]
        assert "s3" not in shown["CAMPFILL_DATABASE_URL"]
        assert "campfill token" in shown["CAMPFILL_REPORTING_TOKEN"]


def test_the_usual_regions_are_known_without_asking_the_library_and_known_to_it(tmp_path: Path) -> None:
    for region in weekdays.USUAL:
        assert weekdays.calendar(region, date(2026, 3, 1)).kind(date(2026, 1, 1)) == weekdays.SUNDAY, region
    script = (
        "import sys; from campfill_pipeline.settings import load_settings; load_settings({'CAMPFILL_HOLIDAYS':"
        " 'DE-BY'}); print('holidays' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert told.stdout.strip() == "False"  # it would take 12 MB of every process, and a third of a second


def test_a_usual_timezone_is_known_without_a_walk_through_all_files_of_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def walk() -> set[str]:
        raise AssertionError("every command would open six hundred files")

    monkeypatch.setattr(setting_values, "available_timezones", walk)
    assert load_settings({"CAMPFILL_TIMEZONE": "America/New_York"}).timezone.key == "America/New_York"
    monkeypatch.setattr(setting_values, "available_timezones", lambda: {"Mars/Olympus", "Etc/UTC"})
    with pytest.raises(SettingsError):
        load_settings({"CAMPFILL_TIMEZONE": "Factory"})
    with pytest.raises(SettingsError):
        load_settings({"CAMPFILL_TIMEZONE": "../../etc/passwd"})
