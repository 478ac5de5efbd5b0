"""Golden files: what was read by a person once, and must stay as it is until they read it again."""

import os
from pathlib import Path


def assert_golden(path: Path, shown: str) -> None:
    """Compare with a golden file; `make golden` writes it again."""
    if os.environ.get("TEAMCHECK_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8"), f"{path.name} differs: `make golden`, and read the difference"
