"""What is kept reads back as it was, and what cannot be read says so without repeating a word of it."""

import json
import traceback
from collections.abc import Callable
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.session import (
    Amount,
    Answer,
    Check,
    Chosen,
    Decision,
    Fine,
    Given,
    NonAnswer,
    Person,
    Phase,
    ProfileVersion,
    SessionKey,
    SkillLevel,
    SkillList,
    Unsaid,
    Written,
)
from conversations.snapshot import SCHEMA, SnapshotError, dump_check, dump_person, load_check, load_person
from conversations.vocabulary import QUESTIONS, OwnDecision, Source
from tests.dialogue import ME, NOON

PRIVATE = "Zyxwvutsr"
REFUSED = r"^a stored record is damaged$"
KINDS: list[Answer] = [
    Chosen(("api", "papers"), ("decisions",)),
    Chosen(()),
    Amount(6),
    Amount(4.5),
    Written('“Zyxwvutsr” & söhne\n\\ " 👩‍💻'),
    SkillList((SkillLevel("Python", 3, 4), SkillLevel(PRIVATE, None, nice=True))),
    *(Unsaid(reason) for reason in NonAnswer),
]
ONE = Check(
    "abc234",
    "core-1",
    NOON,
    NOON,
    7,
    Phase.OFFERED,
    "maturity",
    "team",
    Given(Chosen(("startup",)), NOON, Source.RECRUITER, PRIVATE),
    {
        **{f"step{number}": (Given(answer, NOON),) for number, answer in enumerate(KINDS)},
        "several": (Given(Amount(2), NOON, Source.MEMBER, PRIVATE), Given(Amount(3), NOON)),
    },
    ("kind", "ownership"),
    ("owns",),
    {"no_customer": Fine(PRIVATE, NOON)},
    Decision(OwnDecision.ASK_MORE, PRIVATE, NOON),
)
SOMEONE = Person(
    ME, 3, "en", "abc234", (ProfileVersion(NOON, {"wanted": Chosen(("infra",))}), ProfileVersion(NOON, {"x": KINDS[4]}))
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.lists(TEXT, max_size=3).map(tuple)
LEVELS = st.none() | st.integers(0, 4)
SKILLS = st.builds(SkillLevel, TEXT, LEVELS, LEVELS, st.booleans())
ANSWERS = st.one_of(
    st.builds(Chosen, NAMES, NAMES),
    st.builds(Amount, st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(Written, TEXT),
    st.builds(SkillList, st.lists(SKILLS, max_size=3).map(tuple)),
    st.builds(Unsaid, st.sampled_from(NonAnswer)),
)
TIMES = st.datetimes(timezones=st.just(UTC))
GIVEN = st.builds(Given, ANSWERS, TIMES, st.none() | st.sampled_from(Source), TEXT)
CHECKS = st.builds(
    Check,
    TEXT,
    TEXT,
    TIMES,
    TIMES,
    st.integers(0, 2**31),
    st.sampled_from(Phase),
    st.none() | TEXT,
    st.none() | TEXT,
    st.none() | GIVEN,
    st.dictionaries(TEXT, st.lists(GIVEN, max_size=3).map(tuple), max_size=4),
    st.lists(st.sampled_from(QUESTIONS), max_size=3).map(tuple),
    NAMES,
    st.dictionaries(TEXT, st.builds(Fine, TEXT, TIMES), max_size=3),
    st.none() | st.builds(Decision, st.sampled_from(OwnDecision), TEXT, TIMES),
)
VERSIONS = st.builds(ProfileVersion, TIMES, st.dictionaries(TEXT, ANSWERS, max_size=3))
PEOPLE = st.builds(
    Person,
    st.builds(SessionKey, TEXT, TEXT, TEXT),
    st.integers(0, 2**31),
    TEXT,
    st.none() | TEXT,
    st.lists(VERSIONS, max_size=3).map(tuple),
)
SAME = settings(deadline=None, derandomize=True, max_examples=100)


@pytest.mark.parametrize("answer", KINDS)
def test_every_kind_of_answer_reads_back_as_it_was_written(answer: Answer) -> None:
    check = Check("a", "core-1", NOON, NOON, answers={"step": (Given(answer, NOON),)})
    read = load_check(dump_check(check))
    assert read == check
    assert type(read.answers["step"][0].answer) is type(answer)
    person = Person(ME, profile=(ProfileVersion(NOON, {"step": answer}),))
    known = load_person(dump_person(person))
    assert known == person
    assert type(known.about.answers["step"]) is type(answer)


@pytest.mark.parametrize("source", [None, *Source])
def test_every_source_reads_back_as_it_was_written(source: Source | None) -> None:
    check = Check("a", "core-1", NOON, NOON, answers={"step": (Given(Amount(1), NOON, source, PRIVATE),)})
    read = load_check(dump_check(check))
    assert read == check
    assert type(read.answers["step"][0].source) is type(source)


@pytest.mark.parametrize("choice", OwnDecision)
def test_every_decision_reads_back_as_it_was_written(choice: OwnDecision) -> None:
    check = Check("a", "core-1", NOON, NOON, decision=Decision(choice, PRIVATE, NOON))
    read = load_check(dump_check(check))
    assert read == check
    assert read.decision is not None
    assert type(read.decision.choice) is OwnDecision


@SAME
@given(CHECKS)
def test_any_check_reads_back_as_it_was_written(check: Check) -> None:
    assert load_check(dump_check(check)) == check


@SAME
@given(PEOPLE)
def test_any_person_reads_back_as_they_were_written(person: Person) -> None:
    assert load_person(dump_person(person)) == person


def test_what_is_kept_is_json_with_the_number_of_its_shape() -> None:
    kept = json.loads(dump_check(ONE))
    assert kept["schema"] == SCHEMA
    assert kept["record"]["answers"]["step2"] == [
        {"answer": {"number": 6.0, "kind": "amount"}, "at": "2026-03-02T12:00:00Z", "source": None, "quote": ""}
    ]
    assert kept["record"]["decision"]["choice"] == "ask_more"
    known = json.loads(dump_person(SOMEONE))
    assert known["schema"] == SCHEMA
    assert known["record"]["profile"][0]["answers"]["wanted"] == {"yes": ["infra"], "unsure": [], "kind": "chosen"}


DAMAGED = [
    *("", "{", "nothing", "null", "7", '"text"', "[]", "{}", f'{{"schema":{SCHEMA}}}', '{"record":{}}'),
    *(f'{{"schema":{SCHEMA},"record":{record}}}' for record in ("null", "{}", "[]", f'"{PRIVATE}"', '{"id":1}')),
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_record_is_refused(text: str) -> None:
    with pytest.raises(SnapshotError, match=REFUSED):
        load_check(text)
    with pytest.raises(SnapshotError, match=REFUSED):
        load_person(text)


@pytest.mark.parametrize("schema", [SCHEMA + 1, 0, 99])
def test_a_record_of_another_shape_is_refused_by_its_number(schema: int) -> None:
    text = dump_check(ONE).replace(f'"schema":{SCHEMA}', f'"schema":{schema}', 1)
    with pytest.raises(SnapshotError, match=f"has the shape {schema}, this version reads {SCHEMA}") as caught:
        load_check(text)
    assert PRIVATE not in told(caught.value)


def told(error: BaseException) -> str:
    """Return everything that a log of this error would show."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"number":6.0', f'"number":"{PRIVATE}"'),
        ('"kind":"written"', f'"kind":"{PRIVATE}"'),
        ('"phase":"offered"', f'"phase":"{PRIVATE}"'),
        ('"revision":7', f'"revision":"{PRIVATE}"'),
        ('"level":3', f'"level":"{PRIVATE}"'),
        ('"reason":"declined"', f'"reason":["{PRIVATE}"]'),
        ('"yes":["api","papers"]', '"yes":null'),
        ('"source":"recruiter"', f'"source":"{PRIVATE}"'),
        ('"quote":"Zyxwvutsr"', f'"quote":["{PRIVATE}"]'),
        ('"deep":["kind","ownership"]', f'"deep":["{PRIVATE}"]'),
        ('"choice":"ask_more"', f'"choice":"{PRIVATE}"'),
        ('"fine":{', f'"fine":{{"{PRIVATE}":"{PRIVATE}",'),
        ('"opened_at":', f'"opened_on":"{PRIVATE}","closed_at":'),
    ],
)
def test_a_record_with_one_wrong_value_is_refused_without_a_word_of_it(right: str, wrong: str) -> None:
    text = dump_check(ONE)
    assert right in text
    with pytest.raises(SnapshotError, match=REFUSED) as caught:
        load_check(text.replace(right, wrong))
    assert PRIVATE not in told(caught.value)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"revision":3', f'"revision":"{PRIVATE}"'),
        ('"kind":"written"', f'"kind":"{PRIVATE}"'),
        ('"profile":[', f'"profile":["{PRIVATE}",'),
        ('"at":', f'"on":"{PRIVATE}","once":'),
    ],
)
def test_a_person_with_one_wrong_value_is_refused_without_a_word_of_it(right: str, wrong: str) -> None:
    text = dump_person(SOMEONE)
    assert right in text
    with pytest.raises(SnapshotError, match=REFUSED) as caught:
        load_person(text.replace(right, wrong))
    assert PRIVATE not in told(caught.value)


RECORDS: list[tuple[Callable[[str], Check | Person], str]] = [
    (load_check, dump_check(ONE)),
    (load_person, dump_person(SOMEONE)),
]


@pytest.mark.parametrize(("load", "text"), RECORDS)
def test_a_record_cut_off_anywhere_is_refused_without_a_word_of_it(
    load: Callable[[str], Check | Person], text: str
) -> None:
    for length in range(len(text)):
        with pytest.raises(SnapshotError) as caught:
            load(text[:length])
        assert PRIVATE not in told(caught.value)


@pytest.mark.parametrize(("load", "text"), RECORDS)
def test_a_record_with_a_letter_missing_is_read_or_refused_without_a_word_of_it(
    load: Callable[[str], Check | Person], text: str
) -> None:
    for place in range(len(text)):
        try:
            load(text[:place] + text[place + 1 :])
        except SnapshotError as error:
            assert PRIVATE not in told(error)  # noqa: PT017  some of these can still be read


def test_a_person_is_no_check_and_a_check_no_person() -> None:
    with pytest.raises(SnapshotError):
        load_check(dump_person(Person(ME)))
    with pytest.raises(SnapshotError):
        load_person(dump_check(ONE))
