"""Which questionnaire a check is asked with: its own, kept in the store, though the files have changed since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from conversations.catalogue import Catalogue
from conversations.pack_values import PackValues, Product
from conversations.packs import PackMistakesError, build_script, from_json, to_json
from conversations.ports import SessionStore
from conversations.script import Packs, Script
from conversations.session import Check

KEPT = 32
"""Questionnaires of old checks that are held ready at once."""


@dataclass(frozen=True)
class Pack:
    """A questionnaire as it is today, with the values it was built from."""

    script: Script
    values: PackValues

    @cached_property
    def body(self) -> str:
        """The values as they are stored."""
        return to_json(self.values)


class PacksInUse:
    """The present packs, and those out of the store that checks still name."""

    def __init__(self, store: SessionStore, product: Product, present: Sequence[Pack]) -> None:
        """Take the present packs; a new check is begun with the last."""
        self._store = store
        self._product = product
        self._present = {pack.script.name: pack for pack in present}
        self._current = {pack.script.id: pack.script for pack in present}
        self._kept: dict[str, Script] = {}
        self.begin = present[-1].script

    def to_begin(self, pack: str | None) -> Script:
        """Return the questionnaire that a new check is begun with where this one was chosen, if it is still there."""
        return self._current.get(pack, self.begin) if pack else self.begin

    async def of(self, checks: Iterable[Check | None]) -> Packs:
        """Return the present packs and those that these checks name.

        Raises:
            StorageError: the store cannot be read.

        """
        for check in checks:
            if check and check.pack not in self._present and check.pack not in self._kept:
                await self._fetch(check.pack)
        return Packs(self._current, dict(self._kept))

    async def catalogue_of(self, name: str | None) -> Catalogue:
        """Return where the words of a pack are; the product's own where none is named."""
        if name and name not in self._present and name not in self._kept:
            await self._fetch(name)
        return (
            (Packs(self._current, dict(self._kept)).of(name) or self.begin).catalogue if name else self.begin.catalogue
        )

    async def script_of(self, check: Check) -> Script:
        """Return the questionnaire of one check."""
        return (await self.of([check])).of(check.pack) or self.begin

    def body_of(self, check: Check) -> tuple[str, str] | None:
        """Return the name and the values of a check's pack, to be stored with it; None where the store has them."""
        pack = self._present.get(check.pack)
        return (check.pack, pack.body) if pack else None

    async def _fetch(self, name: str) -> None:
        body = await self._store.pack(name)
        if body is None:
            return
        try:
            script = build_script(from_json(body), self._product)
        except PackMistakesError:
            # Written for a product that has changed since: the present pack of that id stands in.
            return
        if len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = script.model_copy(update={"name": name})
