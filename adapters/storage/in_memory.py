"""Sessions in this process. It serialises on every write, so that what cannot be saved fails here as well."""

from collections.abc import Sequence

from conversations.ports import Commit
from conversations.session import Check, Person, Session, SessionKey
from conversations.snapshot import dump_check, dump_person, load_check, load_person


class InMemoryStore:
    """A SessionStore that ends with the process."""

    def __init__(self) -> None:
        self._people: dict[SessionKey, str] = {}
        self._checks: dict[tuple[SessionKey, str], str] = {}
        self._packs: dict[str, str] = {}

    async def load(self, key: SessionKey, check: str | None = None) -> Session:
        """Return the person and one of their checks."""
        body = self._people.get(key)
        person = load_person(body) if body else Person(key)
        found = self._checks.get((key, check or person.current_check or ""))
        return Session(person, load_check(found) if found else None)

    async def commit(self, before: Session, after: Session) -> Commit:
        """Write what changed, or nothing."""
        key = after.person.key
        person = await self.load(key)
        check = (await self.load(key, after.check.id)).check if after.check else None
        if after.person != before.person and person.person.revision != before.person.revision:
            return Commit.STALE
        if after.check and after.check != before.check:
            same = before.check is not None and before.check.id == after.check.id
            if (check.revision if check else None) != (before.check.revision if before.check and same else None):
                return Commit.STALE
            self._checks[key, after.check.id] = dump_check(after.check)
        if after.person != before.person:
            self._people[key] = dump_person(after.person)
        return Commit.SAVED

    async def checks(self, key: SessionKey) -> Sequence[Check]:
        """Return a person's checks, the one changed last first."""
        mine = [load_check(body) for (owner, _), body in self._checks.items() if owner == key]
        return sorted(sorted(mine, key=lambda check: check.id), key=lambda check: check.changed_at, reverse=True)

    async def keep_pack(self, name: str, body: str) -> None:
        """Keep a questionnaire."""
        self._packs.setdefault(name, body)

    async def pack(self, name: str) -> str | None:
        """Return a questionnaire that was kept."""
        return self._packs.get(name)

    async def forget(self, key: SessionKey) -> int:
        """Erase everything about a person."""
        mine = [found for found in self._checks if found[0] == key]
        for found in mine:
            del self._checks[found]
        self._people.pop(key, None)
        named = {load_check(body).pack for body in self._checks.values()}
        self._packs = {name: body for name, body in self._packs.items() if name in named}
        return len(mine)
