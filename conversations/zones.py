"""Which time zone somebody means: "Berlin", "America/New_York", 上海."""

import re
from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from rapidfuzz import fuzz, process

from conversations.catalogue import Catalogue, locale_of
from conversations.reading_answers import normalise

_REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_NEAR = 75
"""Similarity, of 100, from which a name is offered."""
_OFFERED = 3


def is_zone(name: str) -> bool:
    """Tell whether it is the name of a time zone."""
    return name in _zones()


def find_zone(said: str, catalogue: Catalogue, language: str) -> str | None:
    """Return the zone of a city or of an IANA name."""
    return _by_name(catalogue, language).get(_plain(said))


def near_zones(said: str, catalogue: Catalogue, language: str) -> tuple[str, ...]:
    """Return the zones whose names are like what was said."""
    names = _by_name(catalogue, language)
    ranked = process.extract(_plain(said), names.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=2 * _OFFERED)
    return tuple(dict.fromkeys(names[name] for name, _, _ in ranked))[:_OFFERED]


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", normalise(name))


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if name == "UTC" or name.partition("/")[0] in _REGIONS)


def _by_name(catalogue: Catalogue, language: str) -> Mapping[str, str]:
    """Return every name that stands for a zone: its own, its city, and that in the person's language."""
    said = catalogue.words_below("words.zones", language)
    return {**_of_locale(locale_of(language)), **{_plain(word): zone for zone, words in said.items() for word in words}}


@cache
def _of_locale(locale: Locale) -> Mapping[str, str]:
    names = {}
    # Deeper names first: where a city is in two of them, the shorter one stands.
    for zone in sorted(_zones(), key=lambda one: (-one.count("/"), one)):
        city = locale.time_zones.get(zone, {}).get("city")
        for name in (zone.rpartition("/")[2], city, zone):
            if name:
                names[_plain(name)] = zone
    return names
