"""The machine under any history: whatever is done, in whatever order, the session stays sound."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st

from conversations import scene as scenes
from conversations.assessment import ownership, skill_gap, team_kind
from conversations.catalogue import Phrase, phrase
from conversations.dialogue import TRANSITIONS, advance
from conversations.events import Event, Left, Opened, TimePassed, Typed
from conversations.facts import Facts
from conversations.judgement import facts_of, report_on
from conversations.reading_answers import Reader
from conversations.reads import flag_reads, verdict_reads
from conversations.red_flags import raised
from conversations.reminders import Policy, next_due
from conversations.replies import Ask, AskPosting, Choose, Goodbye, Listed, ReviewAnswers, Say, ShowReport, Turn
from conversations.report import RaisedFlag, Report, Verdict
from conversations.scene import Scene, menu
from conversations.script import Script, Step
from conversations.session import (
    PROFILE_CHECK,
    Amount,
    Answer,
    Check,
    Chosen,
    Given,
    Intent,
    Meant,
    Person,
    Phase,
    ProfileVersion,
    Session,
    Unsaid,
)
from conversations.snapshot import dump_check, dump_person, load_check, load_person
from conversations.vocabulary import QUESTIONS, TEAM_KINDS, Source, StepKind, TeamKind
from tests.dialogue import ME, NOON, asked, core, postings
from tests.test_posting import labelled as postings_of

# The same examples on every machine: a red build is a changed product, never bad luck.
settings.register_profile(
    "same",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Stage.explicit, Stage.generate, Stage.shrink],
)
SAME = settings.get_profile("same")
STATES = settings(SAME, max_examples=15)

INFORMING = (
    "help",
    "why",
    "example",
    "status",
    "review",
    "report",
    "questions",
    "card",
    "glossary",
    "language",
    "what is a pin",
    "list",
    "settings",
)
DECIDING = ("decide", "decide", "go on", "ask more because of the gap", "pass", "3: too far")
DEEPER = ("deeper", "deeper 2", "go deeper on 3", "deeper 9")
PASSING = ("fill in", "fill in", "keep", "keep profile", "what is pin factory")
SETTING = ("interview 2026-03-05 14:00", "remind me tomorrow 9:00", "time zone Berlin")
REMINDING = (*SETTING, "snooze", "stop", "quiet off")
SHARING = ("share", "share", "yes", "unshare", "unshare 2")
POSTING = ("posting", "done", "keep the words", "take all", "myself")
COMMANDS = (
    *INFORMING,
    *SHARING,
    "back",
    "keep",
    "later",
    "start over",
    "quit",
    "/back",
    "Yes!",
    "no",
    "y",
    "1.",
    "undo",
)
SOURCES = ("recruiter", "member", "manager", "posting", "a friend")
NON_ANSWERS = ("?", "dunno", "don't know yet", "skip", "n/a", "rather not say", "doesn't apply")
WORDS = st.text(st.characters(exclude_characters="{}"), max_size=30)
"""What a placeholder would look like is left out, because the tests look for placeholders left over."""


@pytest.fixture(autouse=True, scope="module")
def _each_check_is_judged_once() -> Iterator[None]:
    """Remember the last reports: a turn and the test that looks at it ask for the same one several times."""
    reports: dict[str, Report] = {}

    def remembered(script: Script, check: Check, about: ProfileVersion) -> Report:
        key = dump_check(check) + dump_person(Person(ME, profile=(about,)))
        if len(reports) > 50:
            reports.clear()
        if key not in reports:
            reports[key] = report_on(script, check, about)
        return reports[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scenes, "report_on", remembered)
        yield


# -- doing something, whatever is being asked ----------------------------------------------------------------------


@dataclass(frozen=True)
class Doing:
    """Something that a person does; what they type depends on what they see."""

    what: str
    number: int = 0
    text: str = ""


NUMBERS = st.integers(0, 59)
ANSWERING = st.builds(Doing, st.just("answer"), NUMBERS)
COMMANDING = st.sampled_from([Doing("text", text=line) for line in (*COMMANDS, *NON_ANSWERS)])
GOING = st.sampled_from([Doing("text", text=line) for line in (*DECIDING, *DEEPER, *PASSING, *REMINDING, *POSTING)])
COMING = st.builds(
    Doing, st.sampled_from(("open", "another", "return", "leave", "profile", "profile", "wait", "wait")), NUMBERS
)
_TYPED = ("hand over", "near miss", "near miss", "choice words", "several", "number", "change", "text", "old line")
_SAID = ("sourced", "sourced", "quoted", "attribute", "fine", "fine", "not fine")
TYPING = st.one_of(ANSWERING, COMMANDING, GOING, st.builds(Doing, st.sampled_from((*_TYPED, *_SAID)), NUMBERS, WORDS))


def several(one: st.SearchStrategy[Doing], counts: st.SearchStrategy[int]) -> st.SearchStrategy[list[Doing]]:
    return counts.flatmap(lambda count: st.lists(one, min_size=count, max_size=count))


BEGINNINGS = st.sampled_from(
    [
        [Doing("open")],
        [Doing("open"), Doing("text", text="deeper")],
        [Doing("open"), Doing("text", text="deeper 3")],
        [Doing("open"), Doing("profile")],
    ]
)
HEADS = several(ANSWERING, st.sampled_from((0, 4, 12, 12, 20, 60)))
TAILS = several(st.one_of(TYPING, TYPING, TYPING, TYPING, COMING), st.integers(10, 30))
HISTORY = st.tuples(BEGINNINGS, HEADS, TAILS).map(lambda parts: [*parts[0], *parts[1], *parts[2]])
ENDS = several(st.one_of(TYPING, TYPING, TYPING, TYPING, COMING), st.integers(0, 6))
STATE = st.tuples(BEGINNINGS, HEADS, ENDS).map(lambda parts: [*parts[0], *parts[1], *parts[2]])
"""A history short enough to look at many of the states it may end in."""


def answers_at(step: Step) -> tuple[str, ...]:
    """Return lines that answer a step."""
    numbers = tuple(str(place) for place in range(1, len(step.choices) + 1))
    match step.kind:
        case StepKind.CHOICE:
            return (*numbers, "?", "skip")
        case StepKind.CHOICES:
            return (*numbers, "all", "none", "1?", "?", "n/a")
        case StepKind.NUMBER | StepKind.SCALE:
            low, high = int(step.low), int(step.high)
            return (*(str(number) for number in range(low, min(high, low + 6) + 1)), "?")
        case StepKind.TEXT:
            return ("Acme", "Größe & Söhne", "?")
        case StepKind.SKILLS:
            return ("python 3, sql 1", "beekeeping", "1=4, 2", "?")


def answer_at(step: Step, number: int) -> str:
    lines = answers_at(step)
    return lines[number % len(lines)]


def label(step: Step, number: int) -> str:
    if not step.choices:
        return answer_at(step, number)
    choice = step.choice_ids[number % len(step.choices)]
    return core().catalogue.text(phrase(f"{step.texts}.choices.{choice}"), "en")


def misspelt(text: str, number: int) -> str:
    place = number % max(len(text), 1)
    return text[:place] + text[place + 1 :]


POSTED = ("", "A recipe for soup.", *(one.text for one in (*postings_of("en")[:6], *postings_of("zh")[:2])))
"""What is handed over as a posting."""


@dataclass
class Play:
    """People do things to checks that are kept as a store keeps them: by what was committed last."""

    person: Person = field(default_factory=lambda: Person(ME))
    checks: dict[str, Check] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    talking: str | None = None
    """PROFILE_CHECK while the dialogue is about the person."""

    def session(self, check: str | None = None) -> Session:
        """Load as a turn does: the profile comes with the person's other checks."""
        found = self.checks.get(check or self.person.current_check or "")
        saved = [one for name, one in sorted(self.checks.items()) if name != PROFILE_CHECK]
        return Session(self.person, found, tuple(saved) if check == PROFILE_CHECK else ())

    @property
    def check(self) -> Check:
        found = self.session(self.talking).check
        assert found is not None
        return found

    @property
    def facts(self) -> Facts:
        return facts_of(core(), self.check, self.person.about)

    @property
    def step(self) -> Step:
        assert self.check.at is not None
        return core().by_id[self.check.at]

    def take(self, event: Event) -> tuple[Session, Turn]:
        """Take a turn, or the one in its place; return what was before it as well."""
        before = self.session(event.check)
        turn = advance(core(), before, event, postings=postings)
        if turn.instead:
            assert turn.session == before
            return self.take(turn.instead)
        self.events.append(event)
        if isinstance(event, Opened):
            self.talking = event.check if event.check == PROFILE_CHECK else None
        self.person = turn.session.person
        if turn.session.check:
            self.checks[turn.session.check.id] = turn.session.check
        return before, turn

    def do(self, doing: Doing) -> tuple[Session, Turn]:
        return self.take(self.event(doing))

    def type(self, *lines: str) -> Turn:
        turns = [self.take(self.typed(line, NOON))[1] for line in lines]
        return turns[-1]

    def typed(self, line: str, at: datetime, seen: int | None = None) -> Typed:
        """Return a line as a platform brings it: looking at a channel, with an id that was drawn by chance."""
        return Typed(ME, at, line, self.talking, seen, id=f"E{len(self.events)}", channel=f"C{len(self.events) % 3}")

    def event(self, doing: Doing) -> Event:
        at = NOON + timedelta(seconds=len(self.events))
        check, new = self.session(self.talking).check, f"check{len(self.checks)}"
        match doing.what:
            case "open":
                return Opened(ME, at, new)
            case "another":
                return Opened(ME, at, new, fresh=True)
            case "profile":
                return Opened(ME, at, new, check=PROFILE_CHECK)
            case "return":
                return Opened(ME, at, new, check=sorted(self.checks)[doing.number % len(self.checks)])
            case "leave":
                return Left(ME, at, self.talking)
            case "wait":
                due = next_due(check, self.person, Policy()) if check else None
                return TimePassed(ME, due or at, check.id if check else new)
            case "hand over":
                return replace(self.typed(POSTED[doing.number % len(POSTED)], at), posting=True, new_check=new)
            case "old line":
                seen = check.asked - 1 - doing.number % 3 if check else 0
                return self.typed(self.line(replace(doing, what="answer")), at, seen)
        return self.typed(self.line(doing), at, check.asked if check else None)

    def line(self, doing: Doing) -> str:  # noqa: C901  one case a thing to do
        check, number = self.session(self.talking).check, doing.number
        step = core().by_id.get(check.at) if check and check.at else None
        match doing.what:
            case "answer":
                return answer_at(step, number) if step else str(number % 5)
            case "choice words":
                return label(step, number) if step else "yes"
            case "near miss":
                return misspelt(label(step, number) if step else "report", number)
            case "several":
                return f"{number % 7}, {number % 5}?"
            case "number":
                return str(number)
            case "change":
                return f"change {number}"
            case "sourced":
                return f"{answer_at(step, number) if step else number % 5} @{SOURCES[number % 5]}"
            case "quoted":
                said = answer_at(step, number) if step else "yes"
                return f'{said} @{SOURCES[number % 4]} "{doing.text}"'
            case "attribute":
                return f"@{SOURCES[number % 5]}"
            case "fine":
                return f"fine {1 + number % 4} {doing.text}"
            case "not fine":
                return f"not fine {1 + number % 4}"
        return doing.text


def played(history: Iterable[Doing]) -> Play:
    play = Play()
    for doing in history:
        play.do(doing)
    return play


def asking(history: Iterable[Doing]) -> Play:
    """Return a play in which a step is being asked."""
    play = played(history)
    for _ in range(3):
        if play.check.phase is Phase.PROPOSING:
            play.type("answer it myself")
        if play.check.phase is not Phase.ASKING:
            play.type("back")
        if play.check.phase is Phase.REVIEWING:
            play.type("change 1")
    assert play.check.phase is Phase.ASKING
    return play


def finish(play: Play, line: Callable[[Step], str]) -> list[str]:
    """Answer until nothing is asked any more; return the steps that came up. A loop without an end is a failure."""
    shown = []
    for _ in range(len(core().steps)):
        if play.check.phase is Phase.ASKING:
            shown.append(play.step.id)
            play.type(line(play.step))
    assert play.check.phase is not Phase.ASKING
    return shown


def place_of(play: Play) -> int:
    """Return the place of the step being asked; one that only a second pass asks comes behind them all."""
    ids = [step.id for step in play.facts.path]
    return ids.index(play.step.id) if play.step.id in ids else len(ids)


def meant(play: Session, line: str) -> Meant:
    """Return how a line is read there."""
    assert play.check is not None
    scene = Scene(core(), play.person, play.check, Typed(ME, NOON, line), Meant(Intent.OPEN), play.saved)
    return Reader(core(), "en").read(line, play.check.phase, scene.step, menu(scene))


def phrases(value: object) -> Iterator[Phrase]:
    """Walk replies, and everything in them, for what is to be worded."""
    if isinstance(value, Phrase):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from phrases(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from phrases(getattr(value, one.name))
    if isinstance(value, Choose):
        yield from (phrase(f"options.{option}") for option in value.options)


def test_the_walk_through_replies_reaches_the_innermost_phrases() -> None:
    play = Play()
    play.do(Doing("open"))
    finish(play, lambda _: "?")
    keys = {one.key for one in phrases(play.type("report").replies)}
    assert {"verdict.kind.not_known.headline", "steps.owns.question", "report.small_print.rules"} <= keys
    assert {"unsaid.unknown", "options.review", "steps.owns.name"} <= keys
    assert {"options.decide", "options.deeper", "options.fill_in"} <= keys


# -- any history ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """One turn, and what there was before it."""

    event: Event
    before: Session
    checks_before: Mapping[str, Check]
    turn: Turn
    checks: Mapping[str, Check]

    @property
    def check(self) -> Check:
        assert self.turn.session.check is not None
        return self.turn.session.check

    @property
    def facts(self) -> Facts:
        return facts_of(core(), self.check, self.turn.session.person.about)

    @property
    def old(self) -> bool:
        """Whether the line was typed at an older question."""
        return isinstance(self.event, Typed) and self.event.seen not in (None, self.check_before.asked)

    @property
    def check_before(self) -> Check:
        """The check as it was; one that was just laid out where there was none."""
        return self.checks_before.get(self.check.id, Check(self.check.id, core().name, self.event.at, self.event.at))

    @property
    def row(self) -> tuple[Phase, Intent]:
        """The row of the table that the turn goes by."""
        check = self.check_before
        match self.event:
            case Opened():
                return check.phase, Intent.OPEN
            case Left():
                return check.phase, Intent.LATER
            case TimePassed():
                return check.phase, Intent.TIME
            case Typed(posting=True):
                return check.phase, Intent.PASTED
            case Typed():
                return check.phase, meant(replace(self.before, check=check), self.event.text).intent
            case _:
                raise TypeError("nothing that a play does")


def it_is_answered_in_words_that_are_all_there(taken: Taken) -> None:
    assert taken.turn.replies or isinstance(taken.event, TimePassed)
    for one in phrases(taken.turn.replies):
        said = core().catalogue.text(one, "en")
        assert said.strip()
        assert "{" not in said


def a_step_is_being_asked_exactly_while_the_phase_says_so(taken: Taken) -> None:
    check = taken.check
    assert check.phase is not Phase.NEW
    if check.phase in (Phase.ASKING, Phase.OFFERED):
        assert check.at in [step.id for step in (*taken.facts.path, *taken.facts.deeper)]
    elif check.phase is Phase.PROPOSING:
        assert check.at == check.proposed[0].step
    else:
        assert check.at is None
    assert (check.offered is not None) == (check.phase is Phase.OFFERED)
    assert (check.sharing is not None) == (check.phase is Phase.SHARING)
    assert not check.pasted or check.phase is Phase.PASTING
    assert check.phase is not Phase.FINISHED or (not taken.facts.open_steps() and not check.agenda)
    assert check.answered is None or check.answered in check.answers
    assert not check.is_profile or check.phase not in (Phase.FINISHED, Phase.DECIDING)


def the_last_thing_said_is_what_the_session_waits_for(taken: Taken) -> None:
    if isinstance(taken.event, TimePassed):
        return
    last, check = taken.turn.replies[-1], taken.check
    if isinstance(last, Goodbye):
        return
    match check.phase:
        case Phase.ASKING:
            assert isinstance(last, Ask)
            assert last.step == check.at
            assert len(last.choices) == len(core().by_id[last.step].choices)
            assert (last.said is not None) == (last.step in taken.facts.answers)
            assert last.said is not None or last.step not in check.answers
        case Phase.REVIEWING:
            assert isinstance(last, ReviewAnswers)
            assert [said.step for said in last.answers] == list(taken.facts.answers)
        case Phase.PASTING:
            assert last == AskPosting(phrase("posting.paste"), len(check.pasted))
        case _:
            assert isinstance(last, Choose)
            assert len(set(last.options)) == len(last.options) > 1


def progress_never_runs_past_its_own_end(taken: Taken) -> None:
    for reply in taken.turn.replies:
        if isinstance(reply, Ask):
            assert (reply.progress is None) == taken.check.is_profile
        if isinstance(reply, Ask) and reply.progress:
            assert reply.progress.second_pass == bool(taken.check.agenda)
            assert 1 <= reply.progress.step <= reply.progress.steps
            assert 1 <= reply.progress.section <= 3


def nothing_happened(taken: Taken) -> bool:
    """Whether all is as it was; but whoever says anything is back."""
    old, now = taken.check_before, taken.check
    back = replace(old, revision=now.revision, changed_at=now.changed_at, asked=now.asked, parked=False, warned_at=None)
    return taken.turn.session == replace(taken.before, check=back if old.parked or old.warned_at else old)


def it_ends_in_a_phase_that_its_row_of_the_table_names(taken: Taken) -> None:
    if taken.old:
        assert nothing_happened(taken)
        assert taken.turn.replies[0] == Say(phrase("moved_on"))
        return
    move = TRANSITIONS.get(taken.row)
    if move:
        assert taken.check.phase in move.to
    else:
        assert nothing_happened(taken)
        assert taken.turn.replies[0] == Say(phrase(f"not_now.{taken.check.phase}"))


def a_revision_is_raised_by_one_exactly_where_something_changed(taken: Taken) -> None:
    person, check, old, was = taken.turn.session.person, taken.check, taken.check_before, taken.before.person
    at_hand = was.current_check if check.is_profile else check.id
    own = {name: getattr(person, name) for name in ("profile", "zone", "quiet", "left_alone", "about_me")}
    assert person == replace(was, current_check=at_hand, revision=person.revision, **own)
    assert person.revision == was.revision + (replace(person, revision=was.revision) != was)
    if check != old:
        assert check.revision == old.revision + 1
        assert check.changed_at == (old.changed_at if isinstance(taken.event, TimePassed) else taken.event.at)
        assert replace(check, revision=old.revision, changed_at=old.changed_at) != old
        assert (check.pack, check.opened_at) == (old.pack, old.opened_at)


def it_reads_back_as_it_was_kept(taken: Taken) -> None:
    assert load_check(dump_check(taken.check)) == taken.check
    assert load_person(dump_person(taken.turn.session.person)) == taken.turn.session.person


def an_answer_is_only_ever_lost_by_saying_yes_to_starting_over(taken: Taken) -> None:
    if taken.check_before.answers.keys() - taken.check.answers.keys():
        assert taken.row == (Phase.CONFIRMING, Intent.YES)
        assert not taken.check.answers


CONFIRMING = (Intent.KEEP, Intent.KEEP_WORDS, Intent.TAKE_ALL)
"""As is said to what a posting suggests."""


def only_answers_change_answers(taken: Taken) -> None:
    if taken.check.answers != taken.check_before.answers:
        laid_out = (Intent.OPEN,) if taken.check.is_profile else ()
        assert taken.row[1] in (Intent.ANSWER, Intent.ATTRIBUTE, Intent.YES, *CONFIRMING, *laid_out)


def what_a_source_said_stays_until_it_says_something_else_or_the_person_does(taken: Taken) -> None:
    if taken.old or taken.row[1] in (Intent.YES, *CONFIRMING):
        return
    for step, said in taken.check.answers.items():
        gone = [one for one in taken.check_before.answers.get(step, ()) if one not in said]
        assert len({one.source for one in said}) == len(said)
        if gone and taken.row[1] is Intent.ANSWER and not taken.check.is_profile:
            assert said[-1].source in (None, gone[0].source)
            assert len(gone) == 1 or said[-1].source is None


CHANGED_BY = {
    "deep": (Intent.DEEPER, Intent.YES),
    "fine": (Intent.FINE, Intent.NOT_FINE, Intent.YES),
    "decision": (Intent.GO_ON, Intent.ASK_MORE, Intent.PASS, Intent.YES),
}


def nothing_changes_but_by_its_own_command(taken: Taken) -> None:
    was, check = taken.check_before, taken.check
    for name, intents in CHANGED_BY.items():
        if getattr(check, name) != getattr(was, name):
            assert taken.row[1] in intents
            assert taken.row[1] is not Intent.YES or not getattr(check, name)
    assert set(check.agenda) <= set(was.agenda) or taken.row[1] is Intent.FILL_IN


def the_profile_is_what_its_dialogue_says(taken: Taken) -> None:
    person, was = taken.turn.session.person, taken.before.person
    if person.profile != was.profile:
        assert taken.check.is_profile or taken.row[1] is Intent.KEEP_PROFILE
        assert person.about.at == taken.event.at
        assert len(person.profile) - len(was.profile) in (0, 1)
    if taken.check.is_profile:
        shown = {step: one for step, one in taken.facts.answers.items() if not isinstance(one, Unsaid)}
        assert shown == person.about.answers


def the_person_is_told_what_a_change_of_a_finished_check_moved(taken: Taken) -> None:
    """A report that was shown is not shown again as a whole."""
    complete = taken.check_before.phase is not Phase.NEW and not (
        taken.check_before.agenda or facts_of(core(), taken.check_before, taken.before.person.about).open_steps()
    )
    if complete and taken.row[1] is Intent.ANSWER and taken.check.phase is Phase.FINISHED:
        said = taken.turn.replies[1]
        assert isinstance(said, Listed) or said == Say(phrase("changed.nothing"))


def every_other_check_is_left_alone(taken: Taken) -> None:
    others = {name: check for name, check in taken.checks_before.items() if name != taken.check.id}
    assert others.items() <= taken.checks.items()
    assert taken.turn.session.saved == taken.before.saved


def every_change_of_a_copy_is_posted_and_nothing_else(taken: Taken) -> None:
    old = {one.id: one for one in taken.check_before.shares}
    new = {one.id: one for one in taken.check.shares}
    ended = {} if taken.turn.expired else new
    assert {post.share for post in taken.turn.posts if not post.replies} == old.keys() - ended.keys()
    changed = {name for name, one in new.items() if one != old.get(name)}
    assert {post.share for post in taken.turn.posts if post.replies} == changed
    if new.keys() - old.keys():
        assert taken.row == (Phase.SHARING, Intent.YES)


SOUND = (
    it_is_answered_in_words_that_are_all_there,
    a_step_is_being_asked_exactly_while_the_phase_says_so,
    the_last_thing_said_is_what_the_session_waits_for,
    progress_never_runs_past_its_own_end,
    it_ends_in_a_phase_that_its_row_of_the_table_names,
    a_revision_is_raised_by_one_exactly_where_something_changed,
    it_reads_back_as_it_was_kept,
    an_answer_is_only_ever_lost_by_saying_yes_to_starting_over,
    only_answers_change_answers,
    what_a_source_said_stays_until_it_says_something_else_or_the_person_does,
    nothing_changes_but_by_its_own_command,
    the_profile_is_what_its_dialogue_says,
    the_person_is_told_what_a_change_of_a_finished_check_moved,
    every_other_check_is_left_alone,
    every_change_of_a_copy_is_posted_and_nothing_else,
)


@settings(SAME, max_examples=200)
@given(HISTORY)
def test_whatever_is_done_in_whatever_order_every_turn_is_sound(history: list[Doing]) -> None:
    play = Play()
    for doing in history:
        event, checks = play.event(doing), dict(play.checks)
        before, turn = play.take(event)
        taken = Taken(event, before, checks, turn, play.checks)
        for sound in SOUND:
            sound(taken)


@settings(SAME, max_examples=24)
@given(HISTORY)
def test_the_same_events_lead_to_the_same_sessions_and_the_same_words(history: list[Doing]) -> None:
    first = Play()
    turns = [first.do(doing) for doing in history]
    again = Play()
    assert [again.take(event) for event in first.events] == turns


# -- any state -----------------------------------------------------------------------------------------------------


@STATES
@given(STATE, st.sampled_from(INFORMING))
def test_asking_about_the_check_changes_no_answer_and_loses_no_step(history: list[Doing], line: str) -> None:
    play = played(history)
    before = play.check
    play.type(line)
    assert play.check.answers == before.answers
    if play.check.phase is not Phase.REVIEWING:
        assert play.check == before


@STATES
@given(STATE, TYPING, st.integers(1, 5))
def test_a_line_typed_at_an_older_question_changes_nothing(history: list[Doing], doing: Doing, late: int) -> None:
    play = played(history)
    before = play.session(play.talking)
    event = Typed(ME, NOON + timedelta(days=1), play.line(doing), play.talking, seen=play.check.asked - late)
    _, turn = play.take(event)
    assert turn.session == before
    assert turn.replies[0] == Say(phrase("moved_on"))


@STATES
@given(STATE, TYPING)
def test_a_line_typed_at_this_question_is_read_as_if_its_revision_were_not_known(
    history: list[Doing], doing: Doing
) -> None:
    play = played(history)
    line, session = play.line(doing), play.session(play.talking)
    known = advance(core(), session, Typed(ME, NOON, line, seen=play.check.asked))
    assert known == advance(core(), session, Typed(ME, NOON, line))


@STATES
@given(STATE, TYPING)
def test_starting_over_asks_once_and_only_yes_clears(history: list[Doing], doing: Doing) -> None:
    play = played(history)
    answers = play.check.answers
    asked_for = play.type("/start over").replies
    assert asked_for == (Choose(phrase("start_over.sure"), (Intent.YES, Intent.NO)),)
    assert play.check.answers == answers
    line = play.line(doing)
    yes = meant(play.session(play.talking), line).intent is Intent.YES
    play.type(line)
    assert play.check.answers == ({} if yes else answers)


@STATES
@given(STATE)
def test_starting_over_begins_at_the_first_step(history: list[Doing]) -> None:
    play = played(history)
    turn = play.type("/start over", "yes")
    about_me = [step for step in core().steps if step.profile or step.profile_only]
    assert asked(turn.replies).step == (about_me[0].id if play.check.is_profile else core().steps[0].id)
    assert asked(turn.replies).said is None
    assert not play.check.answers
    assert (play.check.deep, play.check.agenda, play.check.fine, play.check.decision) == ((), (), {}, None)
    assert not play.check.is_profile or not play.person.about.answers


LOOKING = several(st.sampled_from([Doing("text", text=line) for line in INFORMING[:4]]), st.integers(0, 3))
LINEAR = st.tuples(BEGINNINGS, several(ANSWERING, st.integers(0, 30)), LOOKING).map(
    lambda parts: [*parts[0], *parts[1], *parts[2]]
)


@STATES
@given(LINEAR, NUMBERS, NUMBERS)
def test_back_undoes_an_answer(history: list[Doing], one: int, other: int) -> None:
    play = played(history)
    assume(play.check.phase is Phase.ASKING)
    step, session = play.step, play.session(play.talking)
    play.type(answer_at(step, one), "back")
    if play.check.is_profile and play.check.phase is Phase.REVIEWING:
        play.type(f"change {place_in(play, step)}")  # behind the last question about the person comes the review
    assert (play.check.phase, play.check.at) == (Phase.ASKING, step.id)
    play.type(answer_at(step, other))
    at_once = advance(core(), session, Typed(ME, NOON, answer_at(step, other), play.talking)).session.check
    assert at_once is not None
    assert play.check.answers == at_once.answers
    assert (play.check.phase, play.check.at) == (at_once.phase, at_once.at)


@STATES
@given(STATE, NUMBERS, NUMBERS)
def test_changing_an_answer_is_as_good_as_having_given_it_at_once(history: list[Doing], one: int, other: int) -> None:
    play = asking(history)
    step, session = play.step, play.session(play.talking)
    play.type(answer_at(step, one))
    play.type(f"change {place_in(play, step)}")
    assert (play.check.phase, play.check.at) == (Phase.ASKING, step.id)
    play.type(answer_at(step, other))
    at_once = advance(core(), session, Typed(ME, NOON, answer_at(step, other), play.talking)).session
    assert at_once.check is not None
    assert play.facts.answers == facts_of(core(), at_once.check, at_once.person.about).answers
    assert play.person.about.answers == at_once.person.about.answers
    if session.check and not session.check.agenda:
        assert (play.check.phase, play.check.at) == (at_once.check.phase, at_once.check.at)


def place_in(play: Play, step: Step) -> int:
    """Return the number by which the review calls a step."""
    return [one.id for one in play.facts.path].index(step.id) + 1


@STATES
@given(STATE, st.integers(1, 15))
def test_going_back_and_keeping_the_answer_returns_to_the_first_open_step(history: list[Doing], times: int) -> None:
    play = asking(history)
    ids = [step.id for step in play.facts.path]
    answered, places = play.check.answered, [place_of(play)]
    for _ in range(times):
        play.type("back")
        places.append(place_of(play))
    # What was answered last comes first, wherever it stands; from there on it goes back step by step.
    start = ids.index(answered) + 1 if answered in ids else places[0]
    assert places[1:] == [max(0, start - gone) for gone in range(1, times + 1)]
    if play.step.id not in play.facts.answers:
        return  # nothing to keep here
    answers, agenda, kept = play.check.answers, play.check.agenda, play.step.id
    play.type("keep")
    due = {step.id for step in (*play.facts.path, *play.facts.deeper)} - {kept}
    waiting = [step.id for step in play.facts.open_steps()] or [one for one in agenda if one in due]
    end = Phase.REVIEWING if play.check.is_profile else Phase.FINISHED
    assert play.check.answers == answers
    after = (Phase.ASKING, waiting[0]) if waiting else (end, None)
    if play.check.proposed:
        after = (Phase.PROPOSING, play.check.proposed[0].step)
    assert (play.check.phase, play.check.at) == after


@STATES
@given(STATE)
def test_leaving_and_coming_back_shows_the_question_that_was_left(history: list[Doing]) -> None:
    play = played(history)
    before = play.check
    _, left = play.take(Left(ME, NOON, play.talking))
    assert any(isinstance(reply, Goodbye) for reply in left.replies)
    assert play.check == before
    _, turn = play.take(Opened(ME, NOON, "unused", check=before.id))
    assert play.check == before
    assert turn.replies[-1] == advance(core(), play.session(play.talking), Typed(ME, NOON, "help")).replies[-1]


ALL_NUMBERS = st.lists(NUMBERS, min_size=len(core().steps), max_size=len(core().steps))


@pytest.mark.parametrize("beginning", [[], ["deeper"], ["deeper 1", "deeper 3"]])
@STATES
@given(numbers=ALL_NUMBERS)
def test_any_answers_lead_to_the_report_within_one_answer_a_step(beginning: list[str], numbers: list[int]) -> None:
    play = Play()
    _, turn = play.do(Doing("open"))
    for line in beginning:
        play.type(line)
    shown = []
    for number in numbers:
        if play.check.phase is Phase.FINISHED:
            break
        shown.append(play.step.id)
        turn = play.do(Doing("answer", number))[1]
    assert play.check.phase is Phase.FINISHED
    assert any(isinstance(reply, ShowReport) and reply.report.complete for reply in turn.replies)
    places = [core().position[step] for step in shown]
    assert places == sorted(set(places))


@STATES
@given(ALL_NUMBERS)
def test_any_answers_about_the_person_lead_to_their_review_within_one_answer_a_step(numbers: list[int]) -> None:
    play = Play()
    _, turn = play.do(Doing("profile"))
    shown = []
    for number in numbers:
        if play.check.phase is Phase.REVIEWING:
            break
        shown.append(play.step.id)
        turn = play.do(Doing("answer", number))[1]
    assert play.check.phase is Phase.REVIEWING
    assert isinstance(turn.replies[-1], ReviewAnswers)
    assert turn.replies[-1].complete
    assert shown == [step.id for step in core().steps if step.profile or step.profile_only]


def by_chance(seed: int) -> Callable[[Step], str]:
    chance = Random(seed)  # noqa: S311  no secret hangs on it
    return lambda step: answer_at(step, chance.randrange(60))


@pytest.mark.parametrize("seed", range(8))
def test_a_second_pass_asks_once_each_what_the_report_asks_about(seed: int) -> None:
    play = Play()
    play.do(Doing("open"))
    finish(play, by_chance(seed))
    play.type("fill in")
    agenda, shown = play.check.agenda, finish(play, by_chance(seed))
    assert len(set(shown)) == len(shown)
    assert set(agenda) <= {*shown, *(s.id for s in core().steps if s.when)}


def led_by(kind: TeamKind, step: Step, number: int) -> str:
    """Return a line whose answer speaks for one kind of team, where a step speaks for any."""
    speaking = [str(place) for place, choice in enumerate(step.choices, 1) if kind in choice.signals]
    if speaking:
        return " ".join(speaking) if step.kind is StepKind.CHOICES else speaking[0]
    if step.kind is StepKind.CHOICES and any(choice.signals for choice in step.choices):
        return "none"
    return answer_at(step, number)


def steps_shown(seed: int) -> list[str]:
    """Return the steps that come up with answers by chance, led by one kind of team."""
    kind, chance = TEAM_KINDS[seed % 3], Random(seed)  # noqa: S311  no secret hangs on it
    only_the_domain_is_new = {"methods": "3", "stack": "3", "domain": "1"} if seed % 2 else {}
    play = Play()
    play.do(Doing("open"))
    play.type("deeper")

    def line(step: Step) -> str:
        return only_the_domain_is_new.get(step.id) or led_by(kind, step, chance.randrange(60))

    return finish(play, line)


def test_no_step_of_the_core_pack_is_out_of_reach() -> None:
    about_me = Play()
    about_me.do(Doing("profile"))
    shown = {*finish(about_me, lambda _: "?"), *(step for seed in range(30) for step in steps_shown(seed))}
    assert shown == set(core().by_id)


def test_the_short_way_asks_only_what_is_not_deep() -> None:
    play = Play()
    play.do(Doing("open"))
    shown = finish(play, lambda _: "?")
    assert shown == [step.id for step in core().steps if not step.deep and not step.profile_only]
    assert len(shown) == 12


# -- the table, row by row -----------------------------------------------------------------------------------------

LINES = {
    Intent.ANSWER: "3",
    Intent.KEEP: "keep",
    Intent.NEAR_MISS: "matured",
    Intent.UNREADABLE: "zzzzz",
    Intent.YES: "yes",
    Intent.NO: "no",
    Intent.BACK: "back",
    Intent.CHANGE: "change 2",
    Intent.HELP: "help",
    Intent.WHY: "why",
    Intent.EXAMPLE: "example",
    Intent.STATUS: "status",
    Intent.REVIEW: "review",
    Intent.REPORT: "report",
    Intent.QUESTIONS: "questions",
    Intent.LATER: "later",
    Intent.START_OVER: "start over",
    Intent.QUIT: "quit",
    Intent.CARD: "card",
    Intent.GLOSSARY: "glossary",
    Intent.LANGUAGE: "language",
    Intent.ATTRIBUTE: '@recruiter "a lot"',
    Intent.DEEPER: "deeper",
    Intent.FILL_IN: "fill in",
    Intent.FINE: "fine 1 because I like it",
    Intent.NOT_FINE: "not fine 1",
    Intent.UPDATE: "update",
    Intent.DECIDE: "decide",
    Intent.GO_ON: "go on",
    Intent.ASK_MORE: "ask more",
    Intent.PASS: "pass",
    Intent.KEEP_PROFILE: "keep profile",
    Intent.INTERVIEW: "interview 2026-03-05 14:00",
    Intent.REMIND: "remind me tomorrow 9:00",
    Intent.REMINDERS: "reminders",
    Intent.SNOOZE: "snooze friday 9:00",
    Intent.STOP: "stop reminders",
    Intent.WRITE_AGAIN: "write to me again",
    Intent.ZONE: "time zone Berlin",
    Intent.QUIET: "quiet 21 9",
    Intent.FORGET: "forget me",
    Intent.HELD: "what do you hold about me?",
    Intent.EXPORT: "export",
    Intent.SHARE: "share",
    Intent.SHARE_AS: "show decision",
    Intent.DOCUMENT: "markdown",
    Intent.SHARES: "shares",
    Intent.ASK_FOR_REVIEW: "review please",
    Intent.REMARKS: "notes",
    Intent.DROP_REMARK: "drop note 1",
    Intent.REVIEWS: "reviews",
    Intent.UNSHARE: "unshare",
    Intent.CHECKS: "my checks",
    Intent.COMPARE: "compare",
    Intent.HISTORY: "history",
    Intent.POSTING: "posting",
    Intent.PASTED: "Machine Learning Engineer",
    Intent.KEEP_WORDS: "keep the words",
    Intent.TAKE_ALL: "take all",
    Intent.RESUME: "resume 2",
    Intent.NEW: "new check",
    Intent.PROFILE: "profile",
    Intent.SETTINGS: "settings",
}
UNTYPED = (Intent.OPEN, Intent.TIME, Intent.SHARE_ENDED, Intent.HOME)
IN_A_PHASE = {
    (Phase.PROPOSING, Intent.ANSWER): "platform",
    (Phase.PROPOSING, Intent.NEAR_MISS): "modells",
    (Phase.PROPOSING, Intent.CHANGE): "answer it myself",
    (Phase.PASTING, Intent.KEEP): "done",
}
OF_A_CHECK = (
    Intent.DECIDE,
    Intent.INTERVIEW,
    Intent.REMIND,
    Intent.SNOOZE,
    Intent.SHARE,
    Intent.UNSHARE,
    Intent.ASK_FOR_REVIEW,
    Intent.DOCUMENT,
    Intent.POSTING,
    Intent.HISTORY,
)
"""What has no place in the dialogue about the person."""


def in_phase(phase: Phase) -> Play:
    """Return a play in a phase; where a step is being asked, it is the third, a choice."""
    play = Play()
    if phase is Phase.NEW:
        play.person = replace(play.person, current_check="new")
        play.checks["new"] = Check("new", core().name, NOON, NOON)
        return play
    play.do(Doing("open"))
    play.type("Acme", "manager")
    match phase:
        case Phase.OFFERED:
            play.type("establishd")
        case Phase.REVIEWING:
            play.type("review")
        case Phase.CONFIRMING:
            play.type("start over")
        case Phase.DECIDING:
            play.type("decide")
        case Phase.SHARING:
            play.type("share")
        case Phase.PASTING:
            play.type("posting", "ML Engineer. We build the training platform that all our teams use. Requirements: Go")
        case Phase.PROPOSING:
            play.do(Doing("hand over", 3))
            play.type("no")
        case Phase.FINISHED:
            finish(play, lambda _: "?")
    assert play.check.phase is phase
    return play


@pytest.mark.parametrize(
    ("phase", "intent"),
    [row for row in TRANSITIONS if row[1] not in (*UNTYPED, Intent.PASTED) or row == (Phase.PASTING, Intent.PASTED)],
)
def test_every_row_of_the_table_does_what_it_says(phase: Phase, intent: Intent) -> None:
    play = in_phase(phase)
    line = IN_A_PHASE.get((phase, intent), LINES[intent])
    if phase is Phase.PASTING and intent not in (Intent.KEEP, Intent.PASTED):
        line = f"/{line}"  # without it, it may be a line of the posting
    assert meant(play.session(), line).intent is intent
    check = play.check.id
    turn = play.type(line)
    assert play.checks[check].phase in TRANSITIONS[phase, intent].to
    assert turn.replies[0] != Say(phrase(f"not_now.{phase}")) or intent in (Intent.KEEP, Intent.UNREADABLE)


def about_me_in(phase: Phase) -> Play:
    """Return a dialogue about the person in a phase."""
    play = Play()
    play.do(Doing("profile"))
    play.type("2")
    match phase:
        case Phase.OFFERED:
            play.type("sofware enginering")
        case Phase.REVIEWING:
            play.type("review")
        case Phase.CONFIRMING:
            play.type("start over")
    assert play.check.is_profile
    assert play.check.phase is phase
    return play


ABOUT_ME = (Phase.ASKING, Phase.OFFERED, Phase.REVIEWING, Phase.CONFIRMING)


@pytest.mark.parametrize(
    ("phase", "intent"), [row for row in TRANSITIONS if row[0] in ABOUT_ME and row[1] not in (*UNTYPED, Intent.PASTED)]
)
def test_every_row_of_the_table_does_what_it_says_about_the_person_too(phase: Phase, intent: Intent) -> None:
    play = about_me_in(phase)
    line = LINES[intent] if intent is not Intent.NEAR_MISS else "sofware enginering"
    before = play.session(PROFILE_CHECK)
    assert meant(before, line).intent is intent
    turn = play.type(line)
    assert play.check.phase in TRANSITIONS[phase, intent].to
    nothing_to_keep = intent is Intent.KEEP and phase is not Phase.REVIEWING
    assert (turn.replies[0] == Say(phrase(f"not_now.{phase}"))) == (intent in OF_A_CHECK or nothing_to_keep)
    assert all(core().catalogue.text(one, "en") for one in phrases(turn.replies))


@pytest.mark.parametrize(
    ("phase", "intent"),
    [
        (Phase.CONFIRMING, Intent.KEEP),
        (Phase.CONFIRMING, Intent.WHY),
        (Phase.CONFIRMING, Intent.UNREADABLE),
        (Phase.REVIEWING, Intent.EXAMPLE),
        (Phase.REVIEWING, Intent.UNREADABLE),
        (Phase.FINISHED, Intent.KEEP),
        (Phase.FINISHED, Intent.EXAMPLE),
        (Phase.FINISHED, Intent.YES),
        (Phase.FINISHED, Intent.ATTRIBUTE),
        (Phase.DECIDING, Intent.KEEP),
        (Phase.DECIDING, Intent.WHY),
        (Phase.DECIDING, Intent.NO),
        (Phase.DECIDING, Intent.UNREADABLE),
        (Phase.SHARING, Intent.KEEP),
        (Phase.SHARING, Intent.UNREADABLE),
        (Phase.ASKING, Intent.FILL_IN),
        (Phase.ASKING, Intent.KEEP_PROFILE),
        (Phase.REVIEWING, Intent.FILL_IN),
        (Phase.FINISHED, Intent.UNREADABLE),
        (Phase.NEW, Intent.HELP),
        (Phase.NEW, Intent.UNREADABLE),
        (Phase.NEW, Intent.BACK),
    ],
)
def test_what_is_not_in_the_table_changes_nothing_and_says_so(phase: Phase, intent: Intent) -> None:
    play = in_phase(phase)
    before = play.session()
    turn = play.type(LINES[intent])
    assert (phase, intent) not in TRANSITIONS
    assert turn.session == before
    assert turn.replies[0] == Say(phrase(f"not_now.{phase}"))


def said_first(turn: Turn) -> str:
    assert isinstance(turn.replies[0], Say)
    return turn.replies[0].text.key


def test_a_near_miss_is_only_taken_on_yes() -> None:
    play = in_phase(Phase.OFFERED)
    assert play.check.offered == Given(Chosen(("not_tech",)), NOON)
    assert "maturity" not in play.check.answers
    play.type("no")
    assert (play.check.phase, play.check.at) == (Phase.ASKING, "maturity")
    assert "maturity" not in play.check.answers
    play.type("establishd", "yes")
    assert play.check.answers["maturity"] == (Given(Chosen(("not_tech",)), NOON),)


def test_back_from_a_near_miss_is_back_at_its_question() -> None:
    play = in_phase(Phase.OFFERED)
    assert asked(play.type("back").replies).step == "maturity"
    assert play.check.offered is None


@pytest.mark.parametrize("line", ["no", "back", "2", "later", "?", "zzz", "start over"])
def test_anything_but_yes_keeps_every_answer_from_being_cleared(line: str) -> None:
    play = in_phase(Phase.CONFIRMING)
    play.type(line)
    assert list(play.check.answers) == ["team", "kind_sources"]


def test_no_to_starting_over_goes_on_at_the_first_open_step() -> None:
    play = in_phase(Phase.CONFIRMING)
    assert asked(play.type("no").replies).step == "maturity"


def test_back_after_the_report_is_back_at_the_last_question() -> None:
    play = in_phase(Phase.FINISHED)
    last = play.facts.path[-1].id
    assert asked(play.type("back").replies).step == last
    play.type("keep")
    assert play.check.phase is Phase.FINISHED


def test_a_flag_is_fine_only_with_a_reason_and_until_it_is_taken_back() -> None:
    play = Play()
    play.do(Doing("open"))
    finish(play, lambda step: "nothing" if step.id == "owns" else "?")
    before = play.check
    assert said_first(play.type("fine 1")) == "fine.why"
    assert said_first(play.type("fine 7 because I like it")) == "fine.which"
    assert said_first(play.type("not fine 1")) == "fine.which"
    assert play.check == before
    assert said_first(play.type("fine 1 because I like it")) == "fine.done"
    assert {flag: fine.reason for flag, fine in play.check.fine.items()} == {"owns_nothing": "because I like it"}
    assert said_first(play.type("not fine 1")) == "fine.undone"
    assert play.check.fine == before.fine


def test_a_verdict_that_a_change_of_a_finished_check_moved_is_told() -> None:
    play = Play()
    play.do(Doing("open"))
    finish(play, lambda _: "?")
    turn = play.type(f"change {place_in(play, core().by_id['owns'])}", "nothing")
    told = {one.key: one for one in phrases(turn.replies) if one.key.startswith("moved.")}
    assert {"moved.verdict", "moved.flag_came"} <= set(told)
    assert told["moved.verdict"].args["new"] == phrase("verdict.ownership.owns_nothing.headline")


def test_where_every_question_has_an_answer_there_is_nothing_to_fill_in_and_nothing_deeper() -> None:
    play = Play()
    play.do(Doing("open"))
    play.type("deeper")
    finish(play, lambda _: "1")
    before = play.check
    assert said_first(play.type("fill in")) == "fill_in.nothing"
    assert said_first(play.type("deeper")) == "deeper.nothing"
    assert play.check == before


def test_another_answer_is_as_good_as_yes_or_no_to_a_near_miss() -> None:
    play = in_phase(Phase.OFFERED)
    play.type("growing")
    assert play.check.answers["maturity"] == (Given(Chosen(("scaling",)), NOON),)


# -- coming, and coming back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [Typed(ME, NOON, "hello"), Left(ME, NOON)])
def test_where_there_is_no_check_the_conversation_ends(event: Event) -> None:
    nobody = Session(Person(ME))
    assert advance(core(), nobody, event) == Turn(nobody, (Goodbye(phrase("checks.none")),), core().catalogue)
    somebody = Session(Person(ME, revision=1, current_check="expired"))
    assert advance(core(), somebody, event) == Turn(somebody, (Goodbye(phrase("gone")),), core().catalogue)


def test_a_finished_check_is_shown_again_only_when_it_is_named() -> None:
    play = in_phase(Phase.FINISHED)
    finished = play.check.id
    _, turn = play.take(Opened(ME, NOON, "next", check=finished))
    assert play.check.id == finished
    assert isinstance(turn.replies[0], ShowReport)
    play.take(Opened(ME, NOON, "next"))
    assert play.check.id == "next"
    assert play.checks[finished].phase is Phase.FINISHED


def test_coming_back_recalls_the_answer_before_the_question() -> None:
    play = in_phase(Phase.ASKING)
    _, turn = play.take(Opened(ME, NOON, "unused"))
    assert [reply.text.key for reply in turn.replies if isinstance(reply, Say)] == ["welcome_back", "last_said"]


@pytest.mark.parametrize("phase", [one for one in Phase if one not in (Phase.NEW, Phase.FINISHED)])
def test_coming_back_finds_the_conversation_where_it_was(phase: Phase) -> None:
    play = in_phase(phase)
    before = play.session()
    _, turn = play.take(Opened(ME, NOON, "unused"))
    assert turn.session == before
    assert turn.replies[0] == Say(phrase("welcome_back", n=2))


def test_a_new_check_can_be_begun_beside_an_unfinished_one() -> None:
    play = in_phase(Phase.ASKING)
    first = play.check
    play.take(Opened(ME, NOON, "second", fresh=True))
    assert play.check.id == "second"
    assert play.check.answers == {}
    assert play.checks[first.id] == first


# -- checks that an older pack left --------------------------------------------------------------------------------


def left_at(phase: Phase, at: str | None, **answers: Chosen | Amount) -> Play:
    play = Play(replace(Person(ME), current_check="old"))
    given = {step: (Given(answer, NOON),) for step, answer in answers.items()}
    play.checks["old"] = Check("old", "core-0", NOON, NOON, 5, phase, at, answers=given)
    return play


@pytest.mark.parametrize("phase", [Phase.ASKING, Phase.OFFERED])
@pytest.mark.parametrize("at", ["long_gone", "services"])
def test_a_check_left_at_a_step_that_is_no_more_goes_on_at_the_first_open_one(phase: Phase, at: str) -> None:
    play = left_at(phase, at)
    _, turn = play.take(Opened(ME, NOON, "unused"))
    assert (play.check.phase, play.check.at) == (Phase.ASKING, core().steps[0].id)
    assert asked(turn.replies).step == core().steps[0].id


@pytest.mark.parametrize("phase", [Phase.ASKING, Phase.OFFERED])
@pytest.mark.parametrize("line", ["why", "example", "keep", "yes", "no", "zzzzz", "3", "help", "status", "back"])
@pytest.mark.parametrize("at", ["long_gone", "services"])
def test_a_line_typed_at_a_step_that_is_no_more_is_answered_all_the_same(phase: Phase, line: str, at: str) -> None:
    play = left_at(phase, at)
    turn = play.type(line)
    assert turn.replies
    assert play.check.answers.keys() <= {"services"}
    assert all(core().catalogue.text(one, "en") for one in phrases(turn.replies))


def test_yes_to_an_offer_that_was_lost_asks_again() -> None:
    play = left_at(Phase.OFFERED, "maturity")
    turn = play.type("yes")
    assert asked(turn.replies).step == "maturity"
    assert play.check.answers == {}


def test_an_answer_that_the_pack_no_longer_offers_is_shown_by_its_name() -> None:
    play = left_at(Phase.ASKING, "team", maturity=Chosen(("unicorn",)))
    review = play.type("review").replies[0]
    assert isinstance(review, ReviewAnswers)
    assert core().catalogue.text(review.answers[0].said, "en") == "unicorn"


# -- what once went wrong ------------------------------------------------------------------------------------------


def test_change_offers_only_the_numbers_of_answers_that_were_given() -> None:
    play = in_phase(Phase.ASKING)
    for number in (3, 4, 20):
        turn = play.type(f"change {number}")
        assert turn.replies[0] == Say(phrase("change.which"))
        assert play.check.at == "maturity"
    play.type("change 2")
    assert play.check.at == "kind_sources"


def test_back_undoes_an_answer_that_was_changed_from_the_review() -> None:
    play = in_phase(Phase.ASKING)
    play.type("change 1", "Acme search", "back")
    assert play.check.at == "team"


def test_a_source_by_itself_belongs_to_what_was_answered_last_wherever_that_stands() -> None:
    play = in_phase(Phase.ASKING)
    play.type("2", "models", "change 3", "1", '@recruiter "they are brand new"')
    assert play.check.answers["maturity"] == (
        Given(Chosen(("startup",)), NOON, Source.RECRUITER, "they are brand new"),
    )
    assert [one.source for one in play.check.answers["main_work"]] == [None]


def test_the_dialogue_about_the_person_knows_no_decision_and_no_other_source() -> None:
    play = about_me_in(Phase.ASKING)
    before = play.session(PROFILE_CHECK)
    turn = play.type("decide")
    assert turn.replies[0] == Say(phrase("not_now.asking"))
    assert turn.session == before
    play.type("1 @recruiter", "change 2", '2 @member "hm"', "@posting")
    assert [one.source for one in play.check.answers["background"]] == [None]
    assert play.person.about.answers["background"] == Chosen(("academic",))


def test_coming_back_to_the_profile_changes_nothing_and_asks_nothing_again() -> None:
    play = about_me_in(Phase.ASKING)
    play.type("?", "1")
    before = play.session(PROFILE_CHECK)
    for _ in range(2):
        _, turn = play.take(Opened(ME, NOON + timedelta(days=3), "unused", check=PROFILE_CHECK))
        assert turn.session == before


# -- what each verdict and each flag reads -------------------------------------------------------------------------

FINISHED_DEEP = st.tuples(st.integers(0, 2**32), st.sampled_from((None, *TEAM_KINDS)), st.booleans())


def answer_by(step: Step, chance: Random, kind: TeamKind | None) -> Answer:
    """Return an answer to a step, one that speaks for a kind of team where that is asked for."""
    number = chance.randrange(60)
    line = led_by(kind, step, number) if kind and chance.random() < 0.7 else answer_at(step, number)
    answer = Reader(core(), "en").read(line, Phase.ASKING, step).answer
    assert answer is not None
    return answer


def finished_deep(seed: int, kind: TeamKind | None, *, known: bool) -> tuple[Check, ProfileVersion]:
    """Return a check with an answer to every step of the deep path, and what is known about the person."""
    chance = Random(seed)  # noqa: S311  no secret hangs on it
    about_me = [step for step in core().steps if step.profile or step.profile_only]
    said = {step.id: answer_by(step, chance, kind) for step in about_me if known and chance.random() < 0.5}
    about = ProfileVersion(NOON, {step: one for step, one in said.items() if not isinstance(one, Unsaid)})
    check = Check("abc234", core().name, NOON, NOON, deep=QUESTIONS)
    while waiting := facts_of(core(), check, about).open_steps():
        given = Given(answer_by(waiting[0], chance, kind), NOON + timedelta(minutes=chance.choice((-1, 1))))
        check = replace(check, answers={**check.answers, waiting[0].id: (given,)})
    return check, about


def judged(check: Check, about: ProfileVersion) -> tuple[dict[str, Verdict], dict[str, RaisedFlag]]:
    facts = facts_of(core(), check, about)
    kind = team_kind.judge(facts)
    verdicts = (kind, skill_gap.judge(facts), ownership.judge(facts, kind.sides))
    flags = raised(facts, kind.sides, {})
    return {one.question: one for one in verdicts}, {one.id: replace(one, number=0) for one in flags}


@settings(SAME, max_examples=30)
@given(FINISHED_DEEP)
def test_an_answer_to_a_step_that_a_verdict_or_a_flag_does_not_read_leaves_it_as_it_is(
    made: tuple[int, TeamKind | None, bool],
) -> None:
    check, about = finished_deep(made[0], made[1], known=made[2])
    chance = Random(made[0] + 1)  # noqa: S311  no secret hangs on it
    verdicts, flags = judged(check, about)
    for step in core().steps:
        answer = answer_by(step, chance, None)
        other, known = check, about
        if step.id in about.answers or step.profile_only:
            known = ProfileVersion(about.at, {**about.answers, step.id: answer})
        if not step.profile_only:
            other = replace(check, answers={**check.answers, step.id: (Given(answer, NOON + timedelta(hours=1)),)})
        then_verdicts, then_flags = judged(other, known)
        for question in QUESTIONS:
            if step.id not in verdict_reads(core(), question):
                assert then_verdicts[question] == verdicts[question]
        for flag in core().flags:
            if step.id not in flag_reads(core(), flag):
                assert then_flags.get(flag.id) == flags.get(flag.id)


def test_what_is_read_is_no_more_than_is_needed() -> None:
    ids = {section: {step.id for step in core().steps if step.section == section} for section in QUESTIONS}
    assert verdict_reads(core(), "kind") == ids["kind"]
    assert verdict_reads(core(), "gap") == {*ids["gap"], "kind_sources"}
    assert verdict_reads(core(), "ownership") == {*ids["kind"], *ids["ownership"], "gap_sources"}
    reads = {flag.id: flag_reads(core(), flag) for flag in core().flags}
    sources = {"kind_sources", "gap_sources", "own_sources"}
    assert reads["exploding_offer"] == {"offer", *sources}
    assert reads["title_mismatch"] == {"title_fits", "kind_sources"}
    assert reads["only_domain_new"] == {"methods", "stack", "domain", "domain_goal", "kind_sources", "gap_sources"}
    assert reads["nothing_new"] == verdict_reads(core(), "gap")
    assert reads["no_basics"] == reads["slow_iteration"] == verdict_reads(core(), "kind")
    assert reads["others_decide"] == {*ids["kind"], "decides", "owns", *sources}
