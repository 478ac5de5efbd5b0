"""People, their checks and their messages in this process.

It serialises on every write, so that what cannot be saved fails here as well.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from conversations.messages import DeadLetter, InteractionReply, Message, Outgoing, Receipt, Withdrawal
from conversations.ports import Commit, DueCheck, Work
from conversations.session import Check, Person, Session, SessionKey
from conversations.snapshot import dump_check, dump_message, dump_person, load_check, load_message, load_person

KEPT = timedelta(days=30)
"""How long event ids, tombstones and dead letters are kept."""
_AT_ONCE = datetime.min.replace(tzinfo=UTC)
_PUT_OFF_AT_MOST = timedelta(hours=2)


@dataclass
class _Row:
    id: int
    key: SessionKey
    body: str
    token: str
    kind: str
    farewell: bool
    due: datetime
    created: datetime
    attempts: int = 0
    parts_sent: int = 0
    reason: str | None = None
    told: bool = False

    def is_due(self, now: datetime) -> bool:
        """Tell whether it may be sent: a clock that was set back since holds nothing up."""
        return not now < self.due <= now + _PUT_OFF_AT_MOST

    @property
    def failed(self) -> bool:
        """Whether it is a dead letter that the person has to be told of."""
        return self.reason is not None and not self.told and self.kind != "withdrawal"


class InMemoryStore:
    """A SessionStore that ends with the process."""

    def __init__(self) -> None:
        self._people: dict[SessionKey, str] = {}
        self._checks: dict[tuple[SessionKey, str], str] = {}
        self._due: dict[tuple[SessionKey, str], datetime] = {}
        self._packs: dict[str, str] = {}
        self._seen: dict[tuple[str, str], datetime] = {}
        self._tombstones: dict[SessionKey, tuple[datetime, bool]] = {}
        self.outbox = InMemoryOutbox()

    async def load(self, key: SessionKey, check: str | None = None) -> Session:
        """Return the person and one of their checks."""
        body = self._people.get(key)
        left_alone = key in self._tombstones and self._tombstones[key][1]
        person = load_person(body) if body else Person(key, left_alone=left_alone)
        found = self._checks.get((key, check or person.current_check or ""))
        undelivered = sum(row.failed for row in self.outbox.of(key))
        return Session(person, load_check(found) if found else None, undelivered=undelivered)

    async def commit(self, work: Work) -> Commit:
        """Write what one turn changed, or nothing."""
        key, check = work.after.person.key, work.after.check
        if work.event and self._was_seen(key, work.event, work.at):
            return Commit.DUPLICATE
        if self._is_stale(work):
            return Commit.STALE
        if work.event:
            self._seen[key.platform, work.event] = work.at
        if work.after.person != work.before.person:
            self._people[key] = dump_person(work.after.person)
        if check:
            self._write(key, check, work)
        if work.pack:
            self._packs.setdefault(*work.pack)
        if work.told:
            for row in self.outbox.of(key):
                row.told = row.told or row.reason is not None
        for message in work.messages:
            self.outbox.add(key, message, work.at)
        return Commit.SAVED

    def _was_seen(self, key: SessionKey, event: str, at: datetime) -> bool:
        erased = self._tombstones.get(key)
        return (key.platform, event) in self._seen or (erased is not None and at <= erased[0])

    def _is_stale(self, work: Work) -> bool:
        before, after = work.before, work.after
        key = after.person.key
        if after.person != before.person:
            body = self._people.get(key)
            if (load_person(body).revision if body else 0) != before.person.revision:
                return True
        if after.check and (after.check != before.check or work.expired):
            body = self._checks.get((key, after.check.id))
            same = before.check is not None and before.check.id == after.check.id
            return (load_check(body).revision if body else None) != (
                before.check.revision if before.check and same else None
            )
        return False

    def _write(self, key: SessionKey, check: Check, work: Work) -> None:
        place = (key, check.id)
        self._due.pop(place, None)
        if work.expired:
            del self._checks[place]
            return
        if check != work.before.check:
            self._checks[place] = dump_check(check)
        if work.due and place in self._checks:
            self._due[place] = work.due

    async def checks(self, key: SessionKey) -> Sequence[Check]:
        """Return a person's checks, the one changed last first."""
        mine = [load_check(body) for (owner, _), body in self._checks.items() if owner == key]
        return sorted(sorted(mine, key=lambda check: check.id), key=lambda check: check.changed_at, reverse=True)

    async def due(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[DueCheck]:
        """Return checks whose time has come."""
        due = [(at, place) for place, at in self._due.items() if at <= now and place[0].platform in platforms]
        return [DueCheck(*place) for _, place in sorted(due, key=lambda one: one[0])[:limit]]

    async def pack(self, name: str) -> str | None:
        """Return a questionnaire that was kept."""
        return self._packs.get(name)

    async def erase(
        self, key: SessionKey, at: datetime, event: str | None = None, farewell: Message | None = None
    ) -> Commit:
        """Erase everything about a person."""
        if event and (key.platform, event) in self._seen:
            return Commit.DUPLICATE
        if event:
            self._seen[key.platform, event] = at
        if key in self._people:
            earlier = self._tombstones[key][0] if key in self._tombstones else at
            self._tombstones[key] = (max(at, earlier), load_person(self._people.pop(key)).left_alone)
        for place in [place for place in self._checks if place[0] == key]:
            del self._checks[place]
            self._due.pop(place, None)
        self._drop_packs()
        self.outbox.erase(key, at, farewell)
        return Commit.SAVED

    def _drop_packs(self) -> None:
        named = {load_check(body).pack for body in self._checks.values()} | self.outbox.packs()
        self._packs = {name: body for name, body in self._packs.items() if name in named}

    async def held(self, key: SessionKey) -> str:
        """Return everything that is stored about a person, as JSON."""
        checks = [json.loads(body) for (owner, _), body in self._checks.items() if owner == key]
        tables = {
            "people": [{"body": json.loads(self._people[key])}] if key in self._people else [],
            "checks": [{"body": body} for body in checks],
            "outbox": [{"body": json.loads(row.body)} for row in self.outbox.of(key)],
            "sent_messages": [{"channel": one.channel, "message": one.message} for one in self.outbox.receipts(key)],
        }
        return json.dumps(tables, ensure_ascii=False, indent=1)

    async def tidy(self, now: datetime) -> None:
        """Let go of what has served its time."""
        self._seen = {event: at for event, at in self._seen.items() if at > now - KEPT}
        self._tombstones = {key: one for key, one in self._tombstones.items() if one[1] or one[0] > now - KEPT}
        self.outbox.tidy(now - KEPT)
        self._drop_packs()


class InMemoryOutbox:
    """An Outbox that ends with the process."""

    def __init__(self) -> None:
        self._rows: dict[int, _Row] = {}
        self._receipts: dict[SessionKey, list[Receipt]] = {}
        self._last = 0

    def of(self, key: SessionKey) -> list[_Row]:
        """Return a person's rows."""
        return [row for row in self._rows.values() if row.key == key]

    def packs(self) -> set[str | None]:
        """Return the packs that messages are still to be worded with."""
        return {load_message(row.body).pack for row in self._rows.values()}

    def receipts(self, key: SessionKey) -> list[Receipt]:
        """Return where a person's messages are."""
        return self._receipts.get(key, [])

    def add(self, key: SessionKey, message: Message, at: datetime) -> None:
        """Put a message into the outbox."""
        self._last += 1
        token = message.to.token if isinstance(message.to, InteractionReply) else ""
        row = _Row(self._last, key, dump_message(message), token, message.to.kind, message.farewell, _AT_ONCE, at)
        self._rows[row.id] = row

    def erase(self, key: SessionKey, at: datetime, farewell: Message | None) -> None:
        """Erase a person's rows; leave orders to withdraw what was sent, then the farewell."""
        for row in self.of(key):
            if row.kind != "withdrawal":
                del self._rows[row.id]
        for receipt in self._receipts.pop(key, []):
            self.add(key, Message(Withdrawal(receipt.channel, receipt.message)), at)
        if farewell:
            self.add(key, replace(farewell, farewell=True), at)

    def tidy(self, before: datetime) -> None:
        """Let old dead letters go."""
        self._rows = {n: row for n, row in self._rows.items() if row.reason is None or row.created > before}

    async def waiting(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[SessionKey]:
        """Return conversations whose oldest message is due."""
        oldest: dict[SessionKey, _Row] = {}
        for row in self._rows.values():
            if row.reason is None and row.key.platform in platforms:
                oldest.setdefault(row.key, row)
        due = sorted((row for row in oldest.values() if row.is_due(now)), key=lambda row: (row.due, row.id))
        return [row.key for row in due[:limit]]

    async def claim(self, key: SessionKey, now: datetime) -> Outgoing | None:
        """Take the oldest message of a conversation, if it is due."""
        row = next((row for row in self.of(key) if row.reason is None), None)
        if row is None or not row.is_due(now):
            return None
        dead = sum(one.reason is not None and one.kind == "withdrawal" for one in self.of(key))
        message = load_message(row.body, row.token)
        return Outgoing(row.id, key, message, row.parts_sent, row.attempts, dead if row.farewell else 0)

    async def part_sent(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> bool:
        """Note that the next part of a message was sent."""
        there = self._rows.get(row.id)
        if there:
            there.parts_sent = row.parts_sent + 1
        self._keep(row, receipt, at, erased=there is None)
        return there is not None

    async def settle(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> None:
        """Note that the last part was sent."""
        there = self._rows.pop(row.id, None)
        self._keep(row, receipt, at, erased=there is None)
        if row.message.farewell:
            for one in self.of(row.key):
                if one.kind == "withdrawal" and one.reason is not None:
                    del self._rows[one.id]

    def _keep(self, row: Outgoing, receipt: Receipt | None, at: datetime, *, erased: bool) -> None:
        to = row.message.to
        mine = self._receipts.setdefault(row.key, [])
        if isinstance(to, Withdrawal):
            mine[:] = [one for one in mine if one != Receipt(to.channel, to.message)]
        elif receipt and erased:
            self.add(row.key, Message(Withdrawal(receipt.channel, receipt.message)), at)
        elif receipt and not row.message.farewell and receipt not in mine:
            mine.append(receipt)

    async def drop(self, row: Outgoing) -> None:
        """Let a message go that is of no use any more."""
        self._rows.pop(row.id, None)

    async def put_off(self, row: Outgoing, until: datetime, attempts: int) -> None:
        """Try again later."""
        if row.id in self._rows:
            self._rows[row.id].due, self._rows[row.id].attempts = until, attempts

    async def give_up(self, row: Outgoing, reason: str) -> None:
        """Make it a dead letter."""
        if row.id in self._rows:
            there = self._rows[row.id]
            there.reason, there.token, there.attempts = reason, "", there.attempts + 1

    async def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """Return messages that were given up, the newest first."""
        dead = [row for row in reversed(self._rows.values()) if row.reason is not None]
        return [
            DeadLetter(row.id, row.key, row.kind, row.reason or "", row.attempts, row.created.astimezone(UTC))
            for row in dead[:limit]
        ]

    async def retry(self, row: int | None, now: datetime) -> int:
        """Put a dead letter, or all of them, into the outbox again."""
        wanted = [one for one in self._rows.values() if row in (None, one.id)]
        dead = [one for one in wanted if one.reason and one.kind != "interaction"]
        for one in dead:
            one.reason, one.told, one.attempts, one.due = None, False, 0, now
        return len(dead)
