"""What the operator can set: read once, frozen, passed on."""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from adapters.discord.access import DiscordAccess, read_shards
from adapters.documents.files import available
from adapters.slack.access import SlackAccess, SlackApp
from bot.settings_files import FILE, FOLDER, from_files
from conversations.catalogue import phrase
from conversations.ports import NotReadyError, StorageError
from conversations.reminders import Policy

SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")
SECRET_LENGTH = 32
HIGHEST_PORT = 65_535
_IN_A_WORKSPACE = re.compile(r"[A-Z0-9]+/[A-Z0-9]+")
DAYS = 36_500
"""A hundred years: more than that no calendar holds for long."""


def default_database_url() -> str:
    """Return the usual place for a person's data on this system."""
    return f"{SQLITE}{user_data_path('teamcheck', appauthor=False) / 'teamcheck.sqlite3'}"


class Settings(BaseSettings):
    """Settings from the environment, each named TEAMCHECK_ and its name; tokens as their platforms call them.

    What the environment does not say, files may.
    """

    model_config = SettingsConfigDict(env_prefix="TEAMCHECK_", frozen=True, populate_by_name=True)

    settings_file: Path | None = None
    """A TOML file with settings, each under the name that it has in the environment."""
    secrets_folder: Path | None = None
    """A folder with a file for each secret, called like its setting."""

    slack_bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    """The bot's token in its Slack workspace; begins with xoxb-."""
    slack_app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    """The Slack app's own token, with connections:write, for Socket Mode; begins with xapp-."""
    slack_signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    """What Slack signs its requests with; with it, the bot listens over HTTP, for every workspace that installs it."""
    slack_client_id: str | None = Field(None, validation_alias="SLACK_CLIENT_ID")
    """The app's id, for installing it."""
    slack_client_secret: SecretStr | None = Field(None, validation_alias="SLACK_CLIENT_SECRET")
    """And its secret."""
    slack_url: str = ""
    """How the world reaches the bot's HTTP: `https://bot.example`."""
    slack_address: str = "127.0.0.1:3000"
    """Where it listens for that: host and port; something in front of it speaks TLS."""
    slack_api_url: str = "https://slack.com/api/"
    """Where Slack's Web API is: another host for a government's Slack, or a test."""
    slack_admins: str = ""
    """Ids of Slack users, commas between, that may use `/teamcheck admin` beside the workspace's own admins.

    `U0123`, or with the workspace before it: `T0123/U0123`, which it has to be where many workspaces install the app.
    """
    discord_token: SecretStr | None = Field(None, validation_alias="DISCORD_TOKEN")
    """The bot's token at Discord."""
    discord_shards: str = ""
    """Which shards of a large Discord bot this process runs: `0-3/8`, or `auto`; empty: a small bot needs none."""
    discord_api_url: str = "https://discord.com/api/v10"
    """Where Discord's API is: another host, for a test."""
    packs: str = ""
    """Folders of packs that this bot asks with, beside its own; like PATH, a colon between two."""

    metrics_address: str = ""
    """Where /healthz, /readyz and /metrics answer: `127.0.0.1:9464`; empty: nowhere."""

    secret_key: SecretStr | None = None
    """What tokens are encrypted with; without it a key is made once, in a file beside the database."""
    new_secret_key: SecretStr | None = None
    """For `teamcheck database rekey` alone: what is to take the place of the secret."""
    database_url: str = Field(default_factory=default_database_url)
    """Where checks are kept: `sqlite:////absolute/path`, `sqlite:///relative/path`, or `postgresql://...`."""
    nudge_days: float = Field(3, gt=0, le=DAYS)
    """After how many days without a word an unfinished check is asked about, once."""
    park_days: float = Field(4, gt=0, le=DAYS)
    """And after how many more it is let be."""
    keep_unfinished_days: float = Field(180, ge=0, le=DAYS)
    """How long a check that was let be is kept; 0: for ever."""
    keep_finished_days: float = Field(365, ge=0, le=DAYS)
    """How long a finished check is kept after the last thing done with it; 0: for ever."""
    warn_days: float = Field(14, gt=0, le=DAYS)
    """How many days before its end the person is told."""
    uninstall_grace_days: float = Field(30, ge=0, le=DAYS)
    """How long everything is kept of a workspace that sent the bot away."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment go before what files say."""
        fields = setting_names()
        told = from_files(fields.keys() - {FILE, FOLDER})
        return (
            init_settings,
            env_settings,
            InitSettingsSource(settings_cls, {fields[name]: told[name] for name in told}),
        )

    @field_validator("secret_key", "new_secret_key")
    @classmethod
    def _long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and len(secret.get_secret_value()) < SECRET_LENGTH:
            raise ValueError(f"it is {SECRET_LENGTH} characters at least, and nothing that can be guessed")
        return secret

    @field_validator("metrics_address")
    @classmethod
    def _host_and_port(cls, text: str) -> str:
        if text and not 0 < address(text)[1] < 2**16:
            raise ValueError("it is a host and a port, like 127.0.0.1:9464")
        return text

    @field_validator("discord_shards")
    @classmethod
    def _shards(cls, text: str) -> str:
        if text:
            read_shards(text)
        return text

    @field_validator("slack_url")
    @classmethod
    def _reachable(cls, url: str) -> str:
        if url and (not _is_web_address(url) or urlsplit(url).path.strip("/")):
            raise ValueError("it is https:// and a host, and no path: https://bot.example")
        return url.rstrip("/")

    @field_validator("slack_api_url", "discord_api_url")
    @classmethod
    def _askable(cls, url: str) -> str:
        if not _is_web_address(url):
            raise ValueError("it is https:// and a host, and perhaps a path: https://slack.com/api/")
        return url

    @field_validator("slack_address")
    @classmethod
    def _address(cls, address: str) -> str:
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or int(port) > HIGHEST_PORT:
            raise ValueError("it is a host and a port: 127.0.0.1:3000")
        return address

    @field_validator("database_url")
    @classmethod
    def _known(cls, url: str, others: ValidationInfo) -> str:
        check_database_url(url)
        if url.startswith(POSTGRES) and others.data.get("secret_key") is None:
            # The processes that share a database share it; a file beside the database there is not.
            raise ValueError("with PostgreSQL, TEAMCHECK_SECRET_KEY has to be set, the same for every process")
        return url

    @property
    def is_shared(self) -> bool:
        """Whether several processes may share the database."""
        return self.database_url.startswith(POSTGRES)

    @property
    def database_path(self) -> Path:
        """The SQLite file.

        Raises:
            StorageError: it is another database.

        """
        if self.is_shared:
            raise StorageError(phrase("storage.not_a_file"))
        return Path(self.database_url.removeprefix(SQLITE))

    @property
    def uninstall_grace(self) -> timedelta:
        """How long a workspace that sent the bot away can come back to what it left."""
        return timedelta(days=self.uninstall_grace_days)

    @property
    def pack_folders(self) -> tuple[Path, ...]:
        """The folders of packs that the operator installed."""
        return tuple(Path(folder) for folder in self.packs.split(os.pathsep) if folder)

    @property
    def slack(self) -> SlackAccess | None:
        """How to reach Slack; None where it is not set up.

        Raises:
            NotReadyError: it is set up by half.

        """
        bot, socket = self.slack_bot_token, self.slack_app_token
        admins = frozenset(one.strip() for one in self.slack_admins.split(",") if one.strip())
        url = f"{self.slack_api_url.rstrip('/')}/"
        if app := self._slack_app:
            # Whoever is called so in one workspace is nobody's admin in another.
            if bare := sorted(one for one in admins if not _IN_A_WORKSPACE.fullmatch(one)):
                raise NotReadyError(phrase("run.slack_admins", names=", ".join(bare)))
            return SlackAccess(api_url=url, admins=admins, app=app)
        if not bot and not socket:
            return None
        if not bot or not socket:
            raise NotReadyError(phrase("run.slack_half", name="SLACK_APP_TOKEN" if bot else "SLACK_BOT_TOKEN"))
        return SlackAccess(bot.get_secret_value(), socket.get_secret_value(), url, admins)

    @property
    def slack_twice(self) -> bool:
        """Whether both ways to Slack are set up: the app for many workspaces wins."""
        return bool(self.slack_signing_secret and (self.slack_bot_token or self.slack_app_token))

    @property
    def _slack_app(self) -> SlackApp | None:
        """The app for many workspaces, where its signing secret is set; the rest alone is a mistake as well."""
        parts = {
            "SLACK_SIGNING_SECRET": self.slack_signing_secret and self.slack_signing_secret.get_secret_value(),
            "SLACK_CLIENT_ID": self.slack_client_id,
            "SLACK_CLIENT_SECRET": self.slack_client_secret and self.slack_client_secret.get_secret_value(),
        }
        if not any(parts.values()):
            return None
        parts["TEAMCHECK_SLACK_URL"] = self.slack_url
        if missing := [name for name, value in parts.items() if not value]:
            raise NotReadyError(phrase("run.slack_app_half", names=", ".join(missing)))
        signing, client, secret, url = (value or "" for value in parts.values())
        host, _, port = self.slack_address.rpartition(":")
        return SlackApp(signing, client, secret, host, int(port), url)

    @property
    def discord(self) -> DiscordAccess | None:
        """How to reach Discord; None where it is not set up."""
        token = self.discord_token
        if not token:
            return None
        shards = read_shards(self.discord_shards) if self.discord_shards else None
        return DiscordAccess(token.get_secret_value(), self.discord_api_url.rstrip("/"), shards)

    @property
    def policy(self) -> Policy:
        """When we write first, and how long a check is kept."""
        return Policy(
            nudge_after=timedelta(days=self.nudge_days),
            park_after=timedelta(days=self.park_days),
            keep_parked=timedelta(days=self.keep_unfinished_days) or None,
            keep_finished=timedelta(days=self.keep_finished_days) or None,
            warn_before=timedelta(days=self.warn_days),
            documents=available(),
        )


def setting_names() -> Mapping[str, str]:
    """Return the name of each setting in the environment, and the one by which its field is filled."""
    return {
        str(field.validation_alias or f"TEAMCHECK_{name.upper()}"): str(field.validation_alias or name)
        for name, field in Settings.model_fields.items()
    }


def check_database_url(url: str) -> None:
    """Refuse an address of a database that none can have.

    Raises:
        ValueError: with what it has to be, and nothing of what it is.

    """
    if not url.startswith((SQLITE, *POSTGRES)) or url in (SQLITE, *POSTGRES) or "\0" in url:
        raise ValueError(
            "it starts with sqlite:/// and goes on with a path, like sqlite:////home/me/checks.sqlite3, "
            "or is postgresql://user:password@host/name"
        )
    if url.startswith(SQLITE):
        path = Path(url.removeprefix(SQLITE))
        # What SQLite calls a database in memory is no file in which two programs could meet.
        if not path.name or str(path) == ":memory:":
            raise ValueError("what follows sqlite:/// is the path of a file, like sqlite:////home/me/checks.sqlite3")
        return
    try:
        parts = urlsplit(url)
        hosts = parts.netloc.rpartition("@")[2].split(",")
        behind = f"{parts.path}{parts.query}{parts.fragment}"
        usable = "@" not in behind and parts.netloc.count("@") <= 1 and all(map(_has_usable_port, hosts))
    except ValueError:
        usable = False
    if not usable:
        # Which of them it is cannot be told: a password may end where a host would.
        raise ValueError(
            "it is postgresql://user:password@host:port/name, where in the user and the password / # ? @ [ ] are "
            f"written %2F %23 %3F %40 %5B %5D, and the port is 1 to {HIGHEST_PORT} or left out"
        )


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _has_usable_port(host: str) -> bool:
    """Tell whether a host, of several that PostgreSQL may be at, has no port or one that there is."""
    try:
        return urlsplit(f"//{host}").port != 0
    except ValueError:
        return False


def address(text: str) -> tuple[str, int]:
    """Return host and port of an address; port 0 where it has none. An IPv6 host stands in brackets."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    return host, int(port) if host and port.isascii() and port.isdecimal() else 0
