"""How to speak to somebody of whom nothing is kept: in which language, and by which clock."""

from collections.abc import Collection
from dataclasses import replace

from conversations.catalogue import ENGLISH, spoken
from conversations.events import Administered, Event, LookedHome, Opened, Pressed, Typed
from conversations.session import Session
from conversations.zones import is_zone


def introduced(session: Session, event: Event, languages: Collection[str]) -> Session:
    """Lay out somebody new as their platform tells of them. It counts as nothing said: by itself it is not saved."""
    person = session.person
    if person.revision or not isinstance(event, Opened | Typed | Pressed | LookedHome | Administered):
        return session
    tags = filter(None, (event.language, session.workspace.language))
    language = next(filter(None, (spoken(tag, languages) for tag in tags)), ENGLISH)
    zone = event.zone if event.zone and is_zone(event.zone) else person.zone
    return replace(session, person=replace(person, language=language, zone=zone))
