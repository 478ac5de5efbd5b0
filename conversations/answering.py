"""Taking answers: one after the other, again, on closer questions, in a second pass."""

from dataclasses import replace

from conversations.about_you import profile_saved
from conversations.assessment.evidence import source_name
from conversations.catalogue import Phrase, phrase
from conversations.coming_and_going import leave, step_before
from conversations.events import Pressed
from conversations.judgement import said
from conversations.profile import changes
from conversations.replies import Listed, Noted, Reply, Say, ShowReport
from conversations.scene import (
    Outcome,
    Scene,
    ask_view,
    lost,
    offer_view,
    section_start,
    shallow,
    still_to_fill_in,
    to_next,
    view,
)
from conversations.script import Step
from conversations.session import Given, Phase
from conversations.vocabulary import QUESTIONS
from conversations.wording import answer_phrase, step_name


def answer(scene: Scene) -> Outcome:
    """Take an answer to the step being asked."""
    meant = scene.meant
    if scene.step is None or meant.answer is None:
        return lost(scene)
    return take(scene, scene.step, Given(meant.answer, scene.event.at, meant.source, meant.quote))


def accept(scene: Scene) -> Outcome:
    """Yes to "did you mean ...?"."""
    if scene.step is None or scene.check.offered is None:
        return lost(scene)
    return take(scene, scene.step, scene.check.offered)


def take(scene: Scene, step: Step, given: Given) -> Outcome:
    """Store an answer and go on: to the next open step, or to the report."""
    if scene.check.is_profile:
        given = Given(given.answer, given.at)  # about the person there is one source: the person
    earlier = scene.check.answers.get(step.id, ())
    # With a source it stands beside what other sources said; without one it is the person's last word.
    kept = tuple(one for one in earlier if one.source != given.source) if given.source else ()
    answers = {**scene.check.answers, step.id: (*kept, given)}
    agenda = tuple(one for one in scene.check.agenda if one != step.id)
    proposed = tuple(one for one in scene.check.proposed if one.step != step.id)
    taken = scene.with_check(replace(scene.check, answers=answers, agenda=agenda, proposed=proposed))
    noted = Noted(phrase("noted", name=step_name(step), answer=_noted(scene, step, given)), step.id)
    after = to_next(taken, answered=step.id)
    if after.check.is_profile:
        after, moved = profile_saved(scene, after)
        return after, (noted, *moved, *view(after))
    if after.check.phase is Phase.FINISHED and not scene.check.agenda and not scene.facts.open_steps():
        return after, (noted, _what_moved(scene, after), *view(after))
    return after, (noted, *_next_view(after, step))


def _what_moved(before: Scene, after: Scene) -> Reply:
    """After a finished check was changed: what that moved, rather than the whole report once more."""
    moved = changes(before.report, after.report)
    return Listed(phrase("changed.moved"), moved) if moved else Say(phrase("changed.nothing"))


def _noted(scene: Scene, step: Step, given: Given) -> Phrase:
    answer = answer_phrase(scene.script, step, given.answer)
    if given.source is None:
        return answer
    key = "noted_quote" if given.quote else "noted_source"
    return phrase(key, answer=answer, source=source_name(given.source), quote=given.quote)


def keep(scene: Scene) -> Outcome:
    """Leave the answer as it is, or what is open open, and go on."""
    step = scene.step
    if step is None or (step.id not in scene.facts.answers and step.id not in scene.check.agenda):
        return lost(scene)
    agenda = tuple(one for one in scene.check.agenda if one != step.id)
    answer = scene.facts.answers.get(step.id)
    kept = answer_phrase(scene.script, step, answer) if answer else phrase("unsaid.unknown")
    after = to_next(scene.with_check(replace(scene.check, agenda=agenda)))
    return after, (Noted(phrase("noted", name=step_name(step), answer=kept), step.id), *_next_view(after, step))


def attribute(scene: Scene) -> Outcome:
    """Take “@recruiter” by itself: it was the recruiter who said what was answered last."""
    step = scene.script.by_id.get(scene.check.answered or "") or step_before(scene)
    given = scene.check.answers.get(step.id, ()) if step else ()
    if step is None or not given or scene.meant.source is None or scene.check.is_profile:
        return scene, (Say(phrase("attribute.nothing")), *view(scene))
    last = replace(given[-1], source=scene.meant.source, quote=scene.meant.quote or given[-1].quote)
    kept = tuple(one for one in given[:-1] if one.source != last.source)
    after = scene.with_check(replace(scene.check, answers={**scene.check.answers, step.id: (*kept, last)}))
    return after, (
        Noted(phrase("noted", name=step_name(step), answer=_noted(scene, step, last)), step.id),
        *view(after),
    )


def _next_view(scene: Scene, answered: Step) -> tuple[Reply, ...]:
    if scene.check.phase is Phase.FINISHED:
        return (ShowReport(scene.report), *view(scene))
    return (*section_start(scene, answered), *view(scene))


def offer_near(scene: Scene) -> Outcome:
    """Ask "did you mean ...?"."""
    meant = scene.meant
    if meant.answer is None:
        return lost(scene)
    offered = Given(meant.answer, scene.event.at, meant.source, meant.quote)
    after = scene.with_check(replace(scene.check, phase=Phase.OFFERED, offered=offered))
    return after, offer_view(after)


def decline(scene: Scene) -> Outcome:
    """No to "did you mean ...?"."""
    if scene.step is None:
        return lost(scene)
    after = scene.with_check(replace(scene.check, phase=Phase.ASKING, offered=None))
    return after, ask_view(after)


def unreadable(scene: Scene) -> Outcome:
    """Say what an answer to this step looks like, and ask again."""
    if scene.step is None or scene.check.phase not in (Phase.ASKING, Phase.OFFERED):
        return lost(scene)
    after = scene.with_check(replace(scene.check, phase=Phase.ASKING, offered=None))
    step = scene.step
    low_high = {"low": step.low, "high": step.high}
    return after, (Say(Phrase(f"unreadable.{step.kind}", low_high)), *ask_view(after))


def moved_on(scene: Scene) -> Outcome:
    """Answer what was said to an older question: change nothing, show where we are."""
    key = "expired_reply" if isinstance(scene.event, Pressed) else "moved_on"
    return scene, (Say(phrase(key)), *view(scene))


def back(scene: Scene) -> Outcome:
    """Ask the step before once more."""
    ids = [step.id for step in scene.facts.path]
    place = ids.index(scene.check.at) if scene.check.at in ids else len(ids)
    if scene.check.answered in ids:
        place = ids.index(scene.check.answered) + 1
    if place == 0:
        return scene, (Say(phrase("back.first")), *view(scene))
    after = scene.with_check(scene.now(Phase.ASKING, ids[place - 1]))
    return after, ask_view(after)


def leave_review(scene: Scene) -> Outcome:
    """Go on from the answers that were looked over."""
    if scene.check.is_profile and not scene.facts.open_steps():
        return leave(scene)
    after = to_next(scene)
    return after, view(after)


def change(scene: Scene) -> Outcome:
    """Ask the step of a numbered answer again."""
    wanted = scene.meant
    one = next((one for one in said(scene.facts) if one.number == wanted.number or one.step == wanted.text), None)
    if one is None:
        return scene, (Say(phrase("change.which")), *view(scene))
    after = scene.with_check(scene.now(Phase.ASKING, one.step))
    return after, ask_view(after)


def fill_in(scene: Scene) -> Outcome:
    """Begin a second pass: only what is open is asked again."""
    agenda = still_to_fill_in(scene)
    if not agenda:
        return scene, (Say(phrase("fill_in.nothing")), *view(scene))
    after = to_next(scene.with_check(replace(scene.check, agenda=agenda)))
    return after, (Noted(phrase("fill_in.start", n=len(agenda))), *view(after))


def second_pass(scene: Scene) -> Outcome:
    """Go to what is open, after the person was away for an interview."""
    if scene.facts.open_steps():
        return to_next(scene), ()
    agenda = still_to_fill_in(scene)
    if not agenda:
        return scene, (Say(phrase("fill_in.nothing")),)
    return to_next(scene.with_check(replace(scene.check, agenda=agenda))), (
        Say(phrase("fill_in.start", n=len(agenda))),
    )


def deeper(scene: Scene) -> Outcome:
    """Ask the deeper steps of one question, or of all."""
    number = scene.meant.number
    if number is not None and not 1 <= number <= len(QUESTIONS):
        return scene, (Say(phrase("deeper.which")), *view(scene))
    wanted = QUESTIONS if number is None else (QUESTIONS[number - 1],)
    left = shallow(scene)
    if not set(wanted) & set(left):
        return scene, (Say(phrase("deeper.nothing")), *view(scene))
    deep = tuple(q for q in QUESTIONS if q in scene.check.deep or (q in wanted and q in left))
    deepened = scene.with_check(replace(scene.check, deep=deep))
    after = to_next(deepened)
    return after, (Noted(phrase("deeper.done", n=len(after.facts.open_steps()))), *view(after))
