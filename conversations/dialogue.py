"""The machine: TRANSITIONS says what each intent does in each phase, and advance() takes one turn.

    (script, session, event) -> (session, replies)

A handler is given the scene and returns the check as it now is, with what to say. It may only end in the
phases that its row of the table names. What is not in the table has one answer: "not now", and where we are.
Nothing here knows a clock, a file or a platform.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from conversations.assessment.evidence import contradictions, source_name
from conversations.catalogue import Arg, Phrase, language_for, phrase
from conversations.events import Event, Left, Opened, TimePassed, Typed
from conversations.facts import Facts, fits
from conversations.judgement import facts_of, open_on, report_on, said
from conversations.profile import changes, learned, read_again, reasons, with_answers
from conversations.reading_answers import Reader
from conversations.replies import Ask, Choose, Goodbye, Listed, Progress, Reply, ReviewAnswers, Say, ShowReport, Turn
from conversations.report import Report
from conversations.script import Feeds, Packs, Script, Step
from conversations.session import (
    PROFILE_CHECK,
    Check,
    Decision,
    Fine,
    Given,
    Intent,
    Meant,
    Person,
    Phase,
    Session,
    Unsaid,
    Written,
)
from conversations.vocabulary import QUESTIONS, OwnDecision, Question, StepKind
from conversations.wording import answer_phrase, choice_label, skill_name, step_name

REASON_LIMIT = 500
"""Characters of a reason: for a decision, or for being fine with a flag."""


@dataclass(frozen=True)
class Scene:
    """What a handler sees. Facts are worked out when first looked at."""

    script: Script
    person: Person
    check: Check
    event: Event
    meant: Meant

    saved: tuple[Check, ...] = ()
    packs: Packs = field(default_factory=lambda: Packs({}))
    carried: Facts | None = None
    """The facts of the scene before, where nothing was said since."""

    @cached_property
    def facts(self) -> Facts:
        """The answers that count."""
        return self.carried or facts_of(self.script, self.check, self.person.about)

    @cached_property
    def report(self) -> Report:
        """What the check amounts to."""
        return report_on(self.script, self.check, self.person.about)

    @property
    def step(self) -> Step | None:
        """The step being asked."""
        return self.script.by_id.get(self.check.at) if self.check.at else None

    def now(self, phase: Phase, at: str | None = None) -> Check:
        """Return the check in another phase."""
        return replace(self.check, phase=phase, at=at, answered=None, offered=None)

    def with_check(self, check: Check) -> "Scene":
        """Return the scene after a change of the check."""
        nothing_said = check.answers is self.check.answers and check.deep is self.check.deep
        return replace(self, check=check, carried=self.facts if nothing_said else None)

    def with_person(self, person: Person) -> "Scene":
        """Return the scene after a change of what is known about the person."""
        return replace(self, person=person, carried=None)


Outcome = tuple[Scene, tuple[Reply, ...]]
Handler = Callable[[Scene], Outcome]


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: what handles it, and the phases it may end in."""

    handler: Handler
    to: tuple[Phase, ...]


def advance(script: Script, session: Session, event: Event, packs: Packs | None = None) -> Turn:
    """Take one turn.

    Args:
        script: the questionnaire that a new check is begun with.
        session: the person and the check at hand.
        event: what they did.
        packs: the questionnaires of checks that were begun with another one.

    The session that comes back has its revisions raised by one where something changed; an event that only asks
    for words leaves it as it was.

    """
    before = session
    if isinstance(event, Opened):
        session = _at_hand(script, session, event)
    check = session.check
    if check is None:
        return Turn(session, (Goodbye(phrase("gone")),), script.catalogue)
    packs = packs or Packs({script.id: script})
    mine = script if check.is_profile else packs.of(check.pack) or script
    scene = Scene(mine, session.person, check, event, Meant(Intent.OPEN), session.saved, packs)
    if isinstance(event, Typed) and event.seen is not None and event.seen != check.asked:
        after, replies = _moved_on(scene)
    else:
        scene = replace(scene, meant=_read(scene))
        after, replies = TRANSITIONS.get((check.phase, scene.meant.intent), _NOT_NOW).handler(scene)
    changed = after.check
    if changed != check and not isinstance(event, TimePassed):
        changed = replace(changed, changed_at=event.at, pack=after.script.name, asked=check.asked + 1)
    return Turn(_raised(before, replace(session, person=after.person, check=changed)), replies, after.script.catalogue)


def _at_hand(script: Script, session: Session, event: Opened) -> Session:
    """Pick the language to speak, and the check that an opening is about, or lay out a new one."""
    if event.language and (event.switch or not session.person.revision):
        language = language_for(event.language, script.catalogue.languages)
        session = replace(session, person=replace(session.person, language=language))
    check = session.check
    if event.check == PROFILE_CHECK:
        return session if check else replace(session, check=_new(script, PROFILE_CHECK, event))
    if check and (event.check or (not event.fresh and check.phase is not Phase.FINISHED)):
        return replace(session, person=replace(session.person, current_check=check.id))
    new = _new(script, event.new_check, event)
    return replace(session, person=replace(session.person, current_check=new.id), check=new)


def _new(script: Script, check_id: str, event: Opened) -> Check:
    return Check(check_id, script.name, event.at, event.at)


def _raised(before: Session, after: Session) -> Session:
    person, check = after.person, after.check
    if person != before.person:
        person = replace(person, revision=person.revision + 1)
    if check and check != before.check:
        check = replace(check, revision=check.revision + 1)
    return replace(after, person=person, check=check)


def _read(scene: Scene) -> Meant:
    match scene.event:
        case Opened():
            return Meant(Intent.OPEN)
        case Left():
            return Meant(Intent.LATER)
        case TimePassed():
            return Meant(Intent.TIME)
        case Typed():
            reader = Reader(scene.script, scene.person.language)
            return reader.read(scene.event.text, scene.check.phase, scene.step, _menu(scene))


# -- showing where we are ----------------------------------------------------------------------------------------


def _menu(scene: Scene) -> tuple[Intent, ...]:
    """Return what the numbers stand for where no step is being asked."""
    match scene.check.phase:
        case Phase.OFFERED | Phase.CONFIRMING:
            return (Intent.YES, Intent.NO)
        case Phase.DECIDING:
            return (Intent.GO_ON, Intent.ASK_MORE, Intent.PASS)
        case Phase.FINISHED:
            wanted = (
                (Intent.QUIT, True),
                (Intent.FILL_IN, any(open_on(scene.script, scene.facts))),
                (Intent.DEEPER, bool(_shallow(scene))),
                (Intent.REVIEW, True),
                (Intent.QUESTIONS, True),
                (Intent.REPORT, True),
                (Intent.DECIDE, True),
                (Intent.KEEP_PROFILE, learned(scene.facts, scene.person.about.answers) != scene.person.about.answers),
            )
            return tuple(intent for intent, offered in wanted if offered)
        case Phase.NEW | Phase.ASKING | Phase.REVIEWING:
            return ()


def _still_to_fill_in(scene: Scene) -> tuple[str, ...]:
    """Return the steps that the report's questions are about, in the order of the script."""
    return tuple(sorted(set(open_on(scene.script, scene.facts)), key=scene.script.position.__getitem__))


def _shallow(scene: Scene) -> tuple[Question, ...]:
    """Return the sections that have deeper questions left."""
    return tuple(q for q in QUESTIONS if q not in scene.check.deep and any(s.section == q for s in scene.facts.deeper))


def _view(scene: Scene) -> tuple[Reply, ...]:
    """Show what the conversation is waiting for: the same words, whether first asked, asked again or come back to."""
    match scene.check.phase:
        case Phase.CONFIRMING:
            return (Choose(phrase("start_over.sure"), _menu(scene)),)
        case Phase.DECIDING:
            return (Choose(phrase("decision.ask"), _menu(scene)),)
        case Phase.REVIEWING:
            return _answers(scene)
        case Phase.FINISHED:
            return (Choose(phrase("finished.what_now"), _menu(scene)),)
        case Phase.OFFERED:
            return _offer(scene)
        case Phase.ASKING | Phase.NEW:
            return _ask(scene)


def _ask(scene: Scene) -> tuple[Reply, ...]:
    step = scene.step
    if step is None:
        return ()
    before = scene.facts.answers.get(step.id)
    said_before = answer_phrase(scene.script, step, before) if before else None
    if len(scene.check.answers.get(step.id, ())) > 1:
        said_before = phrase("ask.several", sides=_sides(scene, step))
    ask = Ask(
        step=step.id,
        kind=step.kind,
        section=phrase("profile.title") if scene.check.is_profile else phrase(f"sections.{step.section}_short"),
        progress=_progress(scene, step),
        text=phrase(f"steps.{step.id}.ask"),
        hint=_hint(step),
        choices=tuple(choice_label(step, choice) for choice in step.choice_ids),
        suggestions=tuple(skill_name(scene.script, name) for name in step.suggest),
        said=said_before,
    )
    return (ask,)


def _sides(scene: Scene, step: Step) -> tuple[Phrase, ...]:
    return next((one.sides for one in contradictions(scene.facts) if one.step == step.id), ()) or tuple(
        answer_phrase(scene.script, step, one.answer) for one in scene.check.answers[step.id]
    )


def _hint(step: Step) -> Phrase:
    match step.kind:
        case StepKind.SCALE:
            return phrase(f"steps.{step.id}.scale", low=step.low, high=step.high)
        case StepKind.NUMBER:
            return phrase("hint.number", unit=phrase(f"steps.{step.id}.unit"), low=step.low, high=step.high)
        case StepKind.SKILLS:
            return phrase("hint.own_skills" if step.profile_only else "hint.skills")
        case StepKind.CHOICE | StepKind.CHOICES | StepKind.TEXT:
            return phrase(f"hint.{step.kind}")


def _progress(scene: Scene, step: Step) -> Progress | None:
    if scene.check.is_profile:
        return None
    if scene.check.agenda:
        left = len(scene.check.agenda)
        return Progress(QUESTIONS.index(step.section) + 1, 1, left, about=True, second_pass=True)
    return progress_at(scene.facts, step)


def progress_at(facts: Facts, step: Step) -> Progress:
    """Count the steps of the section: those on the path, and about half of those that may come up."""
    ids = [one.id for one in facts.path if one.section == step.section]
    here = [one for one in facts.ahead if facts.script.by_id[one].section == step.section]
    maybe = sum(one not in ids and facts.is_asked(facts.script.by_id[one]) for one in here)
    place = ids.index(step.id) + 1 if step.id in ids else len(ids)
    return Progress(QUESTIONS.index(step.section) + 1, place, max(place, len(ids) + maybe // 2), about=maybe > 0)


def _answers(scene: Scene) -> tuple[Reply, ...]:
    team = scene.facts.fed(Feeds.TEAM)
    title = phrase("review.title")
    if scene.check.is_profile:
        title = phrase("profile.title")
    elif isinstance(team, Written):
        title = phrase("review.title_team", team=team.text)
    return (ReviewAnswers(title, said(scene.facts), not scene.facts.open_steps()),)


def _offer(scene: Scene) -> tuple[Reply, ...]:
    offered, step = scene.check.offered, scene.step
    if offered is None or step is None:
        return _ask(scene)
    guess = answer_phrase(scene.script, step, offered.answer)
    return (Choose(phrase("near_miss", guess=guess), _menu(scene)),)


# -- coming and going --------------------------------------------------------------------------------------------


def _begin(scene: Scene) -> Outcome:
    if scene.check.is_profile:
        here = _to_next(_prefilled(scene))
        return here, (Say(phrase("profile.greeting")), *_view(here))
    here = _to_next(scene)
    return here, (Say(phrase("greeting")), *_section_start(here, None), *_view(here))


def _prefilled(scene: Scene) -> Scene:
    """Lay the profile out as answers that can be changed; what was left unsaid stays unsaid.

    What was said about a step that is another one here, as a pack asked it, is left out.
    """
    earlier = scene.check.answers
    answers = {step: given for step, given in earlier.items() if isinstance(given[-1].answer, Unsaid)}
    for step, answer in scene.person.about.answers.items():
        if step in scene.script.by_id and not fits(scene.script.by_id[step], answer):
            continue
        before = earlier.get(step, ())
        answers[step] = before if before and before[-1].answer == answer else (Given(answer, scene.event.at),)
    return scene.with_check(replace(scene.check, answers=answers))


def _resume(scene: Scene) -> Outcome:
    """Come back to where the last shown reply left the person."""
    if scene.check.is_profile:
        scene = _prefilled(scene)
    here = scene
    if here.check.phase in (Phase.ASKING, Phase.OFFERED) and not _still_asked(here):
        here = _to_next(here)
    if here.check.is_profile:
        return here, (Say(phrase("profile.greeting")), *_view(here))
    given = len(here.facts.answers)
    welcome = Say(phrase("welcome_back", n=given) if given else phrase("welcome"))
    return here, (welcome, *_newer(here), *_last_said(here), *_view(here))


def _still_asked(scene: Scene) -> bool:
    return any(step.id == scene.check.at for step in (*scene.facts.path, *scene.facts.deeper))


def _last_said(scene: Scene) -> tuple[Reply, ...]:
    """Recall the answer before the step being asked, so that nobody wonders whether it arrived."""
    step = _before(scene)
    if step is None:
        return ()
    answer = answer_phrase(scene.script, step, scene.facts.answers[step.id])
    return (Say(phrase("last_said", name=step_name(step), answer=answer)),)


def _before(scene: Scene) -> Step | None:
    """Return the answered step before the one being asked."""
    path = scene.facts.path
    place = next((i for i, step in enumerate(path) if step.id == scene.check.at), len(path))
    answered = [step for step in path[:place] if step.id in scene.facts.answers]
    return answered[-1] if answered else None


def _reopen(scene: Scene) -> Outcome:
    return scene, (ShowReport(scene.report), *_newer(scene), *_view(scene))


def _newer(scene: Scene) -> tuple[Reply, ...]:
    """Offer the newer questionnaire, where there is one; the check stays with its own until the person takes it."""
    return (Say(phrase("update.offer")),) if scene.packs.newer(scene.script) else ()


def _update(scene: Scene) -> Outcome:
    """Take the newer questionnaire: what still has its step is kept, the rest is named."""
    newer = None if scene.check.is_profile else scene.packs.newer(scene.script)
    if newer is None:
        return scene, (Say(phrase("update.nothing")), *_view(scene))
    answers, lost = {}, []
    for step, given in scene.check.answers.items():
        kept = tuple(one for one in given if fits(newer.by_id.get(step), one.answer))
        if kept:
            answers[step] = kept
        if len(kept) < len(given):
            lost.append(
                step_name(scene.script.by_id[step]) if step in scene.script.by_id else phrase("answer.text", text=step)
            )
    flags = {flag.id for flag in newer.flags}
    fine = {flag: why for flag, why in scene.check.fine.items() if flag in flags}
    agenda = tuple(step for step in scene.check.agenda if step in newer.by_id)
    check = replace(
        scene.check, pack=newer.name, answers=answers, fine=fine, agenda=agenda, offered=None, answered=None
    )
    words = [scene.script.catalogue.text(one, scene.person.language) for one in lost]
    after = _to_next(replace(scene, script=newer, check=check, carried=None))
    gone = (Listed(phrase("update.lost"), tuple(phrase("answer.text", text=word) for word in words)),) if lost else ()
    return after, (Say(phrase("update.done", n=len(answers))), *gone, *_view(after))


def _later(scene: Scene) -> Outcome:
    key = "profile.goodbye" if scene.check.is_profile else "later"
    return scene, (Goodbye(phrase(key, id=scene.check.id)),)


def _quit(scene: Scene) -> Outcome:
    key = "profile.goodbye" if scene.check.is_profile else "quit"
    return scene, (Goodbye(phrase(key, id=scene.check.id)),)


def _finish(scene: Scene) -> Outcome:
    return scene, (Goodbye(phrase("finished.goodbye", id=scene.check.id)),)


# -- answers -----------------------------------------------------------------------------------------------------


def _answer(scene: Scene) -> Outcome:
    meant = scene.meant
    if scene.step is None or meant.answer is None:
        return _lost(scene)
    return _take(scene, scene.step, Given(meant.answer, scene.event.at, meant.source, meant.quote))


def _accept(scene: Scene) -> Outcome:
    """Yes to "did you mean ...?"."""
    if scene.step is None or scene.check.offered is None:
        return _lost(scene)
    return _take(scene, scene.step, scene.check.offered)


def _take(scene: Scene, step: Step, given: Given) -> Outcome:
    """Store an answer and go on: to the next open step, or to the report."""
    if scene.check.is_profile:
        given = Given(given.answer, given.at)  # about the person there is one source: the person
    earlier = scene.check.answers.get(step.id, ())
    # With a source it stands beside what other sources said; without one it is the person's last word.
    kept = tuple(one for one in earlier if one.source != given.source) if given.source else ()
    answers = {**scene.check.answers, step.id: (*kept, given)}
    agenda = tuple(one for one in scene.check.agenda if one != step.id)
    taken = scene.with_check(replace(scene.check, answers=answers, agenda=agenda))
    noted = Say(phrase("noted", name=step_name(step), answer=_noted(scene, step, given)))
    after = _to_next(taken)
    after = after.with_check(replace(after.check, answered=step.id))
    if after.check.is_profile:
        after, moved = _profile_saved(scene, after)
        return after, (noted, *moved, *_view(after))
    was_complete = not scene.facts.open_steps() and not scene.check.agenda
    if was_complete and after.check.phase is Phase.FINISHED:
        return after, (noted, _what_moved(scene, after), *_view(after))
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


def _keep(scene: Scene) -> Outcome:
    step = scene.step
    if step is None or (step.id not in scene.facts.answers and step.id not in scene.check.agenda):
        return _lost(scene)
    agenda = tuple(one for one in scene.check.agenda if one != step.id)
    answer = scene.facts.answers.get(step.id)
    kept = answer_phrase(scene.script, step, answer) if answer else phrase("unsaid.unknown")
    after = _to_next(scene.with_check(replace(scene.check, agenda=agenda)))
    return after, (Say(phrase("noted", name=step_name(step), answer=kept)), *_next_view(after, step))


def _attribute(scene: Scene) -> Outcome:
    """Take “@recruiter” by itself: it was the recruiter who said what was answered last."""
    step = scene.script.by_id.get(scene.check.answered or "") or _before(scene)
    given = scene.check.answers.get(step.id, ()) if step else ()
    if step is None or not given or scene.meant.source is None or scene.check.is_profile:
        return scene, (Say(phrase("attribute.nothing")), *_view(scene))
    last = replace(given[-1], source=scene.meant.source, quote=scene.meant.quote or given[-1].quote)
    kept = tuple(one for one in given[:-1] if one.source != last.source)
    after = scene.with_check(replace(scene.check, answers={**scene.check.answers, step.id: (*kept, last)}))
    return after, (Say(phrase("noted", name=step_name(step), answer=_noted(scene, step, last))), *_view(after))


def _to_next(scene: Scene) -> Scene:
    """Go to the first open step, then to what a second pass still has to ask, then to the end."""
    due = {step.id for step in (*scene.facts.path, *scene.facts.deeper)}
    agenda = [one for one in scene.check.agenda if one in due]
    waiting = [step.id for step in scene.facts.open_steps()] or agenda
    if waiting:
        return scene.with_check(replace(scene.now(Phase.ASKING, waiting[0]), agenda=tuple(agenda)))
    end = Phase.REVIEWING if scene.check.is_profile else Phase.FINISHED
    return scene.with_check(replace(scene.now(end), agenda=()))


def _next_view(scene: Scene, answered: Step) -> tuple[Reply, ...]:
    if scene.check.phase is Phase.FINISHED:
        return (ShowReport(scene.report), *_view(scene))
    return (*_section_start(scene, answered), *_view(scene))


def _section_start(scene: Scene, answered: Step | None) -> tuple[Reply, ...]:
    """Introduce a section when its first step comes up for the first time."""
    step = scene.step
    if step is None or (answered is not None and answered.section == step.section):
        return ()
    if any(one.section == step.section for one in scene.facts.path if one.id in scene.check.answers):
        return ()
    return (Say(phrase(f"sections.{step.section}_intro")),)


def _offer_near(scene: Scene) -> Outcome:
    meant = scene.meant
    if meant.answer is None:
        return _lost(scene)
    offered = Given(meant.answer, scene.event.at, meant.source, meant.quote)
    after = scene.with_check(replace(scene.check, phase=Phase.OFFERED, offered=offered))
    return after, _offer(after)


def _decline(scene: Scene) -> Outcome:
    """No to "did you mean ...?"."""
    if scene.step is None:
        return _lost(scene)
    after = scene.with_check(replace(scene.check, phase=Phase.ASKING, offered=None))
    return after, _ask(after)


def _unreadable(scene: Scene) -> Outcome:
    if scene.step is None or scene.check.phase not in (Phase.ASKING, Phase.OFFERED):
        return _lost(scene)
    after = scene.with_check(replace(scene.check, phase=Phase.ASKING, offered=None))
    step = scene.step
    low_high = {"low": step.low, "high": step.high}
    return after, (Say(Phrase(f"unreadable.{step.kind}", low_high)), *_ask(after))


def _lost(scene: Scene) -> Outcome:
    return scene, (Say(phrase(f"not_now.{scene.check.phase}")), *_view(scene))


def _moved_on(scene: Scene) -> Outcome:
    """Answer a line that was typed at an older question: change nothing, show where we are."""
    return scene, (Say(phrase("moved_on")), *_view(scene))


def _back(scene: Scene) -> Outcome:
    ids = [step.id for step in scene.facts.path]
    place = ids.index(scene.check.at) if scene.check.at in ids else len(ids)
    if scene.check.answered in ids:
        place = ids.index(scene.check.answered) + 1
    if place == 0:
        return scene, (Say(phrase("back.first")), *_view(scene))
    after = scene.with_check(scene.now(Phase.ASKING, ids[place - 1]))
    return after, _ask(after)


def _leave_review(scene: Scene) -> Outcome:
    if scene.check.is_profile and not scene.facts.open_steps():
        return _quit(scene)
    after = _to_next(scene)
    return after, _view(after)


def _change(scene: Scene) -> Outcome:
    one = next((one for one in said(scene.facts) if one.number == scene.meant.number), None)
    if one is None:
        return scene, (Say(phrase("change.which")), *_view(scene))
    after = scene.with_check(scene.now(Phase.ASKING, one.step))
    return after, _ask(after)


# -- words only --------------------------------------------------------------------------------------------------


def _review(scene: Scene) -> Outcome:
    after = scene.with_check(scene.now(Phase.REVIEWING))
    return after, _answers(after)


def _help(scene: Scene) -> Outcome:
    return scene, (Say(phrase("help")), *_view(scene))


def _card(scene: Scene) -> Outcome:
    return scene, (Say(phrase("card")), *_view(scene))


def _why(scene: Scene) -> Outcome:
    return _tell(scene, "why")


def _example(scene: Scene) -> Outcome:
    return _tell(scene, "good")


def _tell(scene: Scene, what: str) -> Outcome:
    if scene.step is None:
        return _lost(scene)
    return scene, (Say(phrase(f"steps.{scene.step.id}.{what}")), *_view(scene))


def _why_the_report(scene: Scene) -> Outcome:
    """Why do you say that? Each verdict and flag with the answers it rests on, and what would change it."""
    return scene, (ShowReport(scene.report, part="reasons"), *_view(scene))


def _glossary(scene: Scene) -> Outcome:
    catalogue, language = scene.script.catalogue, scene.person.language
    terms = catalogue.words("glossary.terms", language)
    term = scene.meant.text
    if not term:
        names = tuple(phrase(f"glossary.{one}.name") for one in terms)
        return scene, (Listed(phrase("glossary.all"), names), *_view(scene))
    found = next((one for one in terms if term in catalogue.words(f"glossary.{one}.words", language)), None)
    answer = phrase("glossary.unknown", term=term) if found is None else phrase(f"glossary.{found}.text")
    return scene, (Say(answer), *_view(scene))


def _language(scene: Scene) -> Outcome:
    """Speak another language from now on, or list those there are."""
    catalogue, wanted = scene.script.catalogue, scene.meant.text
    if not wanted:
        names = (catalogue.text(phrase("language.name"), one) for one in catalogue.languages)
        listed = tuple(phrase("answer.text", text=name) for name in names)
        return scene, (Listed(phrase("language.all"), listed), *_view(scene))
    after = scene.with_person(replace(scene.person, language=wanted))
    return after, (Say(phrase("language.now")), *_view(after))


def _status(scene: Scene) -> Outcome:
    facts, counts = scene.facts, dict[str, Arg]()
    for section in QUESTIONS:
        in_section = [step for step in facts.path if step.section == section]
        counts[f"{section}_done"] = sum(step.id in facts.answers for step in in_section)
        counts[f"{section}_steps"] = progress_at(facts, in_section[-1]).steps if in_section else 0
    return scene, (Say(Phrase("status", counts)), *_view(scene))


def _report(scene: Scene) -> Outcome:
    return scene, (ShowReport(scene.report), *_view(scene))


def _questions(scene: Scene) -> Outcome:
    return scene, (ShowReport(scene.report, part="questions"), *_view(scene))


# -- going deeper, a second pass, flags, the decision ------------------------------------------------------------


def _deeper(scene: Scene) -> Outcome:
    number = scene.meant.number
    if number is not None and not 1 <= number <= len(QUESTIONS):
        return scene, (Say(phrase("deeper.which")), *_view(scene))
    wanted = QUESTIONS if number is None else (QUESTIONS[number - 1],)
    shallow = _shallow(scene)
    if not set(wanted) & set(shallow):
        return scene, (Say(phrase("deeper.nothing")), *_view(scene))
    deep = tuple(q for q in QUESTIONS if q in scene.check.deep or (q in wanted and q in shallow))
    deepened = scene.with_check(replace(scene.check, deep=deep))
    after = _to_next(deepened)
    return after, (Say(phrase("deeper.done", n=len(after.facts.open_steps()))), *_view(after))


def _fill_in(scene: Scene) -> Outcome:
    agenda = _still_to_fill_in(scene)
    if not agenda:
        return scene, (Say(phrase("fill_in.nothing")), *_view(scene))
    after = _to_next(scene.with_check(replace(scene.check, agenda=agenda)))
    return after, (Say(phrase("fill_in.start", n=len(agenda))), *_view(after))


def _fine(scene: Scene) -> Outcome:
    flag = next((flag for flag in scene.report.flags if flag.number == scene.meant.number), None)
    if flag is None:
        return scene, (Say(phrase("fine.which")), *_view(scene))
    if not scene.meant.text:
        return scene, (Say(phrase("fine.why", n=flag.number, flag=flag.headline)), *_view(scene))
    fine = {**scene.check.fine, flag.id: Fine(scene.meant.text[:REASON_LIMIT], scene.event.at)}
    after = scene.with_check(replace(scene.check, fine=fine))
    return after, (Say(phrase("fine.done", flag=flag.headline)), *_view(after))


def _not_fine(scene: Scene) -> Outcome:
    flag = next((flag for flag in scene.report.flags if flag.number == scene.meant.number and flag.fine), None)
    if flag is None:
        return scene, (Say(phrase("fine.which")), *_view(scene))
    fine = {one: why for one, why in scene.check.fine.items() if one != flag.id}
    after = scene.with_check(replace(scene.check, fine=fine))
    return after, (Say(phrase("fine.undone", flag=flag.headline)), *_view(after))


def _decide(scene: Scene) -> Outcome:
    if scene.check.is_profile:
        return _lost(scene)
    after = scene.with_check(scene.now(Phase.DECIDING))
    return after, _view(after)


def _decided(scene: Scene) -> Outcome:
    choice = OwnDecision(scene.meant.intent.value)
    decision = Decision(choice, scene.meant.text[:REASON_LIMIT], scene.event.at)
    after = _to_next(scene.with_check(replace(scene.check, decision=decision)))
    return after, (Say(phrase("decision.done", choice=phrase(f"decision.{choice}"))), *_view(after))


def _undecided(scene: Scene) -> Outcome:
    after = _to_next(scene)
    return after, _view(after)


# -- the profile -------------------------------------------------------------------------------------------------


def _keep_profile(scene: Scene) -> Outcome:
    found = learned(scene.facts, scene.person.about.answers)
    if found == scene.person.about.answers:
        return scene, (Say(phrase("profile.nothing_new")), *_view(scene))
    after = scene.with_person(with_answers(scene.person, found, scene.event.at))
    return after, (Say(phrase("profile.kept", names=tuple(_profile_names(after)))), *_view(after))


def _profile_names(scene: Scene) -> list[Phrase]:
    return [step_name(step) for step in scene.script.steps if step.id in scene.person.about.answers]


def _profile_saved(before: Scene, scene: Scene) -> tuple[Scene, tuple[Reply, ...]]:
    """Make a new version of the profile, and say what it moves in the saved checks, and why."""
    about_me = {
        step: given[-1].answer
        for step, given in scene.check.answers.items()
        if given and not isinstance(given[-1].answer, Unsaid)
    }
    after = scene.with_person(with_answers(scene.person, about_me, scene.event.at))
    moved = read_again(scene.script, scene.packs, scene.saved, before.person.about, after.person.about)
    if not moved:
        return after, ()
    why = reasons(scene.script, before.person.about.answers, about_me)
    listed = (Listed(phrase("moved.check", team=one.team or one.check), one.changes) for one in moved)
    return after, (*listed, Listed(phrase("moved.because"), why))


# -- starting over -----------------------------------------------------------------------------------------------


def _ask_sure(scene: Scene) -> Outcome:
    after = scene.with_check(scene.now(Phase.CONFIRMING))
    return after, _view(after)


def _start_over(scene: Scene) -> Outcome:
    old = scene.check
    emptied = Check(old.id, old.pack, old.opened_at, old.changed_at, old.revision, asked=old.asked)
    after = _to_next(scene.with_check(emptied))
    if after.check.is_profile:
        after = after.with_person(with_answers(after.person, {}, scene.event.at))
    return after, (Say(phrase("start_over.done")), *_section_start(after, None), *_view(after))


def _do_not_start_over(scene: Scene) -> Outcome:
    after = _to_next(scene)
    return after, (Say(phrase("start_over.kept")), *_view(after))


# -- the table ---------------------------------------------------------------------------------------------------

_TALKING = tuple(phase for phase in Phase if phase is not Phase.NEW)
_UNFINISHED = tuple(phase for phase in _TALKING if phase is not Phase.FINISHED)
_ON = (Phase.ASKING, Phase.FINISHED)
_ON_OR_REVIEW = (*_ON, Phase.REVIEWING)
"""A dialogue about the person ends in the review of its answers, one about a team in its report."""


def _same(phase: Phase, handler: Handler) -> Move:
    return Move(handler, (phase,))


_ANYWHERE: Mapping[Intent, Handler] = {
    Intent.HELP: _help,
    Intent.CARD: _card,
    Intent.GLOSSARY: _glossary,
    Intent.LANGUAGE: _language,
    Intent.STATUS: _status,
    Intent.REPORT: _report,
    Intent.QUESTIONS: _questions,
    Intent.FINE: _fine,
    Intent.NOT_FINE: _not_fine,
}
"""What only says something, or marks a flag, and leaves the conversation where it is."""

TRANSITIONS: Mapping[tuple[Phase, Intent], Move] = {
    # wherever the conversation is
    **{(phase, intent): _same(phase, handler) for phase in _TALKING for intent, handler in _ANYWHERE.items()},
    **{(phase, Intent.REVIEW): Move(_review, (Phase.REVIEWING,)) for phase in _TALKING},
    **{(phase, Intent.CHANGE): Move(_change, (Phase.ASKING, phase)) for phase in _TALKING},
    **{(phase, Intent.START_OVER): Move(_ask_sure, (Phase.CONFIRMING,)) for phase in _TALKING},
    **{(phase, Intent.DEEPER): Move(_deeper, (Phase.ASKING, phase)) for phase in _TALKING},
    **{(phase, Intent.DECIDE): Move(_decide, (Phase.DECIDING, phase)) for phase in _TALKING},
    **{(phase, Intent.UPDATE): Move(_update, (phase, *_ON)) for phase in _TALKING},
    **{(phase, Intent.LATER): _same(phase, _later) for phase in _UNFINISHED},
    **{(phase, Intent.QUIT): _same(phase, _quit) for phase in _UNFINISHED},
    # coming, and coming back
    (Phase.NEW, Intent.OPEN): Move(_begin, (Phase.ASKING, Phase.REVIEWING)),
    **{(phase, Intent.OPEN): Move(_resume, (phase, *_ON_OR_REVIEW)) for phase in (Phase.ASKING, Phase.OFFERED)},
    **{(phase, Intent.OPEN): _same(phase, _resume) for phase in (Phase.REVIEWING, Phase.CONFIRMING, Phase.DECIDING)},
    (Phase.FINISHED, Intent.OPEN): _same(Phase.FINISHED, _reopen),
    # a question is being asked
    (Phase.ASKING, Intent.ANSWER): Move(_answer, _ON_OR_REVIEW),
    (Phase.ASKING, Intent.ATTRIBUTE): _same(Phase.ASKING, _attribute),
    (Phase.ASKING, Intent.KEEP): Move(_keep, _ON_OR_REVIEW),
    (Phase.ASKING, Intent.NEAR_MISS): Move(_offer_near, (Phase.OFFERED,)),
    (Phase.ASKING, Intent.UNREADABLE): _same(Phase.ASKING, _unreadable),
    (Phase.ASKING, Intent.BACK): _same(Phase.ASKING, _back),
    (Phase.ASKING, Intent.WHY): _same(Phase.ASKING, _why),
    (Phase.ASKING, Intent.EXAMPLE): _same(Phase.ASKING, _example),
    # "did you mean ...?" is being asked; an answer instead of yes or no is as good
    (Phase.OFFERED, Intent.YES): Move(_accept, _ON_OR_REVIEW),
    (Phase.OFFERED, Intent.NO): Move(_decline, (Phase.ASKING,)),
    (Phase.OFFERED, Intent.ANSWER): Move(_answer, _ON_OR_REVIEW),
    (Phase.OFFERED, Intent.ATTRIBUTE): _same(Phase.OFFERED, _attribute),
    (Phase.OFFERED, Intent.KEEP): Move(_keep, (Phase.OFFERED, *_ON_OR_REVIEW)),
    (Phase.OFFERED, Intent.NEAR_MISS): Move(_offer_near, (Phase.OFFERED,)),
    (Phase.OFFERED, Intent.UNREADABLE): Move(_unreadable, (Phase.ASKING,)),
    (Phase.OFFERED, Intent.BACK): Move(_decline, (Phase.ASKING,)),
    (Phase.OFFERED, Intent.WHY): _same(Phase.OFFERED, _why),
    (Phase.OFFERED, Intent.EXAMPLE): _same(Phase.OFFERED, _example),
    # the answers are being looked over
    (Phase.REVIEWING, Intent.BACK): Move(_leave_review, _ON_OR_REVIEW),
    (Phase.REVIEWING, Intent.KEEP): Move(_leave_review, _ON_OR_REVIEW),
    # "start over?" is being asked
    (Phase.CONFIRMING, Intent.YES): Move(_start_over, (Phase.ASKING,)),
    (Phase.CONFIRMING, Intent.NO): Move(_do_not_start_over, _ON_OR_REVIEW),
    (Phase.CONFIRMING, Intent.BACK): Move(_do_not_start_over, _ON_OR_REVIEW),
    # the person's own decision is being asked
    (Phase.DECIDING, Intent.GO_ON): Move(_decided, _ON),
    (Phase.DECIDING, Intent.ASK_MORE): Move(_decided, _ON),
    (Phase.DECIDING, Intent.PASS): Move(_decided, _ON),
    (Phase.DECIDING, Intent.BACK): Move(_undecided, _ON_OR_REVIEW),
    # the report was shown
    (Phase.FINISHED, Intent.WHY): _same(Phase.FINISHED, _why_the_report),
    (Phase.FINISHED, Intent.FILL_IN): Move(_fill_in, _ON),
    (Phase.FINISHED, Intent.KEEP_PROFILE): _same(Phase.FINISHED, _keep_profile),
    (Phase.FINISHED, Intent.BACK): Move(_back, (Phase.ASKING,)),
    (Phase.FINISHED, Intent.LATER): _same(Phase.FINISHED, _finish),
    (Phase.FINISHED, Intent.QUIT): _same(Phase.FINISHED, _finish),
}

_NOT_NOW = Move(_lost, ())
