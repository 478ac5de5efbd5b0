"""What an owner may choose for a copy before it is posted: what of it is seen, and for how long."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from conversations.catalogue import Phrase, phrase
from conversations.redaction import HIDEABLE, SHOWN, Shows
from conversations.session import Review, Share

_DAYS = (7, 30)


def _show(kind: Shows, share: Share) -> Share:
    if kind in SHOWN:
        return replace(share, hidden=tuple(one for one in share.hidden if one != kind))
    return replace(share, shown=tuple(dict.fromkeys((*share.shown, kind))))


def _hide(kind: Shows, share: Share) -> Share:
    if kind in SHOWN:
        return replace(share, hidden=tuple(dict.fromkeys((*share.hidden, kind))))
    return replace(share, shown=tuple(one for one in share.shown if one != kind))


def _keep_for(days: int | None, share: Share) -> Share:
    return replace(share, days=days)


CHOICES: Mapping[str, Callable[[Share], Share]] = {
    **{
        f"{act}_{kind}": partial(how, kind)
        for kind in (*HIDEABLE, *SHOWN)
        for act, how in (("show", _show), ("hide", _hide))
    },
    **{f"for_{days}": partial(_keep_for, days) for days in _DAYS},
    "for_good": partial(_keep_for, None),
    "ask_review": lambda share: share if share.review else replace(share, review=Review(share.at)),
    "no_review": lambda share: replace(share, review=None),
    "pass_on": lambda share: replace(share, onward=True),
    "no_pass_on": lambda share: replace(share, onward=False),
}
"""How buttons and words call each choice, and what it does. Labels: `share.choices`; words: `words.sharing`."""
TO_MENTORS = ("ask_review", "pass_on")
"""Those that need mentors."""


def offered(share: Share, *, mentors: bool) -> tuple[str, ...]:
    """Return the choices that would change something, those that need mentors where there are some."""
    names = (name for name in CHOICES if mentors or name not in TO_MENTORS)
    return tuple(name for name in names if CHOICES[name](share) != share)


def hidden(share: Share) -> tuple[Phrase, ...]:
    """Name what is left out of a copy."""
    left_out = (
        *(kind for kind in HIDEABLE if kind not in share.shown),
        *(kind for kind in SHOWN if kind in share.hidden),
    )
    return tuple(phrase(f"share.kinds.{kind}") for kind in left_out)


def holds(share: Share) -> tuple[Phrase, ...]:
    """Say, line by line, how a copy would be shared."""
    review, onward = "asked" if share.review else "not_asked", "onward" if share.onward else "not_onward"
    return (
        phrase("share.left_out", hidden=hidden(share) or (phrase("share.nothing"),)),
        how_long(share),
        *((phrase(f"share.review_{review}"), phrase(f"share.{onward}")) if share.review or share.onward else ()),
    )


def how_long(share: Share) -> Phrase:
    """Say until when a copy stands."""
    return phrase("share.for_days", n=share.days) if share.days else phrase("share.for_good")
