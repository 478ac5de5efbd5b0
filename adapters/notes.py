"""Notes for the operator: an event by its name, with numbers and short codes, and never anything that a person said."""

import logging
import re

LOGGER = "teamcheck"
_CODE = re.compile(r"[a-z0-9_.]{1,64}")
"""Error codes of platforms, keys of our sentences and marks are no more than that; tokens, names and prose are."""


def note(event: str, error: BaseException | None = None, **fields: str | float) -> None:
    """Log an event by its name. A text among the fields is a short code, or it is left out.

    Args:
        event: a name, like turn_failed.
        error: its type and places are told.
        fields: numbers and codes.

    """
    level = logging.ERROR if error else logging.INFO
    told = {name: _safe(value) for name, value in fields.items()}
    logging.getLogger(LOGGER).log(level, event, extra={"told": told}, exc_info=error)


def _safe(value: str | float) -> str | float:
    return value if not isinstance(value, str) or _CODE.fullmatch(value) else "(left out)"
