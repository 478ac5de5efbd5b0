"""A job posting in the dialogue: pasted, read, and what it suggests confirmed, changed or left out, one by one.

The paste is gone as soon as it is read. What it suggests goes with the last of it that is confirmed or left out; its
words are kept only where the person says so.
"""

from collections.abc import Iterator
from dataclasses import replace

from conversations.answering import change as change_numbered
from conversations.answering import take
from conversations.catalogue import Phrase, phrase
from conversations.coming_and_going import begin
from conversations.posting.proposals import Posting
from conversations.posting.suggested import suggested
from conversations.replies import Listed, Noted, Reply, Say, ShowReport
from conversations.scene import Outcome, Scene, ask_view, lost, to_next, view
from conversations.session import Phase, Proposed
from conversations.wording import answer_phrase, step_name

LONGEST = 40_000
"""Characters of a posting in a conversation."""


def ask_for_posting(scene: Scene) -> Outcome:
    """Ask for a posting."""
    if scene.check.is_profile or scene.postings is None:
        return lost(scene)
    after = scene.with_check(replace(scene.now(Phase.PASTING), pasted="", proposed=()))
    return after, view(after)


def pasted(scene: Scene) -> Outcome:
    """Take a part of a posting, or a whole one that was handed over as such."""
    if scene.check.is_profile or scene.postings is None:
        return lost(scene)
    whole = scene.check.phase is not Phase.PASTING
    text = "\n".join(filter(None, ("" if whole else scene.check.pasted, scene.meant.text)))
    if not scene.meant.text.strip():
        return _beginning(scene, phrase("posting.unreadable_file", n=LONGEST))
    if len(text) > LONGEST:
        return _beginning(scene, phrase("posting.too_long", n=LONGEST))
    if whole:
        return _read(scene, text)
    after = scene.with_check(replace(scene.check, pasted=text))
    # Line by line, as a terminal brings it, nothing is said in between.
    came = Noted(phrase("posting.came", n=len(text)))
    return after, ((came, *view(after)) if scene.policy.reachable else ())


def read(scene: Scene) -> Outcome:
    """Read what was pasted."""
    if not scene.check.pasted.strip():
        return scene, (Say(phrase("posting.nothing_yet")), *view(scene))
    return _read(scene, scene.check.pasted)


def stop_pasting(scene: Scene) -> Outcome:
    """Go on without a posting; what was pasted of it is gone."""
    after = to_next(scene.with_check(replace(scene.check, pasted="")))
    return after, (Noted(phrase("posting.dropped")), *view(after))


def _beginning(scene: Scene, told: Phrase) -> Outcome:
    """Say something, and go on; where nothing was begun, begin."""
    greeting, here = _greeted(scene)
    return here, (*greeting, Say(told), *view(here))


def _greeted(scene: Scene) -> tuple[tuple[Reply, ...], Scene]:
    if scene.check.phase is not Phase.NEW:
        return (), scene
    begun, replies = begin(scene)
    return replies[: len(replies) - len(view(begun))], begun


def _read(scene: Scene, text: str) -> Outcome:
    greeting, scene = _greeted(scene)
    reader = scene.postings() if scene.postings else None
    posting = reader.read(text) if reader else None
    if reader is None or posting is None or not posting.is_posting:
        after = to_next(scene.with_check(replace(scene.check, pasted="")))
        return after, (*greeting, Say(phrase("posting.not_one")), *view(after))
    found = suggested(posting, reader.answers, scene.script, scene.event.at)
    news = tuple(one for one in _asked_for(scene, found) if not _said_before(scene, one))
    after = to_next(scene.with_check(replace(scene.check, pasted="", proposed=news)))
    return after, (*greeting, *_told(posting, found, news), *view(after))


def _asked_for(scene: Scene, found: tuple[Proposed, ...]) -> Iterator[Proposed]:
    """Leave out what nothing asks for, should all the rest be so: an infrastructure team has no stages of a model."""
    answers = {**scene.check.answers, **{one.step: (one.given,) for one in found}}
    path = {step.id for step in scene.with_check(replace(scene.check, answers=answers)).facts.path}
    return (one for one in found if one.step in path)


def _said_before(scene: Scene, one: Proposed) -> bool:
    given = scene.check.answers.get(one.step, ())
    return any((said.answer, said.source) == (one.given.answer, one.given.source) for said in given)


def _told(posting: Posting, found: tuple[Proposed, ...], news: tuple[Proposed, ...]) -> tuple[Reply, ...]:
    """Say what was read, what kind of evidence that is, and what the posting does not tell."""
    counted = (
        phrase("posting.found", n=len(news)) if news else phrase("posting.no_news" if found else "posting.no_words")
    )
    several = (Say(phrase("posting.several")),) if posting.several_roles else ()
    untold = tuple(phrase(f"posting.names.{name}") for name in posting.untold)
    open_ = (Listed(phrase("posting.untold_title"), untold),) if untold else ()
    return (Say(counted), *several, *open_)


def confirm(scene: Scene) -> Outcome:
    """Take what is proposed, without the words it rests on."""
    return _confirmed(scene, words=False)


def confirm_with_words(scene: Scene) -> Outcome:
    """Take what is proposed, and keep the words it rests on."""
    return _confirmed(scene, words=True)


def _confirmed(scene: Scene, *, words: bool) -> Outcome:
    step = scene.step
    if step is None or not scene.check.proposed:
        return lost(scene)
    given = scene.check.proposed[0].given
    return take(scene, step, replace(given, at=scene.event.at, quote=given.quote if words else ""))


def leave_out(scene: Scene) -> Outcome:
    """Leave out what is proposed."""
    step = scene.step
    left = to_next(scene.with_check(replace(scene.check, proposed=scene.check.proposed[1:])))
    noted = (Noted(phrase("posting.left_out", name=step_name(step))),) if step else ()
    return left, (*noted, *_report_at_last(left), *view(left))


def change(scene: Scene) -> Outcome:
    """Ask the step of what is proposed, to be answered in the person's own way; or that of a numbered answer."""
    if scene.meant.number is not None or scene.meant.text:
        return change_numbered(scene)
    check = replace(scene.now(Phase.ASKING, scene.check.at), proposed=scene.check.proposed[1:])
    after = scene.with_check(check)
    return after, ask_view(after)


def take_all(scene: Scene) -> Outcome:
    """Take everything that is still proposed."""
    noted: list[Phrase] = []
    while scene.check.phase is Phase.PROPOSING and scene.step:
        step, one = scene.step, scene.check.proposed[0]
        noted.append(phrase("noted", name=step_name(step), answer=answer_phrase(scene.script, step, one.given.answer)))
        scene, _ = _confirmed(scene, words=False)
    return scene, (Listed(phrase("posting.taken"), tuple(noted)), *_report_at_last(scene), *view(scene))


def unclear(scene: Scene) -> Outcome:
    """Say what can be said to a proposal, and show it again."""
    return scene, (Say(phrase("not_now.proposing")), *view(scene))


def _report_at_last(scene: Scene) -> tuple[Reply, ...]:
    return (ShowReport(scene.report),) if scene.check.phase is Phase.FINISHED else ()
