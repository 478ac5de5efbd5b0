"""What the operator can set: read once, frozen, passed on."""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SQLITE = "sqlite:///"


def default_database_url() -> str:
    """Return the usual place for a person's data on this system."""
    return f"{SQLITE}{user_data_path('teamcheck', appauthor=False) / 'teamcheck.sqlite3'}"


class Settings(BaseSettings):
    """Settings from the environment, each named TEAMCHECK_ and its name."""

    model_config = SettingsConfigDict(env_prefix="TEAMCHECK_", frozen=True)

    database_url: str = Field(default_factory=default_database_url)
    """Where checks are kept: `sqlite:////absolute/path`, or `sqlite:///relative/path`."""

    @field_validator("database_url")
    @classmethod
    def _known(cls, url: str) -> str:
        if not url.startswith(SQLITE) or url == SQLITE:
            raise ValueError(
                "it starts with sqlite:/// and goes on with a path, like sqlite:////home/me/checks.sqlite3"
            )
        return url

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return Path(self.database_url.removeprefix(SQLITE))
