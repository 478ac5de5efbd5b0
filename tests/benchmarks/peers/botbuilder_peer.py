"""botbuilder-dialogs' waterfall.

A step for each text, no prompts: they would keep a state of their own. Saving is forced, since every turn changes
something: otherwise the state is flattened once more to find that out.
"""

import pickle
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from botbuilder.core import BotAdapter, ConversationState, MemoryStorage, TurnContext
from botbuilder.dialogs import (
    Dialog,
    DialogSet,
    DialogTurnResult,
    DialogTurnStatus,
    WaterfallDialog,
    WaterfallStepContext,
)
from botbuilder.schema import Activity, ActivityTypes, ChannelAccount, ConversationAccount

from tests.benchmarks.peers.protocol import Bot, Job, question, send, serve

Step = Callable[[WaterfallStepContext], Awaitable[DialogTurnResult]]


class Adapter(BotAdapter):
    """Never called: what is sent goes to the same coroutine as everybody's."""

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[object]:
        raise NotImplementedError

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:
        raise NotImplementedError

    async def delete_activity(self, context: TurnContext, reference: object) -> None:
        raise NotImplementedError


class BotBuilder(Bot[Activity]):
    def __init__(self, places: int) -> None:
        self._adapter = Adapter()
        self._storage = MemoryStorage()
        self._state = ConversationState(self._storage)
        self._answers = self._state.create_property("answers")
        self._dialogs = DialogSet(self._state.create_property("dialog"))
        self._dialogs.add(WaterfallDialog("check", [self._step(place) for place in range(places)]))

    def _step(self, place: int) -> Step:
        ask = question(place)

        async def step(context: WaterfallStepContext) -> DialogTurnResult:
            activity = context.context.activity
            answers = await self._answers.get(context.context, list)
            answers.append(activity.text)
            await send(activity.from_property.id, ask)
            return Dialog.end_of_turn

        return step

    def event(self, person: int, number: int, text: str) -> Activity:
        return Activity(
            id=str(person * 1000 + number),
            type=ActivityTypes.message,
            text=text,
            channel_id="test",
            conversation=ConversationAccount(id=str(person)),
            from_property=ChannelAccount(id=str(person), name="Ada"),
            recipient=ChannelAccount(id="bot", name="bot"),
            service_url="test",
        )

    async def turn(self, event: Activity) -> None:
        context = TurnContext(self._adapter, event)
        dialogs = await self._dialogs.create_context(context)
        result = await dialogs.continue_dialog()
        if result.status is DialogTurnStatus.Empty:
            await dialogs.begin_dialog("check")
        await self._state.save_changes(context, force=True)

    async def held(self) -> int:
        return len(pickle.dumps(self._storage.memory))

    async def answers(self, person: int) -> list[str]:
        key = self._state.get_storage_key(TurnContext(self._adapter, self.event(person, 0, "")))
        found = await self._storage.read([key])
        return list(found[key]["answers"])


@asynccontextmanager
async def opened(job: Job) -> AsyncIterator[BotBuilder]:
    yield BotBuilder(len(job.texts))


if __name__ == "__main__":
    serve(opened)
