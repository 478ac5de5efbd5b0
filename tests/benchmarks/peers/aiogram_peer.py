"""aiogram's FSM.

One handler with a table of its own: a filter for each state costs more. Where somebody is stands in the FSM's data, so
that a turn writes once; `..., state` sets the state as well, as its documentation does. Updates come mounted on the
bot, which saves a copy; `..., from JSON` has their reading in a turn. Nobody isolates the events of one person, who
writes one after the other. Redis is reached without timeouts, and by one person without a pool: each costs a third of a
command's CPU.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiogram import Bot as Telegram
from aiogram import Dispatcher
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.base import BaseStorage, StorageKey
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import Message, Update
from redis.asyncio import Redis

from tests.benchmarks.peers.protocol import Bot, Job, question, send, serve

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Aiogram(Bot[Update | str]):
    def __init__(self, storage: BaseStorage, places: int, *, sets_state: bool, reads: bool) -> None:
        self._reads = reads
        self._storage = storage
        self._telegram = Telegram("1:benchmark")
        self._dispatcher = Dispatcher(storage=storage)
        following = {f"place {place}": (f"place {place + 1}", question(place)) for place in range(places)}

        async def answer(message: Message, state: FSMContext) -> None:
            data = await state.get_data()
            place, ask = following[data.get("place", "place 0")]
            data["place"] = place
            data.setdefault("answers", []).append(message.text)
            await state.set_data(data)
            if sets_state:
                await state.set_state(place)
            await send(message.chat.id, ask)

        self._dispatcher.message.register(answer)

    def event(self, person: int, number: int, text: str) -> Update | str:
        message = {
            "message_id": number + 1,
            "date": int(NOW.timestamp()),
            "chat": {"id": person, "type": "private", "first_name": "Ada"},
            "from": {"id": person, "is_bot": False, "first_name": "Ada"},
            "text": text,
        }
        update = {"update_id": person * 1000 + number, "message": message}
        return json.dumps(update) if self._reads else self._update(update)

    def _update(self, update: dict[str, object]) -> Update:
        return Update.model_validate(update, context={"bot": self._telegram})

    async def turn(self, event: Update | str) -> None:
        event = self._update(json.loads(event)) if isinstance(event, str) else event
        await self._dispatcher.feed_update(self._telegram, event)

    async def held(self) -> int:
        if isinstance(self._storage, MemoryStorage):
            return sum(len(json.dumps(record.data)) for record in self._storage.storage.values())
        redis = self._storage.redis
        sizes = [await redis.memory_usage(key) async for key in redis.scan_iter()]
        return sum(sizes)

    async def answers(self, person: int) -> list[str]:
        data = await self._storage.get_data(StorageKey(bot_id=1, chat_id=person, user_id=person))
        return list(data["answers"])


@asynccontextmanager
async def opened(job: Job) -> AsyncIterator[Aiogram]:
    storage: BaseStorage = MemoryStorage()
    if job.redis:
        redis = Redis(unix_socket_path=job.redis, socket_timeout=None, single_connection_client=job.people == 1)
        await redis.flushall()
        storage = RedisStorage(redis)
    yield Aiogram(storage, len(job.texts), sets_state="state" in job.storage, reads="JSON" in job.storage)
    await storage.close()


if __name__ == "__main__":
    serve(opened)
