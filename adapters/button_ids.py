"""What a button means <-> the id that a platform carries for it and hands back: words of ours, and nothing personal."""

from dataclasses import dataclass, replace

from conversations.session import Intent

LONGEST = 100
"""Characters; what the strictest platform (Discord) takes."""
_BETWEEN = ":"


@dataclass(frozen=True, slots=True)
class Button:
    """What pressing it means, as in conversations.events.Pressed."""

    intent: Intent
    argument: str = ""
    check: str | None = None
    seen: int | None = None
    """None: it never goes stale."""
    step: str | None = None


def button_id(button: Button) -> str:
    """Write a button as an id.

    Raises:
        ValueError: it does not fit, or could not be read again.

    """
    seen = "" if button.seen is None else str(button.seen)
    parts = (button.intent.value, button.check or "", seen, button.step or "", button.argument)
    written = _BETWEEN.join(parts)
    if len(written) > LONGEST and seen and button.step:
        # What the person saw tells the step as well; its name is there for whoever presses twice.
        return button_id(replace(button, step=None))
    if len(written) > LONGEST or written.count(_BETWEEN) != len(parts) - 1:
        raise ValueError("no button id holds this")
    return written


def read_button_id(written: str) -> Button | None:
    """Read an id; None where it is none of ours, or was tampered with."""
    parts = written.split(_BETWEEN)
    if len(written) > LONGEST or len(parts) != len(Button.__dataclass_fields__) or parts[0] not in set(Intent):
        return None
    intent, check, seen, step, argument = parts
    if seen and not (seen.isascii() and seen.isdecimal()):
        return None
    return Button(Intent(intent), argument, check or None, int(seen) if seen else None, step or None)
