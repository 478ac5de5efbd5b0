"""One message of each kind, from a check that was played: for pictures of them, and for golden payloads."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from adapters.slack.forms import rules_form, write_form
from adapters.slack.rich_text import Json
from conversations.catalogue import phrase
from conversations.events import LookedHome, Typed
from conversations.messages import Destination, DirectMessage, HomePage, InChannel, Message, Outgoing, Receipt
from conversations.ports import AskedReview
from conversations.replies import Ask, AskChannel, Held, Reply, ShowQueue, ShowShared
from conversations.report import Report
from conversations.reviewing import queue
from conversations.session import Review, ReviewState
from conversations.vocabulary import StepKind
from conversations.workspace import Workspace
from tests.dialogue import ME, Player, core
from tests.test_acceptance import APPLIED

SAID = APPLIED | {
    "team": "Acme Search",
    "handover": 'engineers @member "they never deploy"',
    "skills": "python 4/3, cuda 0/2 nice, k8s 1",
    "plan": "?",
}
QUESTIONS = {
    "team": "text",
    "kind_sources": "checkboxes",
    "maturity": "radio_buttons",
    "something_new": "buttons",
    "sure": "scale",
    "skills": "skills",
    "own_time": "number",
}
LINES = {
    "review": "review",
    "change": "change 2",
    "decide": "decide",
    "decided": "3 too far from home",
    "list": "list",
    "settings": "settings",
    "help": "help",
}
ASKED = Receipt("D0001", "1795000001.000100", asks=True)
LONG_MENU = Ask(
    "methods",
    StepKind.CHOICES,
    phrase("sections.gap_short"),
    None,
    phrase("steps.methods.ask"),
    phrase("hint.choices"),
    tuple(phrase("answer.text", text=f"Method {place}") for place in range(1, 13)),
    tuple(f"method{place}" for place in range(1, 13)),
)
CHAT = DirectMessage()


@dataclass(frozen=True)
class Example:
    """A message, before it is said in a language."""

    name: str
    replies: tuple[Reply, ...]
    to: Destination = CHAT
    asking: Receipt | None = None
    check: str | None = "abc234"

    def row(self, language: str) -> Outgoing:
        message = Message(self.to, self.replies, language, core().name, self.check, 7)
        return Outgoing(1, ME, message, asking=self.asking)


async def examples() -> list[Example]:
    """Play a check from its first question to the copy in a channel; return one message of each kind."""
    player = Player()
    found = [Example("opening", await player.open())]
    replies = await player.say("deeper")
    while (step := player.check.at) is not None:
        if step in QUESTIONS:
            asked = tuple(reply for reply in replies if isinstance(reply, Ask))
            found.append(Example(f"question_{QUESTIONS[step]}", asked))
        replies = await player.say(SAID.get(step, "don't know yet"))
        if step == "handover":
            found.append(Example("folded", replies, asking=ASKED))
    found += [Example("question_long_menu", (LONG_MENU,)), Example("report", replies)]
    for name, line in LINES.items():
        found.append(Example(name, await player.say(line)))
    found.append(Example("held", (Held('{"checks": [{}, {}], "outbox": [{}]}'),)))
    found.append(Example("ask_channel", (AskChannel(phrase("share.where"), ("C0001", "C0002")),)))
    await player.say("time zone Berlin", "interview 2026-03-05 14:00")
    preview = await player.handle(Typed(ME, player.now, "share", player.check.id, id="E1", channel="C0001"))
    found.append(Example("share_preview", preview))
    chosen = await player.handle(Typed(ME, player.now, "show their words", player.check.id, id="E1b"))
    found.append(Example("share_chosen", chosen))
    await player.handle(Typed(ME, player.now, "hide their words", player.check.id, id="E1c"))
    await player.handle(Typed(ME, player.now, "yes", player.check.id, id="E2"))
    assert player.turn is not None
    (post,) = player.turn.posts
    found.append(Example("shared", post.replies, InChannel(post.channel, post.share)))
    card = next(reply for reply in post.replies if isinstance(reply, ShowShared))
    for_mentors = replace(card, review=ReviewState.CLAIMED, onward=True)
    found.append(Example("shared_for_review", (for_mentors,), InChannel(post.channel, post.share)))
    found.append(Example("shares", await player.say("shares")))
    share = player.check.shares[0]
    reviews = (Review(player.now), Review(player.now, ReviewState.CLAIMED, "U7"))
    waiting = [AskedReview(ME, player.check.id, replace(share, review=one)) for one in reviews]
    rows = (*queue(waiting, "U7"), *queue(waiting[1:], "U8"))
    found.append(Example("queue", (ShowQueue(rows),), check=None))
    home = await player.turns.handle(LookedHome(ME, player.now))
    found.append(Example("home", home.replies, HomePage(), check=None))
    found.append(Example("reminder", await player.wait(player.now + timedelta(days=3))))
    return found


def shortened(report: Report) -> Report:
    """Return a report with one of each thing: small enough to be read as a payload."""
    verdicts = tuple(
        replace(one, evidence=one.evidence[:1], notes=one.notes[:1], sources=one.sources[:1]) for one in report.verdicts
    )
    flags = tuple(replace(one, evidence=one.evidence[:1]) for one in report.flags[:1])
    return replace(
        report,
        verdicts=verdicts,
        flags=flags,
        questions=report.questions[:1],
        skills=report.skills[:1],
        contradictions=report.contradictions[:1],
        answers=tuple(one for one in report.answers if one.quotes)[:1],
    )


def windows(language: str) -> Iterator[tuple[str, Json]]:
    """Yield both windows that open over a conversation."""
    catalogue = core().catalogue
    question = catalogue.text(phrase("steps.plan.ask"), language)
    yield "write_form", write_form(catalogue, language, question, "answer:abc234:7:plan:", ASKED)
    rules = Workspace(1, "zh", "core", ("C0001",), ("U0001",))
    yield "rules_form", rules_form(catalogue, language, rules, {"core": "Team check", "data": "Data engineering"})
