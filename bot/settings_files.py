"""Settings out of files: one TOML file with any of them, and a folder with a file for each secret."""

import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from conversations.catalogue import phrase
from conversations.ports import NotReadyError

FILE, FOLDER = "TEAMCHECK_SETTINGS_FILE", "TEAMCHECK_SECRETS_FOLDER"


def from_files(names: Collection[str]) -> Mapping[str, Any]:
    """Return what the files say that the environment names, by the names of the settings; a secret's own file counts.

    Args:
        names: of every setting, as the environment has them.

    Raises:
        NotReadyError: a file cannot be read, is no TOML, or names a setting that there is not.

    """
    file, folder = os.environ.get(FILE), os.environ.get(FOLDER)
    return {**(_from_toml(Path(file), names) if file else {}), **(_from_folder(Path(folder), names) if folder else {})}


def _from_toml(file: Path, names: Collection[str]) -> Mapping[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unreadable(file, error) from None
    except UnicodeDecodeError:
        raise NotReadyError(phrase("settings.no_text", name=str(file))) from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is no error of TOML
        # Of its words only where: others may quote what stands there.
        where = str(error).rpartition("(at ")[2].rstrip(")")
        raise NotReadyError(phrase("settings.no_toml", name=str(file), where=where)) from None
    if unknown := sorted(values.keys() - set(names)):
        raise NotReadyError(phrase("settings.unknown", name=str(file), what=", ".join(unknown)))
    return values


def _from_folder(folder: Path, names: Collection[str]) -> Mapping[str, str]:
    """Return the content of each file that is called like a setting, in capitals or not; others are not ours."""
    known = set(names)
    try:
        files = [file for file in folder.iterdir() if file.name.upper() in known and file.is_file()]
    except OSError as error:
        raise _unreadable(folder, error) from None
    found = {}
    for file in files:
        try:
            found[file.name.upper()] = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise _unreadable(file, error) from None
        except UnicodeDecodeError:
            raise NotReadyError(phrase("settings.no_text", name=str(file))) from None
    return found


def _unreadable(path: Path, error: OSError) -> NotReadyError:
    return NotReadyError(phrase("settings.unreadable", name=str(path), why=error.strerror or ""))
