"""`teamcheck` on a clock that can be set: `python -m tests.faults.jumping_bot FILE run`.

The file holds by how many seconds the clock is off, as a double; whoever writes it lets the clock of the whole
process jump: `time.time` and `datetime.now`, ours and the libraries', as a machine's clock that is set.
"""

import datetime as dt
import mmap
import struct
import sys
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

OFF = struct.Struct("d")
_really = time.time


def off(page: mmap.mmap) -> float:
    return float(OFF.unpack_from(page)[0])


def set_off(file: Path, seconds: float) -> None:
    """Set the clocks of whoever runs by this file."""
    with file.open("r+b" if file.exists() else "w+b") as opened:
        opened.write(OFF.pack(seconds))


def jump(page: mmap.mmap) -> None:
    """Put this process on the clock; before anything else has taken the names from their modules."""

    class AnyDatetime(type):
        """A datetime made elsewhere is one as well."""

        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, datetime)

        def __subclasscheck__(cls, one: type) -> bool:
            return issubclass(one, datetime)

    class Jumping(datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(seconds=off(page))

        @classmethod
        def utcnow(cls) -> Self:
            return cls.now(dt.UTC).replace(tzinfo=None)

    time.time = lambda: _really() + off(page)
    dt.datetime = Jumping  # type: ignore[misc]


def main() -> None:
    with Path(sys.argv.pop(1)).open("rb") as file:
        jump(mmap.mmap(file.fileno(), OFF.size, access=mmap.ACCESS_READ))
    from bot.__main__ import main as run  # noqa: PLC0415  it takes the clock as it is now

    run()


if __name__ == "__main__":
    main()
