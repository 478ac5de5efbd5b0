"""What waits at the same time goes to the database together: one hop, one commit, one wait for the disk."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

AT_MOST = 256
"""Pieces of work that go together."""

Item = TypeVar("Item")


class Lane(Generic[Item]):
    """A way to the database, and what waits for it. A piece that comes alone does not wait."""

    def __init__(self, together: Callable[[list[Item]], Coroutine[Any, Any, Sequence[object]]]) -> None:
        """Begin with nothing waiting.

        Args:
            together: does several pieces and returns a result for each: what it is, or the exception to raise.

        """
        self._together = together
        self._waiting: list[tuple[Item, asyncio.Future[Any]]] = []
        self._hop: asyncio.Task[Sequence[object]] | None = None

    async def run(self, piece: Item) -> Any:  # noqa: ANN401  whatever the piece results in
        """Do one piece; a caller that is cancelled leaves it running."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((piece, future))
        if self._hop is None:
            self._start()
        return await future

    async def idle(self) -> None:
        """Wait until nothing waits."""
        while self._hop is not None:
            await asyncio.wait([self._hop])
            await asyncio.sleep(0)

    def _start(self) -> None:
        batch, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
        self._hop = hop = asyncio.create_task(self._together([piece for piece, _ in batch]))
        hop.add_done_callback(lambda hop: self._done(hop, [future for _, future in batch]))

    def _done(self, hop: "asyncio.Task[Sequence[object]]", futures: "list[asyncio.Future[Any]]") -> None:
        self._hop = None
        if hop.cancelled():  # the loop is being torn down
            for future in futures:
                future.cancel()
            return
        error = hop.exception()
        results: Sequence[object] = [error] * len(futures) if error else hop.result()
        for future, result in zip(futures, results, strict=True):
            if future.done():  # its caller was cancelled
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
        if self._waiting:
            self._start()
