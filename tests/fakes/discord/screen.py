"""What is on a screen: messages and forms as they looked when somebody looked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.rules import Json

BUTTON, STRING_SELECT, TEXT_INPUT, CHANNEL_SELECT, LABEL = 2, 3, 4, 8, 18
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23
SELECTS = (STRING_SELECT, 5, 6, 7, CHANNEL_SELECT)
CHOICES = (STRING_SELECT, RADIO_GROUP, CHECKBOX_GROUP)
_LINK = 5
_EPHEMERAL, _LOADING = 1 << 6, 1 << 7


@dataclass
class Shown:
    """A message, or a form."""

    raw: Json = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.raw.get("id", 0))

    @property
    def channel(self) -> int:
        return int(self.raw.get("channel_id", 0))

    @property
    def text(self) -> str:
        return str(self.raw.get("content") or "")

    @property
    def ephemeral(self) -> bool:
        return bool(self.raw.get("flags", 0) & _EPHEMERAL)

    @property
    def thinking(self) -> bool:
        return bool(self.raw.get("flags", 0) & _LOADING)

    @property
    def embeds(self) -> list[Json]:
        return list(self.raw.get("embeds") or [])

    @property
    def components(self) -> list[Json]:
        return list(self.raw.get("components") or [])

    @property
    def title(self) -> str:
        return str(self.raw.get("title", ""))

    @property
    def words(self) -> str:
        """Everything that can be read, in its order; buttons in [brackets], options in (parentheses)."""
        parts = [self.title, self.text]
        for embed in self.embeds:
            parts += [str(embed.get("title") or ""), str(embed.get("description") or "")]
            for one in embed.get("fields") or ():
                parts += [one["name"], one["value"]]
            parts.append(str((embed.get("footer") or {}).get("text") or ""))
        parts += _words(self.components)
        return "\n".join(part for part in parts if part)

    def elements(self) -> Iterator[Json]:
        """Yield everything that it is made of."""
        yield from _elements(self.components)

    @property
    def buttons(self) -> list[str]:
        return [label_of(one) for one in self.elements() if one["type"] == BUTTON]

    @property
    def options(self) -> list[str]:
        return [option["label"] for one in self.elements() if one["type"] in CHOICES for option in one["options"]]

    @property
    def links(self) -> dict[str, str]:
        buttons = (one for one in self.elements() if one["type"] == BUTTON)
        return {label_of(one): str(one["url"]) for one in buttons if one["style"] == _LINK}

    @property
    def attachments(self) -> list[Json]:
        return list(self.raw.get("attachments") or [])


def label_of(button: Json) -> str:
    """Return what is on a button."""
    emoji = (button.get("emoji") or {}).get("name") or ""
    return " ".join(one for one in (emoji, str(button.get("label") or "")) if one)


def _elements(part: Any) -> Iterator[Json]:  # noqa: ANN401  any part of a message
    if isinstance(part, list):
        for one in part:
            yield from _elements(one)
    elif isinstance(part, dict):
        yield part
        for name in ("components", "component", "accessory"):
            yield from _elements(part.get(name))


def _words(components: list[Json]) -> Iterator[str]:
    for one in _elements(components):
        match one["type"]:
            case 2:  # BUTTON
                yield f"[{label_of(one)}]"
            case 3 | 21 | 22:  # STRING_SELECT, RADIO_GROUP, CHECKBOX_GROUP
                yield str(one.get("placeholder") or "")
                yield " | ".join(f"({option['label']})" for option in one["options"])
            case 5 | 6 | 7 | 8:  # the other menus
                yield f"({one.get('placeholder') or ''})"
            case 4 | 18:  # TEXT_INPUT, LABEL
                yield str(one.get("label") or "")
                yield str(one.get("description") or "")
                yield str(one.get("value") or one.get("placeholder") or "")
            case 10:  # TEXT_DISPLAY
                yield str(one["content"])
            case 11:  # THUMBNAIL
                yield str(one.get("description") or "")
            case 12:  # MEDIA_GALLERY
                yield from (str(item.get("description") or "") for item in one["items"])
            case 13:  # FILE
                yield f"<{str(one['file']['url']).rpartition('/')[2]}>"
