"""Job postings that come as files: which are read, and how much of them."""

from pathlib import PurePath

LONGEST_BYTES = 400_000
"""Of a file: four for each of the characters that a conversation takes, and markup beside them."""
DOWNLOAD_SECONDS = 1.6
"""Both platforms wait three seconds in all."""
_NAMED = (".txt", ".text", ".md", ".html", ".htm")


def is_readable(name: str, media_type: str, size: int) -> bool:
    """Tell whether a file may hold text that we read."""
    named = PurePath(name.lower()).suffix in _NAMED or media_type.partition(";")[0].startswith("text/")
    return named and 0 < size <= LONGEST_BYTES


def text_of(content: bytes) -> str:
    """Return a file's text; empty where it is in no encoding of Unicode."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        return ""
