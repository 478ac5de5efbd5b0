"""What every database of ours makes of its rows."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from conversations.messages import InChannel, Outgoing, Receipt
from conversations.session import Check
from conversations.snapshot import SnapshotError, load_person


def exported(tables: Mapping[str, list[dict[str, Any]]]) -> str:
    """Write rows as the person gets them: records as what they are, and no token of an interaction."""
    for row in (row for rows in tables.values() for row in rows):
        row.pop("token", None)
        if "body" in row:
            row["body"] = _readable(str(row["body"]))
    return json.dumps(tables, ensure_ascii=False, indent=1)


def _readable(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return body


def remarks_in(check: Check, mentor: str) -> list[dict[str, object]]:
    """Return what a mentor said in a check."""
    return [{"at": one.at.isoformat(), "text": one.text} for one in check.remarks if one.by == mentor]


def claims_in(check: Check, mentor: str) -> list[dict[str, object]]:
    """Return which copies of a check a mentor took on: since when each waits, and how far it is."""
    reviews = (share.review for share in check.shares)
    return [
        {"asked_at": one.asked_at.isoformat(), "state": one.state.value}
        for one in reviews
        if one and one.mentor == mentor
    ]


def wants_to_be_left_alone(body: str) -> bool:
    """Tell whether a person's record says so; one that cannot be read does not."""
    try:
        return load_person(body).left_alone
    except SnapshotError:
        return False


def packed(body: str) -> bytes:
    """Compress a pack's record."""
    return zlib.compress(body.encode(errors="surrogatepass"))


def unpacked(body: bytes) -> str:
    """Read a pack's record again."""
    return zlib.decompress(body).decode(errors="surrogatepass")


def what_it_is(row: Outgoing, receipt: Receipt) -> tuple[str | None, int | None, str | None, int | None]:
    """Return for which check a message that was sent asks, at which state; or of which share it is which part."""
    message = row.message
    if isinstance(message.to, InChannel):
        return message.check, None, message.to.share, row.parts_sent
    if receipt.asks and message.check is not None:
        return message.check, message.asked, None, None
    return None, None, None, None
