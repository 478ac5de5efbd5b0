"""Settings out of the environment and out of files, and what is said where they are no good."""

import shutil
from pathlib import Path

import pytest
import typer

from bot.exits import Exit, in_one_line
from bot.settings import Settings, address, setting_names
from conversations.catalogue import phrase
from tests.dialogue import core
from tests.end_to_end.program import say

TOKEN = "xoxb-Zyxwvutsr"  # noqa: S105  nobody's


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "teamcheck.toml"
    monkeypatch.setenv("TEAMCHECK_SETTINGS_FILE", str(path))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "secrets"
    path.mkdir()
    monkeypatch.setenv("TEAMCHECK_SECRETS_FOLDER", str(path))
    return path


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    """Read the settings, and return the one line by which they are refused."""
    with pytest.raises(typer.Exit) as left, in_one_line(core().catalogue, "en"):
        Settings()
    assert left.value.exit_code == Exit.SETTINGS
    line, nothing = capsys.readouterr().err.split("\n")
    assert nothing == ""
    return line


def test_every_setting_can_stand_in_the_file_under_its_name_in_the_environment(file: Path) -> None:
    file.write_text(
        f'SLACK_BOT_TOKEN = "{TOKEN}"\nSLACK_APP_TOKEN = "xapp"  # both\nTEAMCHECK_NUDGE_DAYS = 1.5\n'
        'TEAMCHECK_PACKS = "/a:/b"\n',
        encoding="utf-8",
    )
    settings = Settings()
    assert settings.slack is not None
    assert settings.slack.bot_token == TOKEN
    assert (settings.nudge_days, settings.pack_folders) == (1.5, (Path("/a"), Path("/b")))


def test_a_secret_may_have_a_file_of_its_own_in_capitals_or_not(folder: Path) -> None:
    (folder / "discord_token").write_text(f"{TOKEN}\n")
    (folder / "TEAMCHECK_SECRET_KEY").write_text("k" * 32)
    (folder / "another-programs").write_text("\xff")
    (folder / "SLACK_BOT_TOKEN").mkdir()
    settings = Settings()
    assert settings.discord is not None
    assert settings.discord.token == TOKEN
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "k" * 32


def test_the_environment_goes_before_a_secret_and_that_before_the_file(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('DISCORD_TOKEN = "file"\nTEAMCHECK_PARK_DAYS = 5\nTEAMCHECK_NUDGE_DAYS = 6\n')
    (folder / "DISCORD_TOKEN").write_text("folder")
    (folder / "TEAMCHECK_NUDGE_DAYS").write_text("7")
    monkeypatch.setenv("TEAMCHECK_NUDGE_DAYS", "8")
    settings = Settings()
    assert settings.discord is not None
    assert (settings.discord.token, settings.park_days, settings.nudge_days) == ("folder", 5, 8)


def test_a_file_that_is_not_there_or_no_text_or_no_toml_is_one_line(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = say(phrase("settings.unreadable", name=str(file), why="No such file or directory"))
    assert refused(capsys) == told
    file.write_bytes(b"\xff\xfe")
    assert refused(capsys) == say(phrase("settings.no_text", name=str(file)))
    file.write_text(f"A = 1\nSLACK_BOT_TOKEN = {TOKEN}\n")
    line = refused(capsys)
    assert line == say(phrase("settings.no_toml", name=str(file), where="line 2, column 19"))
    file.write_text(f"A = {'[' * 100_000}")
    assert refused(capsys).startswith(f"{file} is no TOML")


def test_a_name_that_is_no_setting_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('SLACK_TOKEN = "Zyxwvutsr"\nTEAMCHECK_NUDGE_DAYS = 3\nTEAMCHECK_SETTINGS_FILE = "another"\n')
    names = "SLACK_TOKEN, TEAMCHECK_SETTINGS_FILE"
    assert refused(capsys) == say(phrase("settings.unknown", name=str(file), what=names))


def test_a_value_that_cannot_be_used_is_told_by_its_name_and_never_shown(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (
        ("TEAMCHECK_NUDGE_DAYS", '"Zyxwvutsr"'),
        ("TEAMCHECK_SECRET_KEY", '"Zyxwvutsr"'),
        ("SLACK_BOT_TOKEN", '["Zyxwvutsr"]'),
        ("TEAMCHECK_METRICS_ADDRESS", '"Zyxwvutsr:x"'),
    ):
        file.write_text(f"{name} = {value}\n")
        line = refused(capsys)
        assert line.startswith(f"{name} cannot be used: ")
        assert "Zyxwvutsr" not in line


def test_a_folder_of_secrets_that_is_not_there_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(folder)
    assert refused(capsys) == say(phrase("settings.unreadable", name=str(folder), why="No such file or directory"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:80", ("::1", 80)),
        ("localhost", ("", 0)),
        (":80", ("", 0)),
        ("host:", ("host", 0)),
        ("host:-1", ("host", 0)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, found: tuple[str, int]) -> None:
    assert address(text) == found if found[1] else address(text)[1] == 0


@pytest.mark.parametrize(
    "url",
    [
        *(f"postgresql://me:Zyx{odd}wvutsr@host/name" for odd in "/#?@["),
        "postgresql://me:1/Zyxwvutsr@host/name",
        "postgresql://me:Zyxwvutsr@[host/name",
        *(f"postgresql://me:Zyxwvutsr@host:{port}/name" for port in ("x", "99999", "-1", "0")),
        "postgresql://me:Zyxwvutsr@host:5432,other:99999/name",
    ],
)
def test_an_address_of_postgresql_that_cannot_be_read_is_told_with_what_to_do(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEAMCHECK_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("TEAMCHECK_DATABASE_URL", url)
    line = refused(capsys)
    assert line.startswith("TEAMCHECK_DATABASE_URL cannot be used: it is postgresql://user:password@host:port/name")
    assert "%2F %23 %3F %40" in line
    for part in ("Zyx", "wvutsr"):
        assert part not in line


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:a%2Fb%40c@host/name",
        "postgres://me@[::1]:5432/name?sslmode=require",
        "postgresql://me:a:b@one:5432,other:5433/name",
        "postgresql://me:@/name?host=/run/postgresql",
        "sqlite:///:memory:.sqlite3",
    ],
)
def test_other_addresses_of_a_database_are_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMCHECK_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("TEAMCHECK_DATABASE_URL", url)
    assert Settings().database_url == url


@pytest.mark.parametrize("url", ["sqlite:///:memory:", "sqlite:///./:memory:", "sqlite:////", "sqlite:///."])
def test_a_database_that_would_be_no_file_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEAMCHECK_DATABASE_URL", url)
    assert "is the path of a file" in refused(capsys)


def test_an_address_with_a_nul_in_it_is_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for url in ("sqlite:///a\\u0000b", "postgresql://me@ho\\u0000st/name"):
        file.write_text(f'TEAMCHECK_DATABASE_URL = "{url}"\nTEAMCHECK_SECRET_KEY = "{"k" * 32}"\n')
        assert refused(capsys).startswith("TEAMCHECK_DATABASE_URL cannot be used: it starts with sqlite:///")


@pytest.mark.parametrize("name", ["TEAMCHECK_SLACK_API_URL", "TEAMCHECK_DISCORD_API_URL", "TEAMCHECK_SLACK_URL"])
@pytest.mark.parametrize("url", ["http://[Zyxwvutsr", "http://Zyxwvutsr:99999", "https:///api", "ftp://Zyxwvutsr"])
def test_an_address_of_a_platform_is_one_that_can_be_asked(
    name: str, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, url)
    line = refused(capsys)
    assert line.startswith(f"{name} cannot be used: it is https:// and a host")
    assert "Zyxwvutsr" not in line
