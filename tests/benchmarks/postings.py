"""How long reading a posting takes: `make bench`. Our own, as they are, and grown to 5,000 and 20,000 characters."""

import statistics
import sys
import time
import tomllib
from pathlib import Path

from bot.wiring import load_content, posting_reader

ROUNDS = 5
HERE = Path(__file__).parents[1] / "postings"


def grown(text: str, size: int) -> str:
    """Repeat a posting up to a size in characters, not at all where it has that many."""
    return text * max(1, size // len(text))


def main() -> None:
    core = load_content().core
    began = time.perf_counter()
    reader = posting_reader(core)
    sys.stdout.write(f"making the reader, once            {(time.perf_counter() - began) * 1e3:>8.1f} ms\n")
    for language in ("en", "zh"):
        rows = tomllib.loads((HERE / f"{language}.toml").read_text(encoding="utf-8"))["postings"]
        for size in (0, 5_000, 20_000):
            took, lengths = [], []
            for text in [grown(row["text"], size) for row in rows] * ROUNDS:
                began = time.perf_counter()
                reader.read(text)
                took.append((time.perf_counter() - began) * 1e3)
                lengths.append(len(text))
            sys.stdout.write(
                f"{language}, {statistics.mean(lengths):>6.0f} characters: median {statistics.median(took):>6.2f} ms, "
                f"slowest {max(took):.2f} ms\n"
            )


if __name__ == "__main__":
    main()
