"""People, their checks and their messages in this process.

It serialises on every write, so that what cannot be saved fails here as well.
"""

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from adapters.storage.records import claims_in, remarks_in
from adapters.storage.vaults import InMemoryVault
from conversations.budgets import Budget, spent
from conversations.messages import (
    Backlog,
    DeadLetter,
    DirectMessage,
    InChannel,
    InteractionReply,
    Message,
    Outgoing,
    Receipt,
    Withdrawal,
)
from conversations.ports import AskedReview, Commit, DueCheck, Work
from conversations.session import Check, Person, ReviewState, Session, SessionKey
from conversations.snapshot import (
    dump_check,
    dump_message,
    dump_person,
    dump_workspace,
    load_check,
    load_message,
    load_person,
    load_workspace,
)
from conversations.workspace import Workspace

KEPT = timedelta(days=30)
"""How long event ids, tombstones and dead letters are kept."""
_AT_ONCE = datetime.min.replace(tzinfo=UTC)
_PUT_OFF_AT_MOST = timedelta(hours=2)
Place = tuple[str, str]
"""A workspace of a platform."""


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
    share: str | None = None
    replaces: Receipt | None = None

    def is_due(self, now: datetime) -> bool:
        """Tell whether it may be sent: a clock that was set back since holds nothing up."""
        return not now < self.due <= now + _PUT_OFF_AT_MOST

    @property
    def failed(self) -> bool:
        """Whether it is a dead letter that the person has to be told of."""
        return self.reason is not None and not self.told and self.kind != "withdrawal"


@dataclass
class _SentMessage:
    channel: str
    message: str
    at: datetime
    check: str | None = None
    asked: int | None = None
    share: str | None = None
    part: int = 0
    place: str | None = None

    @property
    def number(self) -> tuple[int, str]:
        """Tell which of the platform's messages is the newest: their numbers rise, and our clock may be set back."""
        return len(self.message), self.message

    @property
    def where(self) -> tuple[str, str]:
        """The platform's address of it."""
        return self.channel, self.message

    def asks_before(self, message: Message) -> bool:
        """Tell whether it asks for an earlier state of the check that a message is about."""
        return self.asked is not None and self.check == message.check and self.asked < message.asked


class InMemoryStore:
    """A SessionStore that ends with the process."""

    def __init__(self) -> None:
        self._people: dict[SessionKey, str] = {}
        self._checks: dict[tuple[SessionKey, str], str] = {}
        self._due: dict[tuple[SessionKey, str], datetime] = {}
        self._packs: dict[str, str] = {}
        self._seen: dict[tuple[str, str], datetime] = {}
        self._tombstones: dict[SessionKey, tuple[datetime, bool]] = {}
        self._workspaces: dict[Place, str] = {}
        self._kept: dict[str, str] = {}
        self.outbox = InMemoryOutbox()
        self.vault = InMemoryVault()

    async def load(self, key: SessionKey, check: str | None = None, place: str | None = None) -> Session:
        """Return the person and one of their checks."""
        body = self._people.get(key)
        left_alone = key in self._tombstones and self._tombstones[key][1]
        person = load_person(body) if body else Person(key, left_alone=left_alone)
        found = self._checks.get((key, check or person.current_check or ""))
        undelivered = sum(row.failed for row in self.outbox.of(key))
        return Session(
            person,
            load_check(found) if found else None,
            undelivered=undelivered,
            workspace=self._rules((key.platform, place or key.workspace)),
        )

    def _rules(self, place: tuple[str, str]) -> Workspace:
        body = self._workspaces.get(place)
        return load_workspace(body) if body else Workspace()

    async def commit(self, work: Work) -> Commit:
        """Write what one turn changed, or nothing."""
        key = work.after.person.key
        if work.event and self._was_seen(key, work.event, work.at):
            return Commit.DUPLICATE
        if self._is_stale(work) or any((key, check.id) in self._checks for check in work.brought):
            return Commit.STALE
        if work.event:
            self._seen[key.platform, work.event] = work.at
        self._write(work)
        for check in work.brought:
            self._checks[key, check.id] = dump_check(check)
        for pack in filter(None, (work.pack, *work.packs)):
            self._packs.setdefault(*pack)
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
        if after.workspace != before.workspace and self._rules(_place(key)).revision != before.workspace.revision:
            return True
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

    def _write(self, work: Work) -> None:
        key, after = work.after.person.key, work.after
        if after.person != work.before.person:
            self._people[key] = dump_person(after.person)
        if after.workspace != work.before.workspace:
            self._workspaces[_place(key)] = dump_workspace(after.workspace)
        if after.check:
            self._write_check(key, after.check, work)

    def _write_check(self, key: SessionKey, check: Check, work: Work) -> None:
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
        due = [
            (at, one)
            for one, at in self._due.items()
            if at <= now and one[0].platform in platforms and _place(one[0]) not in self.outbox.gone
        ]
        return [DueCheck(*one) for _, one in sorted(due, key=lambda one: one[0])[:limit]]

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
        for (owner, check_id), body in list(self._checks.items()):
            if _place(owner) == _place(key):
                self._checks[owner, check_id] = dump_check(load_check(body).without_mentor(key.person))
        for named_in, rules in self._naming(key):
            self._workspaces[named_in] = dump_workspace(rules.without(key.person))
        self.outbox.erase(key, at, farewell)
        return Commit.SAVED

    def _naming(self, key: SessionKey) -> list[tuple[Place, Workspace]]:
        """Return the workspaces whose rules name a person: where their key is of none, any of their platform."""
        places = [_place(key)] if key.workspace else [one for one in self._workspaces if one[0] == key.platform]
        rules = [(place, self._rules(place)) for place in places]
        return [(place, one) for place, one in rules if one.names(key.person)]

    def _drop_packs(self) -> None:
        named = {load_check(body).pack for body in self._checks.values()} | self.outbox.packs()
        self._packs = {name: body for name, body in self._packs.items() if name in named}

    async def sharer(self, place: SessionKey, receipt: Receipt) -> tuple[SessionKey, str, str] | None:
        """Return who shared what a channel's message is part of, the check and the share."""
        return self.outbox.sharer(place, receipt)

    async def reviews(self, place: SessionKey) -> Sequence[AskedReview]:
        """Return the copies that mentors are asked to look at, what waits longest first."""
        found = []
        for (owner, _), body in self._checks.items():
            check = load_check(body)
            for one in check.shares:
                open_one = one.review is not None and one.review.state is not ReviewState.DONE
                if open_one and (owner.platform, one.place or owner.workspace) == _place(place):
                    found.append(AskedReview(owner, check.id, one))
        return sorted(found, key=lambda one: one.share.review.asked_at if one.share.review else one.share.at)

    async def shared_in(self, place: SessionKey) -> Sequence[tuple[SessionKey, str, str]]:
        """Return the copies that stand in a workspace which is none of their owner's key."""
        return self.outbox.shared_in(place)

    async def places(self, platform: str) -> Collection[str]:
        """Return the workspaces of a platform that have rules, or copies in them."""
        ruled = {workspace for one, workspace in {**self._workspaces, **self.outbox.gone} if one == platform}
        return ruled | self.outbox.places(platform)

    async def left(self, place: SessionKey, at: datetime | None) -> None:
        """Note that a workspace sent the bot away, and when; or with None that it is back."""
        if at:
            self.outbox.gone.setdefault(_place(place), at)
        else:
            self.outbox.gone.pop(_place(place), None)

    async def gone(self, platform: str) -> Collection[str]:
        """Return the workspaces of a platform that sent the bot away and are not back."""
        return [workspace for one, workspace in self.outbox.gone if one == platform]

    async def keep(self, name: str, value: str) -> None:
        """Keep a short text under a name."""
        self._kept[name] = value

    async def kept(self, name: str) -> str | None:
        """Return what was kept under a name."""
        return self._kept.get(name)

    async def spend(self, name: str, at: datetime, budgets: Sequence[Budget]) -> datetime | None:
        """Spend one of what several processes share."""
        self._kept[name], again = spent(self._kept.get(name), at, budgets)
        return again

    async def lately(self, platform: str, since: datetime, limit: int) -> Sequence[tuple[SessionKey, Receipt]]:
        """Return people who were written to since then, with the last message to each."""
        return self.outbox.lately(platform, since)[:limit]

    async def held(self, key: SessionKey) -> str:
        """Return everything that is stored about a person, as JSON."""
        checks = [json.loads(body) for (owner, _), body in self._checks.items() if owner == key]
        tables = {
            "people": [{"body": json.loads(self._people[key])}] if key in self._people else [],
            "checks": [{"body": body} for body in checks],
            "outbox": [{"body": json.loads(row.body)} for row in self.outbox.of(key)],
            "sent_messages": [
                {"channel": one.channel, "message": one.message, "check_id": one.check, "share": one.share}
                for one in self.outbox.sent(key)
            ],
            "remarks": [
                one
                for (owner, _), body in self._checks.items()
                if _place(owner) == _place(key)
                for one in remarks_in(load_check(body), key.person)
            ],
            "claims": [
                one
                for (owner, _), body in self._checks.items()
                if _place(owner) == _place(key)
                for one in claims_in(load_check(body), key.person)
            ],
            "reviews": [],
            "workspaces": [rules.names(key.person) for _, rules in self._naming(key)],
            "packs": [
                {"name": name, "body": json.loads(self._packs[name])}
                for name in sorted({load_check(json.dumps(body)).pack for body in checks} & self._packs.keys())
            ],
        }
        return json.dumps(tables, ensure_ascii=False, indent=1)

    async def tidy(self, now: datetime, grace: timedelta | None = None) -> None:
        """Let go of what has served its time."""
        if grace is not None:
            for place in [place for place, at in self.outbox.gone.items() if at <= now - grace]:
                self._erase_workspace(place)
        self._seen = {event: at for event, at in self._seen.items() if at > now - KEPT}
        self._tombstones = {key: one for key, one in self._tombstones.items() if one[1] or one[0] > now - KEPT}
        self.outbox.tidy(now - KEPT)
        self.vault.tidy(now)
        self._drop_packs()

    def _erase_workspace(self, place: Place) -> None:
        self._people = {key: body for key, body in self._people.items() if _place(key) != place}
        self._checks = {one: body for one, body in self._checks.items() if _place(one[0]) != place}
        self._due = {one: at for one, at in self._due.items() if _place(one[0]) != place}
        self._workspaces.pop(place, None)
        self.outbox.erase_workspace(place)


class InMemoryOutbox:
    """An Outbox that ends with the process."""

    def __init__(self) -> None:
        self._rows: dict[int, _Row] = {}
        self._sent: dict[SessionKey, list[_SentMessage]] = {}
        self._last = 0
        self.gone: dict[Place, datetime] = {}
        """Workspaces that sent the bot away, and when."""

    def of(self, key: SessionKey) -> list[_Row]:
        """Return a person's rows."""
        return [row for row in self._rows.values() if row.key == key]

    def packs(self) -> set[str | None]:
        """Return the packs that messages are still to be worded with."""
        return {load_message(row.body).pack for row in self._rows.values()}

    def sent(self, key: SessionKey) -> list[_SentMessage]:
        """Return where a person's messages are."""
        return self._sent.get(key, [])

    def sharer(self, place: SessionKey, receipt: Receipt) -> tuple[SessionKey, str, str] | None:
        """Return who shared what a channel's message is part of, the check and the share."""
        for key, messages in self._sent.items():
            for one in messages:
                found = _place(key) == _place(place) and one.where == (receipt.channel, receipt.message)
                if found and one.share is not None and one.check is not None:
                    return key, one.check, one.share
        return None

    def shared_in(self, place: SessionKey) -> list[tuple[SessionKey, str, str]]:
        """Return the copies that stand in a workspace which is none of their owner's key."""
        return [
            (key, one.check, one.share)
            for key, messages in self._sent.items()
            for one in messages
            if key.platform == place.platform and one.place == place.workspace and one.check and one.share
        ]

    def places(self, platform: str) -> set[str]:
        """Return the workspaces that have copies in them which are none of their owners' keys."""
        return {one.place for key, some in self._sent.items() for one in some if key.platform == platform and one.place}

    def add(self, key: SessionKey, message: Message, at: datetime) -> None:
        """Put a message into the outbox."""
        self._last += 1
        token = message.to.token if isinstance(message.to, InteractionReply) else ""
        row = _Row(self._last, key, dump_message(message), token, message.to.kind, message.farewell, _AT_ONCE, at)
        row.share = message.to.share if isinstance(message.to, InChannel) else None
        self._rows[row.id] = row

    def erase(self, key: SessionKey, at: datetime, farewell: Message | None) -> None:
        """Erase a person's rows; leave orders to withdraw what was sent, then the farewell."""
        for row in self.of(key):
            if row.kind != "withdrawal":
                del self._rows[row.id]
        for one in self._sent.pop(key, []):
            self.add(key, Message(Withdrawal(one.channel, one.message)), at)
        if farewell:
            self.add(key, replace(farewell, farewell=True), at)

    def erase_workspace(self, place: Place) -> None:
        """Erase the rows of everybody in a workspace, and that it sent the bot away."""
        self._rows = {number: row for number, row in self._rows.items() if _place(row.key) != place}
        self._sent = {key: messages for key, messages in self._sent.items() if _place(key) != place}
        del self.gone[place]

    def tidy(self, before: datetime) -> None:
        """Let old dead letters go."""
        self._rows = {n: row for n, row in self._rows.items() if row.reason is None or row.created > before}

    async def waiting(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[SessionKey]:
        """Return conversations whose oldest message is due."""
        oldest: dict[SessionKey, _Row] = {}
        for row in self._rows.values():
            if row.reason is None and row.key.platform in platforms and _place(row.key) not in self.gone:
                oldest.setdefault(row.key, row)
        due = sorted((row for row in oldest.values() if row.is_due(now)), key=lambda row: (row.due, row.id))
        return [row.key for row in due[:limit]]

    async def claim(self, key: SessionKey, now: datetime) -> Outgoing | None:
        """Take the oldest message of a conversation, if it is due."""
        while True:
            row = next((row for row in self.of(key) if row.reason is None), None)
            if row is None or not row.is_due(now) or _place(key) in self.gone:
                return None
            newest = max(one.id for one in self.of(key) if one is row or one.share == row.share is not None)
            if row.id == newest:
                return self._claimed(row)
            self._drop_older(key, row.share, newest)

    def _claimed(self, row: _Row) -> Outgoing:
        dead = sum(one.reason is not None and one.kind == "withdrawal" for one in self.of(row.key))
        message = load_message(row.body, row.token)
        asking = row.replaces if row.parts_sent else self._asking(row.key, message)
        standing = dead if row.farewell else 0
        copies = self._copies(row.key, row.share)
        return Outgoing(row.id, row.key, message, row.parts_sent, row.attempts, standing, asking, copies)

    def _asking(self, key: SessionKey, message: Message) -> Receipt | None:
        if message.check is None or not isinstance(message.to, DirectMessage | InteractionReply):
            return None
        asking = [one for one in self.sent(key) if one.asks_before(message)]
        newest = max(asking, key=lambda one: (one.asked, one.at, one.message), default=None)
        return Receipt(*newest.where, asks=True) if newest else None

    def _copies(self, key: SessionKey, share: str | None) -> tuple[Receipt | None, ...]:
        found = {one.part: Receipt(*one.where) for one in self.sent(key) if one.share == share is not None}
        return tuple(found.get(part) for part in range(max(found, default=-1) + 1))

    def _drop_older(self, key: SessionKey, share: str | None, than: int) -> None:
        for row in self.of(key):
            if row.share == share and row.id < than:
                del self._rows[row.id]

    def lately(self, platform: str, since: datetime) -> list[tuple[SessionKey, Receipt]]:
        """Return people who were written to since then, with the last message to each, the latest first."""
        last = []
        for key, messages in self._sent.items():
            direct = [one for one in messages if one.share is None and one.at >= since]
            if key.platform == platform and direct:
                last.append((key, max(direct, key=lambda one: one.number)))
        last.sort(key=lambda one: one[1].number, reverse=True)
        return [(key, Receipt(*one.where)) for key, one in last]

    async def part_sent(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> bool:
        """Note that the next part of a message was sent, and what the first one takes the place of."""
        there = self._rows.get(row.id)
        if there:
            there.parts_sent, there.replaces = row.parts_sent + 1, row.asking
        self._keep(row, receipt, at, erased=there is None)
        return there is not None

    async def settle(self, row: Outgoing, receipt: Receipt | None, at: datetime) -> None:
        """Note that the last part was sent; what it takes the place of asks nothing any more."""
        there = self._delete(row)
        self._keep(row, receipt, at, erased=not there)
        if row.message.farewell:
            for one in self.of(row.key):
                if one.kind == "withdrawal" and one.reason is not None:
                    del self._rows[one.id]

    def _delete(self, row: Outgoing) -> bool:
        if isinstance(row.message.to, InChannel):
            self._drop_older(row.key, row.message.to.share, row.id)
        return self._rows.pop(row.id, None) is not None

    def _keep(self, row: Outgoing, receipt: Receipt | None, at: datetime, *, erased: bool) -> None:
        to = row.message.to
        mine = self._sent.setdefault(row.key, [])
        if isinstance(to, Withdrawal):
            mine[:] = [one for one in mine if one.where != (to.channel, to.message)]
        elif erased:
            if receipt:
                self.add(row.key, Message(Withdrawal(receipt.channel, receipt.message)), at)
        elif not row.message.farewell:
            if not row.parts_sent:
                _replaced(mine, row)
            if isinstance(to, InChannel):
                mine[:] = [one for one in mine if (one.share, one.part) != (to.share, row.parts_sent)]
            if receipt:
                sent = _SentMessage(receipt.channel, receipt.message, at)
                before = next((one.place for one in mine if one.where == sent.where), None)
                sent.place = receipt.place or before
                mine[:] = [one for one in mine if one.where != sent.where]
                if isinstance(to, InChannel):
                    sent.check, sent.share, sent.part = row.message.check, to.share, row.parts_sent
                elif receipt.asks and row.message.check is not None:
                    sent.check, sent.asked = row.message.check, row.message.asked
                mine.append(sent)

    async def drop(self, row: Outgoing) -> None:
        """Let a message go that is of no use any more."""
        self._delete(row)

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

    async def pause(self, seconds: float) -> None:
        """Wait so long: there is no other process."""
        await asyncio.sleep(seconds)

    async def let_go(self, row: int | None) -> int:
        """Let a dead letter go for good, or all of them."""
        dead = [one.id for one in self._rows.values() if one.reason is not None and row in (None, one.id)]
        for number in dead:
            del self._rows[number]
        return len(dead)

    async def backlog(self) -> Backlog:
        """Return how much there is."""
        waiting = [row for row in self._rows.values() if row.reason is None and _place(row.key) not in self.gone]
        dead = sum(row.reason is not None for row in self._rows.values())
        return Backlog(len(waiting), min((row.created.astimezone(UTC) for row in waiting), default=None), dead)


def _replaced(mine: Sequence[_SentMessage], row: Outgoing) -> None:
    """Note that what a message takes the place of asks nothing any more."""
    to = row.message.to
    pressed = to.pressed if isinstance(to, DirectMessage) else None
    for one in mine:
        settled = row.asking is not None and one.asks_before(row.message)
        if settled or (pressed and one.asked is not None and one.where == (pressed.channel, pressed.message)):
            one.check = one.asked = None


def _place(key: SessionKey) -> Place:
    return key.platform, key.workspace
