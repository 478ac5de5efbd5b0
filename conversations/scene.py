"""Where a conversation stands: what a handler sees, and what the person is shown of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from conversations.assessment.evidence import contradictions
from conversations.catalogue import Phrase, phrase
from conversations.events import Event
from conversations.facts import Facts, fits
from conversations.judgement import facts_of, open_on, report_on, said
from conversations.posting.reading import PostingReader
from conversations.profile import learned
from conversations.reminders import Due, Policy, has_come
from conversations.replies import Ask, AskPosting, Choose, Option, Progress, Reply, ReviewAnswers, Say
from conversations.report import Report
from conversations.script import Feeds, Packs, Script, Step
from conversations.session import Check, Intent, Meant, Person, Phase, Written
from conversations.sharing_choices import offered
from conversations.vocabulary import QUESTIONS, Question, StepKind
from conversations.wording import answer_phrase, choice_label, skill_name, step_name
from conversations.workspace import Workspace

Postings = Callable[[], PostingReader]
"""Returns what reads job postings; made when it is first needed."""


@dataclass(frozen=True)
class Scene:
    """What a handler sees. Facts are worked out when first looked at."""

    script: Script
    person: Person
    check: Check
    event: Event
    meant: Meant

    saved: tuple[Check, ...] | None = None
    packs: Packs = field(default_factory=lambda: Packs({}))
    policy: Policy = field(default_factory=Policy)
    workspace: Workspace = field(default_factory=Workspace)
    carried: Facts | None = None
    """The facts of the scene before, where nothing was said since."""
    postings: Postings | None = None
    needs_saved: bool = False
    """As in Turn, as is this."""
    instead: Event | None = None

    @cached_property
    def facts(self) -> Facts:
        """The answers that count."""
        return self.carried or facts_of(self.script, self.check, self.person.about)

    @cached_property
    def report(self) -> Report:
        """What the check amounts to."""
        return report_on(self.script, self.check, self.person.about)

    @cached_property
    def due(self) -> Due | None:
        """What the check has waited for, and its time has come."""
        return has_come(self.check, self.person, self.policy, self.event.at)

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


def menu(scene: Scene) -> tuple[Intent, ...]:
    """Return what the numbers stand for where no step is being asked."""
    match scene.check.phase:
        case Phase.OFFERED | Phase.CONFIRMING | Phase.SHARING:
            return (Intent.YES, Intent.NO)
        case Phase.DECIDING:
            return (Intent.GO_ON, Intent.ASK_MORE, Intent.PASS)
        case Phase.PROPOSING:
            quoted = (Intent.KEEP_WORDS,) if scene.check.proposed and scene.check.proposed[0].given.quote else ()
            all_ = (Intent.TAKE_ALL,) if len(scene.check.proposed) > 1 else ()
            return (Intent.YES, *quoted, Intent.NO, Intent.CHANGE, *all_)
        case Phase.FINISHED:
            wanted = (
                (Intent.QUIT, True),
                (Intent.FILL_IN, any(open_on(scene.script, scene.facts))),
                (Intent.DEEPER, bool(shallow(scene))),
                (Intent.REVIEW, True),
                (Intent.QUESTIONS, True),
                (Intent.REPORT, True),
                (Intent.DECIDE, True),
                (Intent.KEEP_PROFILE, learned(scene.facts, scene.person.about.answers) != scene.person.about.answers),
                (Intent.SHARE, scene.policy.reachable),
            )
            return tuple(intent for intent, offered in wanted if offered)
        case Phase.NEW | Phase.ASKING | Phase.REVIEWING | Phase.PASTING:
            return ()


def still_to_fill_in(scene: Scene) -> tuple[str, ...]:
    """Return the steps that the report's questions are about, in the order of the script."""
    return tuple(sorted(set(open_on(scene.script, scene.facts)), key=scene.script.position.__getitem__))


def shallow(scene: Scene) -> tuple[Question, ...]:
    """Return the sections that have deeper questions left."""
    return tuple(q for q in QUESTIONS if q not in scene.check.deep and any(s.section == q for s in scene.facts.deeper))


def view(scene: Scene) -> tuple[Reply, ...]:
    """Show what the conversation is waiting for: the same words, whether first asked, asked again or come back to."""
    match scene.check.phase:
        case Phase.CONFIRMING:
            return (Choose(phrase("start_over.sure"), menu(scene)),)
        case Phase.SHARING:
            choices = offered(scene.check.sharing, mentors=bool(scene.workspace.mentors)) if scene.check.sharing else ()
            more = (Option(phrase(f"share.choices.{one}"), Intent.SHARE_AS, one) for one in choices)
            return (Choose(phrase("share.ask"), menu(scene), tuple(more)),)
        case Phase.DECIDING:
            return (Choose(phrase("decision.ask"), menu(scene)),)
        case Phase.REVIEWING:
            return answers_view(scene)
        case Phase.PASTING:
            return (AskPosting(phrase("posting.paste"), len(scene.check.pasted)),)
        case Phase.PROPOSING:
            return proposal_view(scene)
        case Phase.FINISHED:
            return (Choose(phrase("finished.what_now"), menu(scene)),)
        case Phase.OFFERED:
            return offer_view(scene)
        case Phase.ASKING | Phase.NEW:
            return ask_view(scene)


def ask_view(scene: Scene) -> tuple[Reply, ...]:
    """Show the step being asked."""
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
        choice_ids=step.choice_ids,
        low=float(step.low),
        high=float(step.high),
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


def answers_view(scene: Scene) -> tuple[Reply, ...]:
    """Show all answers."""
    team = scene.facts.fed(Feeds.TEAM)
    title = phrase("review.title")
    if scene.check.is_profile:
        title = phrase("profile.title")
    elif isinstance(team, Written):
        title = phrase("review.title_team", team=team.text)
    return (ReviewAnswers(title, said(scene.facts), not scene.facts.open_steps()),)


def offer_view(scene: Scene) -> tuple[Reply, ...]:
    """Show "did you mean ...?"."""
    offered, step = scene.check.offered, scene.step
    if offered is None or step is None:
        return ask_view(scene)
    guess = answer_phrase(scene.script, step, offered.answer)
    return (Choose(phrase("near_miss", guess=guess), menu(scene)),)


def proposal_view(scene: Scene) -> tuple[Reply, ...]:
    """Show what a posting suggests, with the words it rests on."""
    step = scene.step
    if step is None or not scene.check.proposed:
        return ask_view(scene)
    one = scene.check.proposed[0]
    proposal = phrase(
        "posting.proposal",
        name=step_name(step),
        answer=answer_phrase(scene.script, step, one.given.answer),
        certainty=phrase(f"posting.certainty.{one.certainty}"),
        left=len(scene.check.proposed),
    )
    if one.given.quote:
        proposal = phrase("posting.proposal_quoted", proposal=proposal, words=one.given.quote)
    return (Choose(proposal, menu(scene)),)


def to_next(scene: Scene, answered: str | None = None) -> Scene:
    """Go to what a posting suggests, to the first open step, to what a second pass still has to ask, then to the end.

    Args:
        scene: where the conversation stands.
        answered: the step that was just answered.

    """
    agenda = scene.check.agenda
    if agenda:
        due = {step.id for step in (*scene.facts.path, *scene.facts.deeper)}
        agenda = tuple(one for one in agenda if one in due)
    waiting = next((step.id for step in scene.facts.open_steps()), None) or next(iter(agenda), None)
    phase = Phase.ASKING
    proposed = tuple(one for one in scene.check.proposed if fits(scene.script.by_id.get(one.step), one.given.answer))
    if proposed:
        waiting, phase = proposed[0].step, Phase.PROPOSING
    elif waiting is None:
        phase = Phase.REVIEWING if scene.check.is_profile else Phase.FINISHED
    check = replace(
        scene.check, phase=phase, at=waiting, answered=answered, offered=None, agenda=agenda, proposed=proposed
    )
    return scene.with_check(check)


def section_start(scene: Scene, answered: Step | None) -> tuple[Reply, ...]:
    """Introduce a section when its first step comes up for the first time."""
    step = scene.step
    if step is None or (answered is not None and answered.section == step.section):
        return ()
    if any(one.section == step.section for one in scene.facts.path if one.id in scene.check.answers):
        return ()
    return (Say(phrase(f"sections.{step.section}_intro")),)


def with_saved(scene: Scene) -> Outcome:
    """Take the event again, with all of the person's checks at hand."""
    return replace(scene, needs_saved=True), ()


def elsewhere(scene: Scene, event: Event) -> Outcome:
    """Take another event in place of this one: it is about something that is not loaded."""
    return replace(scene, instead=event), ()


def lost(scene: Scene) -> Outcome:
    """Say that it does not fit here, and show where we are."""
    return scene, (Say(phrase(f"not_now.{scene.check.phase}")), *view(scene))
