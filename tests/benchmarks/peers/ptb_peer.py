"""python-telegram-bot's ConversationHandler.

No updater, no job queue, nobody who limits rates; one handler a state, found by its key, which is the person alone. The
pickle is written when it is told to, once a turn: otherwise it is written for each of its parts. `..., from JSON` has
the reading of an update in a turn.
"""

import json
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telegram import Chat, Message, Update, User
from telegram.ext import (
    Application,
    ApplicationBuilder,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PersistenceInput,
    PicklePersistence,
    filters,
)
from telegram.request import BaseRequest

from tests.benchmarks.peers.protocol import Bot, Job, question, send, serve

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ME = b'{"ok": true, "result": {"id": 1, "is_bot": true, "first_name": "bot", "username": "bot"}}'


class NoNetwork(BaseRequest):
    """Knows who the bot is: it asks at the start."""

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def do_request(self, *_: object, **__: object) -> tuple[int, bytes]:
        return 200, ME


class Ptb(Bot[Update | str]):
    def __init__(self, application: Any, places: int, persistence: Any, *, reads: bool) -> None:  # noqa: ANN401  unseen
        self._reads = reads
        self._application = application
        self._persistence = persistence
        questions = [question(place) for place in range(places)]

        async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
            answers = context.user_data.setdefault("answers", [])
            place = len(answers)
            answers.append(update.message.text)
            await send(update.message.chat_id, questions[place])
            return place

        handler = MessageHandler(filters.TEXT, answer)
        self._conversation = ConversationHandler(
            entry_points=[handler],
            states={place: [handler] for place in range(places)},
            fallbacks=[],
            per_chat=False,
            name="check",
            persistent=persistence is not None,
        )
        application.add_handler(self._conversation)

    def event(self, person: int, number: int, text: str) -> Update | str:
        who = User(person, "Ada", is_bot=False)
        message = Message(number + 1, NOW, Chat(person, Chat.PRIVATE, first_name="Ada"), from_user=who, text=text)
        update = Update(person * 1000 + number, message=message)
        return str(update.to_json()) if self._reads else update

    async def turn(self, event: Update | str) -> None:
        if isinstance(event, str):
            event = Update.de_json(json.loads(event), self._application.bot)
        await self._application.process_update(event)
        if self._persistence:
            await self._application.update_persistence()
            await self._persistence.flush()

    async def held(self) -> int:
        if self._persistence:
            return int(self._persistence.filepath.stat().st_size)
        return len(pickle.dumps((dict(self._application.user_data), self._conversation._conversations)))

    async def answers(self, person: int) -> list[str]:
        users = self._application.user_data
        if self._persistence:
            users = await PicklePersistence(self._persistence.filepath).get_user_data()
        return list(users[person]["answers"])


@asynccontextmanager
async def opened(job: Job) -> AsyncIterator[Ptb]:
    builder = ApplicationBuilder().token("1:benchmark").request(NoNetwork()).get_updates_request(NoNetwork())
    builder = builder.updater(None).job_queue(None)
    persistence = None
    if job.storage == "pickle":
        stored = PersistenceInput(bot_data=False, chat_data=False, callback_data=False)
        persistence = PicklePersistence(Path(job.folder) / "bot.pickle", store_data=stored, on_flush=True)
        builder = builder.persistence(persistence)
    application: Application = builder.build()
    bot = Ptb(application, len(job.texts), persistence, reads="JSON" in job.storage)
    await application.initialize()
    yield bot
    await application.shutdown()


if __name__ == "__main__":
    serve(opened)
