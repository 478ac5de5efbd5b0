"""The machine under any history: whatever is done, in whatever order, the session stays sound."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conversations.catalogue import Phrase, phrase
from conversations.dialogue import TRANSITIONS, advance
from conversations.events import Event, Left, Opened, Typed
from conversations.facts import Facts
from conversations.judgement import facts_of
from conversations.reading_answers import Reader
from conversations.replies import Ask, Choose, Goodbye, ReviewAnswers, Say, ShowReport, Turn
from conversations.script import Step
from conversations.session import Amount, Check, Chosen, Intent, Person, Phase, Session
from conversations.snapshot import dump_check, dump_person, load_check, load_person
from conversations.vocabulary import TEAM_KINDS, StepKind, TeamKind
from tests.dialogue import ME, NOON, asked, core

# The same examples on every machine: a red build is a changed product, never bad luck.
settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
SAME = settings.get_profile("same")
STATES = settings(SAME, max_examples=40)

INFORMING = ("help", "why", "example", "status", "review", "report", "questions")
COMMANDS = (*INFORMING, "back", "keep", "later", "start over", "quit", "/back", "Yes!", "no", "y", "1.", "undo")
NON_ANSWERS = ("?", "dunno", "don't know yet", "skip", "n/a", "rather not say", "doesn't apply")
WORDS = st.text(st.characters(exclude_characters="{}"), max_size=30)
"""What a placeholder would look like is left out, because the tests look for placeholders left over."""


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
COMING = st.builds(Doing, st.sampled_from(("open", "another", "return", "leave")), NUMBERS)
_TYPED = ("near miss", "near miss", "choice words", "several", "number", "change", "text", "old line")
TYPING = st.one_of(ANSWERING, COMMANDING, st.builds(Doing, st.sampled_from(_TYPED), NUMBERS, WORDS))


def several(one: st.SearchStrategy[Doing], counts: st.SearchStrategy[int]) -> st.SearchStrategy[list[Doing]]:
    return counts.flatmap(lambda count: st.lists(one, min_size=count, max_size=count))


HEADS = several(ANSWERING, st.sampled_from((0, 4, 20, 40, 45)))
TAILS = several(st.one_of(TYPING, TYPING, TYPING, TYPING, COMING), st.integers(20, 60))
HISTORY = st.tuples(HEADS, TAILS).map(lambda parts: [Doing("open"), *parts[0], *parts[1]])


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
    return core().catalogue.text(phrase(f"steps.{step.id}.choices.{choice}"), "en")


def misspelt(text: str, number: int) -> str:
    place = number % max(len(text), 1)
    return text[:place] + text[place + 1 :]


@dataclass
class Play:
    """People do things to checks that are kept as a store keeps them: by what was committed last."""

    person: Person = field(default_factory=lambda: Person(ME))
    checks: dict[str, Check] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def session(self, check: str | None = None) -> Session:
        return Session(self.person, self.checks.get(check or self.person.current_check or ""))

    @property
    def check(self) -> Check:
        found = self.session().check
        assert found is not None
        return found

    @property
    def facts(self) -> Facts:
        return facts_of(core(), self.check.answers)

    @property
    def step(self) -> Step:
        assert self.check.at is not None
        return core().by_id[self.check.at]

    def take(self, event: Event) -> tuple[Session, Turn]:
        """Take a turn; return what was before it as well."""
        before = self.session(event.check)
        turn = advance(core(), before, event)
        self.events.append(event)
        self.person = turn.session.person
        if turn.session.check:
            self.checks[turn.session.check.id] = turn.session.check
        return before, turn

    def do(self, doing: Doing) -> tuple[Session, Turn]:
        return self.take(self.event(doing))

    def type(self, *lines: str) -> Turn:
        turns = [self.take(Typed(ME, NOON, line))[1] for line in lines]
        return turns[-1]

    def event(self, doing: Doing) -> Event:
        at = NOON + timedelta(seconds=len(self.events))
        check, new = self.session().check, f"check{len(self.checks)}"
        match doing.what:
            case "open":
                return Opened(ME, at, new)
            case "another":
                return Opened(ME, at, new, fresh=True)
            case "return":
                return Opened(ME, at, new, check=sorted(self.checks)[doing.number % len(self.checks)])
            case "leave":
                return Left(ME, at)
            case "old line":
                seen = check.revision - 1 - doing.number % 3 if check else 0
                return Typed(ME, at, self.line(replace(doing, what="answer")), seen=seen)
        return Typed(ME, at, self.line(doing), seen=check.revision if check else None)

    def line(self, doing: Doing) -> str:
        check, number = self.session().check, doing.number
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
        return doing.text


def played(history: Iterable[Doing]) -> Play:
    play = Play()
    for doing in history:
        play.do(doing)
    return play


def asking(history: Iterable[Doing]) -> Play:
    """Return a play in which a step is being asked."""
    play = played(history)
    while play.check.phase is not Phase.ASKING:
        play.type("back")
    return play


def place_of(play: Play) -> int:
    return [step.id for step in play.facts.path].index(play.step.id)


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
    while play.check.at is not None:
        play.type("?")
    keys = {one.key for one in phrases(play.type("report").replies)}
    assert {"verdict.kind.not_known.headline", "steps.owns.question", "report.small_print.rules"} <= keys
    assert {"unsaid.unknown", "options.review", "steps.owns.name"} <= keys


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
        return facts_of(core(), self.check.answers)

    @property
    def old(self) -> bool:
        """Whether the line was typed at an older question."""
        return isinstance(self.event, Typed) and self.event.seen != self.check_before.revision

    @property
    def check_before(self) -> Check:
        """The check as it was; one that was just laid out where there was none."""
        return self.checks_before.get(self.check.id, Check(self.check.id, "core-1", self.event.at, self.event.at))

    @property
    def row(self) -> tuple[Phase, Intent]:
        """The row of the table that the turn goes by."""
        check = self.check_before
        match self.event:
            case Opened():
                return check.phase, Intent.OPEN
            case Left():
                return check.phase, Intent.LATER
            case Typed():
                step = core().by_id.get(check.at) if check.at else None
                return check.phase, Reader(core(), "en").read(self.event.text, check.phase, step).intent


def it_is_answered_in_words_that_are_all_there(taken: Taken) -> None:
    assert taken.turn.replies
    for one in phrases(taken.turn.replies):
        said = core().catalogue.text(one, "en")
        assert said.strip()
        assert "{" not in said


def a_step_is_being_asked_exactly_while_the_phase_says_so(taken: Taken) -> None:
    check = taken.check
    assert check.phase is not Phase.NEW
    if check.phase in (Phase.ASKING, Phase.OFFERED):
        assert check.at in [step.id for step in taken.facts.path]
    else:
        assert check.at is None
    assert (check.offered is not None) == (check.phase is Phase.OFFERED)
    assert check.phase is not Phase.FINISHED or taken.facts.first_open() is None


def the_last_thing_said_is_what_the_session_waits_for(taken: Taken) -> None:
    last, check = taken.turn.replies[-1], taken.check
    if isinstance(last, Goodbye):
        return
    match check.phase:
        case Phase.ASKING:
            assert isinstance(last, Ask)
            assert last.step == check.at
            assert len(last.choices) == len(core().by_id[last.step].choices)
            assert (last.said is not None) == (last.step in check.answers)
        case Phase.REVIEWING:
            assert isinstance(last, ReviewAnswers)
            assert [said.step for said in last.answers] == list(taken.facts.answers)
        case _:
            assert isinstance(last, Choose)


def progress_never_runs_past_its_own_end(taken: Taken) -> None:
    for reply in taken.turn.replies:
        if isinstance(reply, Ask):
            assert 1 <= reply.progress.step <= reply.progress.steps
            assert 1 <= reply.progress.section <= 3


def it_ends_in_a_phase_that_its_row_of_the_table_names(taken: Taken) -> None:
    if taken.old:
        assert taken.turn.session == taken.before
        assert taken.turn.replies[0] == Say(phrase("moved_on"))
        return
    move = TRANSITIONS.get(taken.row)
    if move:
        assert taken.check.phase in move.to
    else:
        assert taken.turn.session == taken.before
        assert taken.turn.replies[0] == Say(phrase(f"not_now.{taken.check.phase}"))


def a_revision_is_raised_by_one_exactly_where_something_changed(taken: Taken) -> None:
    person, check, old = taken.turn.session.person, taken.check, taken.check_before
    assert person == replace(taken.before.person, current_check=check.id, revision=person.revision)
    assert person.revision == taken.before.person.revision + (taken.before.person.current_check != check.id)
    if check != old:
        assert check.revision == old.revision + 1
        assert check.changed_at == taken.event.at
        assert replace(check, revision=old.revision, changed_at=old.changed_at) != old
        assert (check.pack, check.opened_at) == (old.pack, old.opened_at)


def it_reads_back_as_it_was_kept(taken: Taken) -> None:
    assert load_check(dump_check(taken.check)) == taken.check
    assert load_person(dump_person(taken.turn.session.person)) == taken.turn.session.person


def an_answer_is_only_ever_lost_by_saying_yes_to_starting_over(taken: Taken) -> None:
    if taken.check_before.answers.keys() - taken.check.answers.keys():
        assert taken.row == (Phase.CONFIRMING, Intent.YES)
        assert not taken.check.answers


def only_answers_change_answers(taken: Taken) -> None:
    if taken.check.answers != taken.check_before.answers:
        assert taken.row[1] in (Intent.ANSWER, Intent.KEEP, Intent.YES)


def every_other_check_is_left_alone(taken: Taken) -> None:
    others = {name: check for name, check in taken.checks_before.items() if name != taken.check.id}
    assert others.items() <= taken.checks.items()


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
    every_other_check_is_left_alone,
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


@STATES
@given(HISTORY)
def test_the_same_events_lead_to_the_same_sessions_and_the_same_words(history: list[Doing]) -> None:
    first = Play()
    turns = [first.do(doing) for doing in history]
    again = Play()
    assert [again.take(event) for event in first.events] == turns


# -- any state -----------------------------------------------------------------------------------------------------


@STATES
@given(HISTORY, st.sampled_from(INFORMING))
def test_asking_about_the_check_changes_no_answer_and_loses_no_step(history: list[Doing], line: str) -> None:
    play = played(history)
    before = play.check
    play.type(line)
    assert play.check.answers == before.answers
    if play.check.phase is not Phase.REVIEWING:
        assert play.check == before


@STATES
@given(HISTORY, TYPING, st.integers(1, 5))
def test_a_line_typed_at_an_older_question_changes_nothing(history: list[Doing], doing: Doing, late: int) -> None:
    play = played(history)
    before = play.session()
    event = Typed(ME, NOON + timedelta(days=1), play.line(doing), seen=play.check.revision - late)
    _, turn = play.take(event)
    assert turn.session == before
    assert turn.replies[0] == Say(phrase("moved_on"))


@STATES
@given(HISTORY, TYPING)
def test_a_line_typed_at_this_question_is_read_as_if_its_revision_were_not_known(
    history: list[Doing], doing: Doing
) -> None:
    play = played(history)
    line, session = play.line(doing), play.session()
    known = advance(core(), session, Typed(ME, NOON, line, seen=play.check.revision))
    assert known == advance(core(), session, Typed(ME, NOON, line))


@STATES
@given(HISTORY, TYPING)
def test_starting_over_asks_once_and_only_yes_clears(history: list[Doing], doing: Doing) -> None:
    play = played(history)
    answers = play.check.answers
    asked_for = play.type("start over").replies
    assert asked_for == (Choose(phrase("start_over.sure"), (Intent.YES, Intent.NO)),)
    assert play.check.answers == answers
    line = play.line(doing)
    yes = Reader(core(), "en").read(line, Phase.CONFIRMING, None).intent is Intent.YES
    play.type(line)
    assert play.check.answers == ({} if yes else answers)


@STATES
@given(HISTORY)
def test_starting_over_begins_at_the_first_step(history: list[Doing]) -> None:
    play = played(history)
    turn = play.type("start over", "yes")
    assert asked(turn.replies).step == core().steps[0].id
    assert asked(turn.replies).said is None
    assert not play.check.answers


LOOKING = several(st.sampled_from([Doing("text", text=line) for line in INFORMING[:4]]), st.integers(0, 3))
LINEAR = st.tuples(several(ANSWERING, st.integers(0, 30)), LOOKING).map(
    lambda parts: [Doing("open"), *parts[0], *parts[1]]
)


@STATES
@given(LINEAR, NUMBERS, NUMBERS)
def test_back_undoes_an_answer(history: list[Doing], one: int, other: int) -> None:
    play = played(history)
    assume(play.check.phase is Phase.ASKING)
    step, session = play.step, play.session()
    play.type(answer_at(step, one), "back")
    assert (play.check.phase, play.check.at) == (Phase.ASKING, step.id)
    play.type(answer_at(step, other))
    at_once = advance(core(), session, Typed(ME, NOON, answer_at(step, other))).session.check
    assert at_once is not None
    assert play.check.answers == at_once.answers
    assert (play.check.phase, play.check.at) == (at_once.phase, at_once.at)


@STATES
@given(HISTORY, NUMBERS, NUMBERS)
def test_changing_an_answer_is_as_good_as_having_given_it_at_once(history: list[Doing], one: int, other: int) -> None:
    play = asking(history)
    step, session, number = play.step, play.session(), place_of(play) + 1
    play.type(answer_at(step, one), f"change {number}")
    assert (play.check.phase, play.check.at) == (Phase.ASKING, step.id)
    play.type(answer_at(step, other))
    at_once = advance(core(), session, Typed(ME, NOON, answer_at(step, other))).session.check
    assert at_once is not None
    assert facts_of(core(), play.check.answers).answers == facts_of(core(), at_once.answers).answers
    assert (play.check.phase, play.check.at) == (at_once.phase, at_once.at)


@STATES
@given(HISTORY, st.integers(1, 60))
def test_going_back_and_keeping_the_answer_returns_to_the_first_open_step(history: list[Doing], times: int) -> None:
    play = asking(history)
    places = [place_of(play)]
    for _ in range(times):
        play.type("back")
        places.append(place_of(play))
    assert places == [max(0, places[0] - gone) for gone in range(times + 1)]
    assume(play.step.id in play.check.answers)
    answers = play.check.answers
    play.type("keep")
    step = facts_of(core(), answers).first_open()
    assert play.check.answers == answers
    assert (play.check.phase, play.check.at) == ((Phase.ASKING, step.id) if step else (Phase.FINISHED, None))


@STATES
@given(HISTORY)
def test_leaving_and_coming_back_shows_the_question_that_was_left(history: list[Doing]) -> None:
    play = played(history)
    before = play.check
    _, left = play.take(Left(ME, NOON))
    assert any(isinstance(reply, Goodbye) for reply in left.replies)
    assert play.check == before
    _, turn = play.take(Opened(ME, NOON, "unused", check=before.id))
    assert play.check == before
    assert turn.replies[-1] == advance(core(), play.session(), Typed(ME, NOON, "help")).replies[-1]


@STATES
@given(st.lists(NUMBERS, min_size=len(core().steps), max_size=len(core().steps)))
def test_any_answers_lead_to_the_report_within_one_answer_a_step(numbers: list[int]) -> None:
    play = Play()
    _, turn = play.do(Doing("open"))
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


def led_by(kind: TeamKind, step: Step, number: int) -> str:
    """Return a line whose answer speaks for one kind of team, where a step speaks for any."""
    speaking = [str(place) for place, choice in enumerate(step.choices, 1) if kind in choice.signals]
    if speaking:
        return " ".join(speaking) if step.kind is StepKind.CHOICES else speaking[0]
    if step.kind is StepKind.CHOICES and any(choice.signals for choice in step.choices):
        return "none"
    return answer_at(step, number)


def test_no_step_of_the_core_pack_is_out_of_reach() -> None:
    shown = set()
    for seed in range(60):
        chance = Random(seed)  # noqa: S311  no secret hangs on it
        play = Play()
        play.do(Doing("open"))
        while play.check.phase is not Phase.FINISHED:
            shown.add(play.step.id)
            play.type(led_by(TEAM_KINDS[seed % 3], play.step, chance.randrange(60)))
    assert shown == set(core().by_id)


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
}


def in_phase(phase: Phase) -> Play:
    """Return a play in a phase; where a step is being asked, it is the fourth, a choice."""
    play = Play()
    if phase is Phase.NEW:
        play.person = replace(play.person, current_check="new")
        play.checks["new"] = Check("new", "core-1", NOON, NOON)
        return play
    play.do(Doing("open"))
    play.type("Acme", "Engineer", "manager")
    match phase:
        case Phase.OFFERED:
            play.type("establishd")
        case Phase.REVIEWING:
            play.type("review")
        case Phase.CONFIRMING:
            play.type("start over")
        case Phase.FINISHED:
            while play.check.at is not None:
                play.type("?")
    assert play.check.phase is phase
    return play


@pytest.mark.parametrize(("phase", "intent"), [row for row in TRANSITIONS if row[1] is not Intent.OPEN])
def test_every_row_of_the_table_does_what_it_says(phase: Phase, intent: Intent) -> None:
    play = in_phase(phase)
    line, at = LINES[intent], play.check.at
    assert Reader(core(), "en").read(line, phase, core().by_id[at] if at else None).intent is intent
    turn = play.type(line)
    assert play.check.phase in TRANSITIONS[phase, intent].to
    assert turn.replies[0] != Say(phrase(f"not_now.{phase}")) or intent is Intent.KEEP


@pytest.mark.parametrize(
    ("phase", "intent"),
    [
        (Phase.CONFIRMING, Intent.KEEP),
        (Phase.CONFIRMING, Intent.WHY),
        (Phase.CONFIRMING, Intent.UNREADABLE),
        (Phase.REVIEWING, Intent.EXAMPLE),
        (Phase.REVIEWING, Intent.UNREADABLE),
        (Phase.FINISHED, Intent.KEEP),
        (Phase.FINISHED, Intent.WHY),
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


def test_a_near_miss_is_only_taken_on_yes() -> None:
    play = in_phase(Phase.OFFERED)
    assert play.check.offered == Chosen(("not_tech",))
    assert "maturity" not in play.check.answers
    play.type("no")
    assert (play.check.phase, play.check.at) == (Phase.ASKING, "maturity")
    assert "maturity" not in play.check.answers
    play.type("establishd", "yes")
    assert play.check.answers["maturity"] == Chosen(("not_tech",))


def test_another_answer_is_as_good_as_yes_or_no_to_a_near_miss() -> None:
    play = in_phase(Phase.OFFERED)
    play.type("growing")
    assert play.check.answers["maturity"] == Chosen(("scaling",))


# -- coming, and coming back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [Typed(ME, NOON, "hello"), Left(ME, NOON)])
def test_where_there_is_no_check_the_conversation_ends(event: Event) -> None:
    nobody = Session(Person(ME))
    assert advance(core(), nobody, event) == Turn(nobody, (Goodbye(phrase("gone")),))


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


@pytest.mark.parametrize("phase", [Phase.ASKING, Phase.OFFERED, Phase.REVIEWING, Phase.CONFIRMING])
def test_coming_back_finds_the_conversation_where_it_was(phase: Phase) -> None:
    play = in_phase(phase)
    before = play.session()
    _, turn = play.take(Opened(ME, NOON, "unused"))
    assert turn.session == before
    assert turn.replies[0] == Say(phrase("welcome_back", n=3))


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
    play.checks["old"] = Check("old", "core-0", NOON, NOON, 5, phase, at, answers=answers)
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
    turn = play.type("change 20")
    assert turn.replies[0] == Say(phrase("change.which", n=3))
    assert play.check.at == "maturity"


def test_back_undoes_an_answer_that_was_changed_from_the_review() -> None:
    play = in_phase(Phase.ASKING)
    play.type("change 1", "Acme search", "back")
    assert play.check.at == "team"
