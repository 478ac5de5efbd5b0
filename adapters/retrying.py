"""How long a platform wants to be let alone."""

import math
from datetime import timedelta

LONGEST = timedelta(hours=1)
"""Longer than either platform ever asks for: what says more is no platform, or is mistaken."""


def retry_after(header: str | None, otherwise: float) -> float:
    """Read a Retry-After, in seconds; what is none, or a proxy's own idea of one, counts as `otherwise`."""
    try:
        seconds = float(header or otherwise)
    except ValueError:
        return otherwise
    return min(seconds, LONGEST.total_seconds()) if math.isfinite(seconds) and seconds >= 0 else otherwise
