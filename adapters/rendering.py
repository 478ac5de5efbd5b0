"""What the renderers of chat platforms have in common: the person's words, the ids of buttons, files."""

from collections.abc import Iterable, Iterator

from adapters.button_ids import Button, button_id
from adapters.documents.files import File, file_of, file_of_teams, text_file
from conversations.catalogue import Catalogue, Phrase, phrase
from conversations.messages import Message, Outgoing
from conversations.replies import Ask, Held, Reply, Say, ShowComparison, ShowDocument
from conversations.session import Intent


class Rendering:
    """Renders one message, in the person's language."""

    def __init__(self, catalogue: Catalogue, message: Message) -> None:
        self._catalogue = catalogue
        self._message = message
        self._language = message.language

    def _words(self, said: Phrase | str) -> str:
        return self._catalogue.text(said, self._language)

    def _label(self, name: str) -> str:
        return self._words(phrase(f"buttons.{name}"))

    def _id(
        self, intent: Intent, *, argument: str = "", step: str | None = None, seen: bool = True, check: bool = True
    ) -> str:
        about = self._message.check if check else None
        return button_id(Button(intent, argument, about, self._message.asked if seen and about else None, step))

    def _where(self, ask: Ask) -> str:
        """Say how far along a question is."""
        progress, name = ask.progress, self._words(ask.section)
        if progress is None:
            return name
        if progress.second_pass:
            return f"{self._words(phrase('ask.progress_again', n=progress.steps))} · {name}"
        key = "ask.progress_about" if progress.about else "ask.progress"
        counted = phrase(key, section=progress.section, step=progress.step, steps=progress.steps)
        return f"{self._words(counted)} · {name}"

    def _files(self, replies: Iterable[Reply]) -> Iterator[File]:
        """Yield what is handed over as files."""
        for reply in replies:
            if isinstance(reply, Held) and reply.whole:
                yield text_file(self._words(phrase("held.file")), reply.json)
            elif isinstance(reply, ShowDocument):
                yield file_of(reply.report, reply.form, self._catalogue, self._language)
            elif isinstance(reply, ShowComparison) and reply.form:
                yield file_of_teams(reply.comparison, reply.form, self._catalogue, self._language)


def all_replies(row: Outgoing) -> tuple[Reply, ...]:
    """Return what a message says, with what came of it on the way."""
    left = row.left_standing
    return (*row.message.replies, *([Say(phrase("forget.left", n=left))] if left else []))
