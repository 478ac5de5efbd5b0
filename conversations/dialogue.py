"""The machine: TRANSITIONS says what each intent does in each phase, and advance() takes one turn.

    (script, session, event) -> (session, replies)

A handler is given the scene and returns the check as it now is, with what to say. It may only end in the
phases that its row of the table names. What is not in the table has one answer: "not now", and where we are.
Nothing here knows a clock, a file or a platform.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from conversations.catalogue import Arg, Phrase, phrase
from conversations.events import Event, Left, Opened, Typed
from conversations.facts import Facts
from conversations.judgement import facts_of, report_on
from conversations.reading_answers import MENUS, Reader
from conversations.replies import Ask, Choose, Goodbye, Progress, Reply, ReviewAnswers, Say, ShowReport, Turn
from conversations.script import Script, Step
from conversations.session import Answer, Check, Intent, Meant, Person, Phase, Session
from conversations.vocabulary import QUESTIONS, StepKind
from conversations.wording import answer_phrase, step_name


@dataclass(frozen=True)
class Scene:
    """What a handler sees. Facts are worked out when first looked at."""

    script: Script
    person: Person
    check: Check
    event: Event
    meant: Meant

    @cached_property
    def facts(self) -> Facts:
        """The answers that count."""
        return facts_of(self.script, self.check.answers)

    @property
    def step(self) -> Step | None:
        """The step being asked."""
        return self.script.by_id.get(self.check.at) if self.check.at else None

    def now(self, phase: Phase, at: str | None = None) -> Check:
        """Return the check in another phase."""
        return replace(self.check, phase=phase, at=at, offered=None)

    def with_check(self, check: Check) -> "Scene":
        """Return the scene after a change of the check."""
        return Scene(self.script, self.person, check, self.event, self.meant)


Outcome = tuple[Check, tuple[Reply, ...]]
Handler = Callable[[Scene], Outcome]


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: what handles it, and the phases it may end in."""

    handler: Handler
    to: tuple[Phase, ...]


def advance(script: Script, session: Session, event: Event) -> Turn:
    """Take one turn.

    The session that comes back has its revisions raised by one where something changed; an event that only asks
    for words leaves it as it was.
    """
    before = session
    if isinstance(event, Opened):
        session = _at_hand(script, session, event)
    check = session.check
    if check is None:
        return Turn(session, (Goodbye(phrase("gone")),))
    if isinstance(event, Typed) and event.seen is not None and event.seen != check.revision:
        scene = Scene(script, session.person, check, event, Meant(Intent.OPEN))
        after, replies = _moved_on(scene)
    else:
        scene = Scene(script, session.person, check, event, _read(script, session, check, event))
        after, replies = TRANSITIONS.get((check.phase, scene.meant.intent), _NOT_NOW).handler(scene)
    if after != check:
        after = replace(after, changed_at=event.at)
    return Turn(_raised(before, Session(session.person, after)), replies)


def _at_hand(script: Script, session: Session, event: Opened) -> Session:
    """Pick the check that an opening is about, or lay out a new one."""
    check = session.check
    if check and (event.check or (not event.fresh and check.phase is not Phase.FINISHED)):
        return Session(replace(session.person, current_check=check.id), check)
    new = Check(event.new_check, f"{script.id}-{script.version}", event.at, event.at)
    return Session(replace(session.person, current_check=new.id), new)


def _raised(before: Session, after: Session) -> Session:
    person, check = after.person, after.check
    if person != before.person:
        person = replace(person, revision=person.revision + 1)
    if check and check != before.check:
        check = replace(check, revision=check.revision + 1)
    return Session(person, check)


def _read(script: Script, session: Session, check: Check, event: Event) -> Meant:
    match event:
        case Opened():
            return Meant(Intent.OPEN)
        case Left():
            return Meant(Intent.LATER)
        case Typed():
            step = script.by_id.get(check.at) if check.at else None
            return Reader(script, session.person.language).read(event.text, check.phase, step)


# -- showing where we are ----------------------------------------------------------------------------------------


def _view(scene: Scene) -> tuple[Reply, ...]:
    """Show what the conversation is waiting for: the same words, whether first asked, asked again or come back to."""
    match scene.check.phase:
        case Phase.CONFIRMING:
            return (Choose(phrase("start_over.sure"), MENUS[Phase.CONFIRMING]),)
        case Phase.REVIEWING:
            return _answers(scene)
        case Phase.FINISHED:
            return (Choose(phrase("finished.what_now"), MENUS[Phase.FINISHED]),)
        case Phase.OFFERED:
            return _offer(scene)
        case Phase.ASKING | Phase.NEW:
            return _ask(scene)


def _ask(scene: Scene) -> tuple[Reply, ...]:
    step = scene.step
    if step is None:
        return ()
    progress = progress_at(scene.facts, step)
    section = phrase(f"sections.{step.section}")
    before = scene.check.answers.get(step.id)
    ask = Ask(
        step=step.id,
        kind=step.kind,
        section=section,
        progress=progress,
        text=phrase(f"steps.{step.id}.ask"),
        hint=_hint(step),
        choices=tuple(phrase(f"steps.{step.id}.choices.{choice}") for choice in step.choice_ids),
        suggestions=step.suggest,
        said=answer_phrase(scene.script, step, before) if before else None,
    )
    return (ask,)


def _hint(step: Step) -> Phrase:
    match step.kind:
        case StepKind.SCALE:
            return phrase(f"steps.{step.id}.scale", low=step.low, high=step.high)
        case StepKind.NUMBER:
            return phrase("hint.number", unit=phrase(f"steps.{step.id}.unit"), low=step.low, high=step.high)
        case StepKind.CHOICE | StepKind.CHOICES | StepKind.TEXT | StepKind.SKILLS:
            return phrase(f"hint.{step.kind}")


def progress_at(facts: Facts, step: Step) -> Progress:
    """Count the steps of the section: those on the path, and about half of those that may come up."""
    ids = [one.id for one in facts.path if one.section == step.section]
    maybe = sum(facts.script.by_id[one].section == step.section for one in facts.ahead) - sum(
        one not in facts.answers for one in ids
    )
    place = ids.index(step.id) + 1 if step.id in ids else len(ids)
    return Progress(QUESTIONS.index(step.section) + 1, place, max(place, len(ids) + maybe // 2), maybe > 0)


def _answers(scene: Scene) -> tuple[Reply, ...]:
    report = report_on(scene.script, scene.check)
    return (ReviewAnswers(report.team, report.answers, report.complete),)


def _offer(scene: Scene) -> tuple[Reply, ...]:
    offered, step = scene.check.offered, scene.step
    if offered is None or step is None:
        return _ask(scene)
    guess = answer_phrase(scene.script, step, offered)
    return (Choose(phrase("near_miss", guess=guess), MENUS[Phase.OFFERED]),)


# -- handlers ----------------------------------------------------------------------------------------------------


def _begin(scene: Scene) -> Outcome:
    check = scene.now(Phase.ASKING, scene.script.steps[0].id)
    return check, (
        Say(phrase("greeting")),
        *_section_start(scene.with_check(check), None),
        *_ask(scene.with_check(check)),
    )


def _resume(scene: Scene) -> Outcome:
    """Come back to where the last shown reply left the person."""
    check = scene.check
    if check.phase in (Phase.ASKING, Phase.OFFERED) and not _still_asked(scene):
        check = _to_next(scene).check
    here = scene.with_check(check)
    given = len(here.facts.answers)
    return check, (Say(phrase("welcome_back", n=given)), *_last_said(here), *_view(here))


def _still_asked(scene: Scene) -> bool:
    return any(step.id == scene.check.at for step in scene.facts.path)


def _last_said(scene: Scene) -> tuple[Reply, ...]:
    """Recall the answer before the step being asked, so that nobody wonders whether it arrived."""
    path = scene.facts.path
    place = next((i for i, step in enumerate(path) if step.id == scene.check.at), 0)
    if not place or path[place - 1].id not in scene.facts.answers:
        return ()
    step = path[place - 1]
    answer = answer_phrase(scene.script, step, scene.facts.answers[step.id])
    return (Say(phrase("last_said", name=step_name(step), answer=answer)),)


def _reopen(scene: Scene) -> Outcome:
    return scene.check, (ShowReport(report_on(scene.script, scene.check)), *_view(scene))


def _answer(scene: Scene) -> Outcome:
    if scene.step is None or scene.meant.answer is None:
        return _lost(scene)
    return _take(scene, scene.step, scene.meant.answer)


def _accept(scene: Scene) -> Outcome:
    """Yes to "did you mean ...?"."""
    if scene.step is None or scene.check.offered is None:
        return _lost(scene)
    return _take(scene, scene.step, scene.check.offered)


def _take(scene: Scene, step: Step, answer: Answer) -> Outcome:
    """Store an answer and go on: to the next open step, or to the report."""
    check = replace(scene.check, answers={**scene.check.answers, step.id: answer})
    noted = Say(phrase("noted", name=step_name(step), answer=answer_phrase(scene.script, step, answer)))
    after = _to_next(scene.with_check(check))
    return after.check, (noted, *_next_view(after, step))


def _keep(scene: Scene) -> Outcome:
    step = scene.step
    if step is None or step.id not in scene.check.answers:
        return _lost(scene)
    return _take(scene, step, scene.check.answers[step.id])


def _to_next(scene: Scene) -> Scene:
    step = scene.facts.first_open()
    check = scene.now(Phase.ASKING, step.id) if step else scene.now(Phase.FINISHED)
    return scene.with_check(check)


def _next_view(scene: Scene, answered: Step) -> tuple[Reply, ...]:
    if scene.check.phase is Phase.FINISHED:
        return (ShowReport(report_on(scene.script, scene.check)), *_view(scene))
    return (*_section_start(scene, answered), *_ask(scene))


def _section_start(scene: Scene, answered: Step | None) -> tuple[Reply, ...]:
    """Introduce a section when its first step comes up for the first time."""
    step = scene.step
    if step is None or (answered is not None and answered.section == step.section):
        return ()
    if any(one.section == step.section for one in scene.facts.path if one.id in scene.facts.answers):
        return ()
    return (Say(phrase(f"sections.{step.section}_intro")),)


def _offer_near(scene: Scene) -> Outcome:
    check = replace(scene.check, phase=Phase.OFFERED, offered=scene.meant.answer)
    return check, _offer(scene.with_check(check))


def _decline(scene: Scene) -> Outcome:
    """No to "did you mean ...?"."""
    check = replace(scene.check, phase=Phase.ASKING, offered=None)
    return check, _ask(scene.with_check(check))


def _unreadable(scene: Scene) -> Outcome:
    if scene.step is None or scene.check.phase not in (Phase.ASKING, Phase.OFFERED):
        return _lost(scene)
    check = replace(scene.check, phase=Phase.ASKING, offered=None)
    step = scene.step
    low_high = {"low": step.low, "high": step.high}
    return check, (Say(Phrase(f"unreadable.{step.kind}", low_high)), *_ask(scene.with_check(check)))


def _lost(scene: Scene) -> Outcome:
    return scene.check, (Say(phrase(f"not_now.{scene.check.phase}")), *_view(scene))


def _moved_on(scene: Scene) -> Outcome:
    """Answer a line that was typed at an older question: change nothing, show where we are."""
    return scene.check, (Say(phrase("moved_on")), *_view(scene))


def _back(scene: Scene) -> Outcome:
    ids = [step.id for step in scene.facts.path]
    place = ids.index(scene.check.at) if scene.check.at in ids else len(ids)
    if place == 0:
        return scene.check, (Say(phrase("back.first")), *_view(scene))
    check = scene.now(Phase.ASKING, ids[place - 1])
    return check, _ask(scene.with_check(check))


def _leave_review(scene: Scene) -> Outcome:
    after = _to_next(scene)
    return after.check, _view(after)


def _change(scene: Scene) -> Outcome:
    number, path = scene.meant.number or 0, scene.facts.path
    if not 1 <= number <= len(path):
        return scene.check, (Say(phrase("change.which", n=len(path))), *_view(scene))
    check = scene.now(Phase.ASKING, path[number - 1].id)
    return check, _ask(scene.with_check(check))


def _review(scene: Scene) -> Outcome:
    check = scene.now(Phase.REVIEWING)
    return check, _answers(scene.with_check(check))


def _help(scene: Scene) -> Outcome:
    return scene.check, (Say(phrase("help")), *_view(scene))


def _why(scene: Scene) -> Outcome:
    return _tell(scene, "why")


def _example(scene: Scene) -> Outcome:
    return _tell(scene, "good")


def _tell(scene: Scene, what: str) -> Outcome:
    if scene.step is None:
        return _lost(scene)
    return scene.check, (Say(phrase(f"steps.{scene.step.id}.{what}")), *_view(scene))


def _status(scene: Scene) -> Outcome:
    facts, counts = scene.facts, dict[str, Arg]()
    for section in QUESTIONS:
        in_section = [step.id for step in facts.path if step.section == section]
        counts[f"{section}_done"] = sum(one in facts.answers for one in in_section)
        counts[f"{section}_steps"] = len(in_section)
    return scene.check, (Say(Phrase("status", counts)), *_view(scene))


def _report(scene: Scene) -> Outcome:
    return scene.check, (ShowReport(report_on(scene.script, scene.check)), *_view(scene))


def _questions(scene: Scene) -> Outcome:
    return scene.check, (ShowReport(report_on(scene.script, scene.check), questions_only=True), *_view(scene))


def _later(scene: Scene) -> Outcome:
    return scene.check, (Goodbye(phrase("later", id=scene.check.id)),)


def _quit(scene: Scene) -> Outcome:
    return scene.check, (Goodbye(phrase("quit", id=scene.check.id)),)


def _finish(scene: Scene) -> Outcome:
    return scene.check, (Goodbye(phrase("finished.goodbye", id=scene.check.id)),)


def _ask_sure(scene: Scene) -> Outcome:
    check = scene.now(Phase.CONFIRMING)
    return check, _view(scene.with_check(check))


def _start_over(scene: Scene) -> Outcome:
    check = replace(scene.now(Phase.ASKING, scene.script.steps[0].id), answers={})
    here = scene.with_check(check)
    return check, (Say(phrase("start_over.done")), *_section_start(here, None), *_ask(here))


def _do_not_start_over(scene: Scene) -> Outcome:
    after = _to_next(scene)
    return after.check, (Say(phrase("start_over.kept")), *_view(after))


# -- the table ---------------------------------------------------------------------------------------------------

_TALKING = (Phase.ASKING, Phase.OFFERED, Phase.REVIEWING, Phase.CONFIRMING, Phase.FINISHED)
_ON = (Phase.ASKING, Phase.FINISHED)


def _same(phase: Phase, handler: Handler) -> Move:
    return Move(handler, (phase,))


TRANSITIONS: Mapping[tuple[Phase, Intent], Move] = {
    # wherever the conversation is
    **{(phase, Intent.HELP): _same(phase, _help) for phase in _TALKING},
    **{(phase, Intent.STATUS): _same(phase, _status) for phase in _TALKING},
    **{(phase, Intent.REPORT): _same(phase, _report) for phase in _TALKING},
    **{(phase, Intent.QUESTIONS): _same(phase, _questions) for phase in _TALKING},
    **{(phase, Intent.REVIEW): Move(_review, (Phase.REVIEWING,)) for phase in _TALKING},
    **{(phase, Intent.CHANGE): Move(_change, (Phase.ASKING, phase)) for phase in _TALKING},
    **{(phase, Intent.START_OVER): Move(_ask_sure, (Phase.CONFIRMING,)) for phase in _TALKING},
    **{(phase, Intent.LATER): _same(phase, _later) for phase in _TALKING if phase is not Phase.FINISHED},
    **{(phase, Intent.QUIT): _same(phase, _quit) for phase in _TALKING if phase is not Phase.FINISHED},
    # coming, and coming back
    (Phase.NEW, Intent.OPEN): Move(_begin, (Phase.ASKING,)),
    **{(phase, Intent.OPEN): Move(_resume, (phase, *_ON)) for phase in (Phase.ASKING, Phase.OFFERED)},
    **{(phase, Intent.OPEN): _same(phase, _resume) for phase in (Phase.REVIEWING, Phase.CONFIRMING)},
    (Phase.FINISHED, Intent.OPEN): _same(Phase.FINISHED, _reopen),
    # a question is being asked
    (Phase.ASKING, Intent.ANSWER): Move(_answer, _ON),
    (Phase.ASKING, Intent.KEEP): Move(_keep, _ON),
    (Phase.ASKING, Intent.NEAR_MISS): Move(_offer_near, (Phase.OFFERED,)),
    (Phase.ASKING, Intent.UNREADABLE): _same(Phase.ASKING, _unreadable),
    (Phase.ASKING, Intent.BACK): _same(Phase.ASKING, _back),
    (Phase.ASKING, Intent.WHY): _same(Phase.ASKING, _why),
    (Phase.ASKING, Intent.EXAMPLE): _same(Phase.ASKING, _example),
    # "did you mean ...?" is being asked; an answer instead of yes or no is as good
    (Phase.OFFERED, Intent.YES): Move(_accept, _ON),
    (Phase.OFFERED, Intent.NO): Move(_decline, (Phase.ASKING,)),
    (Phase.OFFERED, Intent.ANSWER): Move(_answer, _ON),
    (Phase.OFFERED, Intent.KEEP): Move(_keep, (Phase.OFFERED, *_ON)),
    (Phase.OFFERED, Intent.NEAR_MISS): Move(_offer_near, (Phase.OFFERED,)),
    (Phase.OFFERED, Intent.UNREADABLE): Move(_unreadable, (Phase.ASKING,)),
    (Phase.OFFERED, Intent.BACK): Move(_decline, (Phase.ASKING,)),
    (Phase.OFFERED, Intent.WHY): _same(Phase.OFFERED, _why),
    (Phase.OFFERED, Intent.EXAMPLE): _same(Phase.OFFERED, _example),
    # the answers are being looked over
    (Phase.REVIEWING, Intent.BACK): Move(_leave_review, _ON),
    (Phase.REVIEWING, Intent.KEEP): Move(_leave_review, _ON),
    # "start over?" is being asked
    (Phase.CONFIRMING, Intent.YES): Move(_start_over, (Phase.ASKING,)),
    (Phase.CONFIRMING, Intent.NO): Move(_do_not_start_over, _ON),
    (Phase.CONFIRMING, Intent.BACK): Move(_do_not_start_over, _ON),
    # the report was shown
    (Phase.FINISHED, Intent.BACK): Move(_back, (Phase.ASKING,)),
    (Phase.FINISHED, Intent.LATER): _same(Phase.FINISHED, _finish),
    (Phase.FINISHED, Intent.QUIT): _same(Phase.FINISHED, _finish),
}

_NOT_NOW = Move(_lost, ())
