"""What a typed line is taken for. Each table: the line, and what it means at that step."""

from collections.abc import Sequence

import pytest

from adapters.pack_files import read_core_pack
from conversations.reading_answers import QUOTE_LIMIT, SKILL_LIMIT, TEXT_LIMIT, Reader, clean, normalise
from conversations.script import Step
from conversations.session import (
    Amount,
    Answer,
    Chosen,
    Intent,
    Meant,
    NonAnswer,
    Phase,
    SkillLevel,
    SkillList,
    Unsaid,
    Written,
)
from conversations.vocabulary import Source, StepKind
from conversations.wording import choice_label
from tests.dialogue import core

UNREADABLE = Meant(Intent.UNREADABLE)


YES_NO = (Intent.YES, Intent.NO)
DECISION = (Intent.GO_ON, Intent.ASK_MORE, Intent.PASS)
AFTER_THE_REPORT = (Intent.QUIT, Intent.FILL_IN, Intent.DEEPER, Intent.REVIEW, Intent.QUESTIONS, Intent.REPORT)


def read(line: str, step: str | None, phase: Phase = Phase.ASKING, menu: Sequence[Intent] = ()) -> Meant:
    return Reader(core(), "en").read(line, phase, core().by_id[step] if step else None, menu)


def answered(answer: Answer) -> Meant:
    return Meant(Intent.ANSWER, answer)


def offered(answer: Answer) -> Meant:
    return Meant(Intent.NEAR_MISS, answer)


def skills(**levels: int | None) -> SkillList:
    return SkillList(tuple(SkillLevel(name, level) for name, level in levels.items()))


def names(step: Step, choice: str) -> tuple[str, ...]:
    """Return the label of a choice, and every word for it."""
    label = core().catalogue.text(choice_label(step, choice), "en")
    return (label, *core().catalogue.words(f"{step.texts}.words.{choice}", "en"))


# -- one choice ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "choice"),
    [
        *((line, "infra") for line in ("1", "#1", "1st", "first", "the first one", "one", "no. 1", "option 1", "1)")),
        *((line, "applied") for line in ("2", "#2", "2nd", "the second one", "second", "two", "(2)", "[2]", " 2 . ")),
        *((line, "applied") for line in ("２", "＃２", "②", "²", "٢")),
        *((line, "research") for line in ("3", "3rd", "THIRD", "option three", "choice 3", "number 3")),
        ("4", "any"),
    ],
)
def test_a_choice_can_be_given_by_its_number_in_every_way_people_write_one(line: str, choice: str) -> None:
    assert read(line, "wanted") == answered(Chosen((choice,)))


@pytest.mark.parametrize(
    ("line", "choice"),
    [
        ("Infrastructure: building what other ML teams use", "infra"),
        ("infrastructure:  building what OTHER ml teams use.", "infra"),
        ("“Applied: models for concrete problems”", "applied"),
        ("platform", "infra"),
        ("Research!", "research"),
        ("don't mind", "any"),
        ("ｉｎｆｒａ", "infra"),
        ("appl", "applied"),
        ("res", "research"),
        ("a mix", "any"),
    ],
)
def test_a_choice_can_be_given_by_its_label_a_word_for_it_or_a_beginning_that_only_it_has(
    line: str, choice: str
) -> None:
    assert read(line, "wanted") == answered(Chosen((choice,)))


@pytest.mark.parametrize("line", ["0", "zero", "5", "five", "5th", "99", "1000", "-1", "1.5"])
def test_a_number_that_no_choice_has_is_not_taken_for_another(line: str) -> None:
    assert read(line, "wanted") == UNREADABLE


@pytest.mark.parametrize("line", ["re", "y", "no", "the", "no one", "wanted", "zzzz", "!", ""])
def test_a_line_that_comes_close_to_nothing_is_unreadable(line: str) -> None:
    assert read(line, "wanted") == UNREADABLE


@pytest.mark.parametrize(
    ("step", "line", "choice"),
    [
        ("wanted", "reserch", "research"),
        ("wanted", "aplied", "applied"),
        ("wanted", "infrastructure building", "infra"),
        ("maturity", "stratup", "startup"),
        ("maturity", "establishd", "not_tech"),
        ("handover", "platform tools", "same_team_platform"),
        ("internal_trend", "faling", "falling"),
        ("own_sources", "the hiring manger", "manager"),
        ("delivery", "artefakt", "artefact"),
        ("customers", "paying clients", "clients"),
    ],
)
def test_a_near_miss_is_offered_and_not_taken(step: str, line: str, choice: str) -> None:
    assert read(line, step) == offered(Chosen((choice,)))


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("handover", "people who built it"),  # both the team itself, and the team with a platform's tools
        ("customers", "teams"),
        ("own_sources", "someone"),
        ("decides", "ohers decide together with others"),
    ],
)
def test_where_two_choices_are_as_near_none_is_offered(step: str, line: str) -> None:
    assert read(line, step) == UNREADABLE


def test_a_near_miss_of_a_non_answer_is_offered_too() -> None:
    assert read("dont knw", "own_time") == offered(Unsaid(NonAnswer.UNKNOWN))
    assert read("dosn't apply", "wanted") == offered(Unsaid(NonAnswer.NOT_APPLICABLE))


def test_yes_and_no_are_answers_where_the_step_has_them() -> None:
    assert read("yes", "publication") == answered(Chosen(("main_aim",)))
    assert read("y", "handover_talk") == answered(Chosen(("yes",)))
    assert read("nope", "handover_talk") == answered(Chosen(("no",)))


CHOOSING = [
    (step.id, choice)
    for step in core().steps
    if step.kind in (StepKind.CHOICE, StepKind.CHOICES)
    for choice in step.choice_ids
]


@pytest.mark.parametrize(("step", "choice"), CHOOSING)
def test_every_choice_can_be_given_by_its_number_and_by_each_of_its_words(step: str, choice: str) -> None:
    number = core().by_id[step].choice_ids.index(choice) + 1
    for line in (str(number), *names(core().by_id[step], choice)[1:]):
        assert read(line, step) == answered(Chosen((choice,)))


# -- several choices -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        *(
            "1 3",
            "1,3",
            "1, 3",
            "1;3",
            "1\n3",
            "3 1",
            "1 and 3",
            "1 & 3",
            "1 + 3",
            "１，３",
            "#1 #3",
            "1st, 3rd",
            "1 3 3",
        ),
        *("first and third", "the first, the third one", "service, product", "service and product", "product; service"),
        *("1, and 3", "service, and product"),
    ],
)
def test_several_choices_can_be_given_in_every_way_people_list_them(line: str) -> None:
    assert read(line, "delivery") == answered(Chosen(("api", "in_product")))


@pytest.mark.parametrize("line", ["1-3", "1 - 3", "1–3", "1 ~ 3", "1,2,3", "1, 2 and 3", "1-2, 3", "１－３"])
def test_a_span_of_numbers_stands_for_each_of_them(line: str) -> None:
    assert read(line, "delivery") == answered(Chosen(("api", "self_service", "in_product")))


@pytest.mark.parametrize(
    ("line", "yes", "unsure"),
    [
        ("3?", (), ("in_product",)),
        ("service, papers?", ("api",), ("papers",)),
        ("1 3?", ("api",), ("in_product",)),
        ("1 3 ?", ("api",), ("in_product",)),
        ("1？", (), ("api",)),
        ("1?,2?", (), ("api", "self_service")),
        ("1-3, 5?", ("api", "self_service", "in_product"), ("papers",)),
        ("3, 3?", (), ("in_product",)),
    ],
)
def test_a_question_mark_makes_a_choice_unsure(line: str, yes: tuple[str, ...], unsure: tuple[str, ...]) -> None:
    assert read(line, "delivery") == answered(Chosen(yes, unsure))


@pytest.mark.parametrize("line", ["all", "everything", "All of them."])
def test_all_is_every_choice_that_does_not_stand_alone(line: str) -> None:
    assert read(line, "owns") == answered(Chosen(("services", "models", "research_area", "data")))


@pytest.mark.parametrize("line", ["none", "None of these", "neither"])
def test_none_is_an_answer_of_its_own(line: str) -> None:
    assert read(line, "infra_work") == answered(Chosen(()))


def test_none_is_the_choice_that_says_so_where_there_is_one() -> None:
    assert read("none", "owns") == answered(Chosen(("nothing",)))
    assert read("none", "services") == answered(Chosen(("no_service",)))


@pytest.mark.parametrize("line", ["nothing, models", "1 6", "5 6", "1, nothing?", "1-6"])
def test_a_choice_that_stands_alone_cannot_be_had_with_another(line: str) -> None:
    assert read(line, "owns") == UNREADABLE


def test_a_choice_that_stands_alone_can_be_had_alone() -> None:
    assert read("6", "owns") == answered(Chosen(("nothing",)))
    assert read("nothing?", "owns") == answered(Chosen((), ("nothing",)))


@pytest.mark.parametrize(
    "line",
    [
        *("8", "1 8", "0", "0-2", "1-9", "3-1", "service, zzzz", "zzzz, service", "none, service"),
        *("??", "?3", ",", "service, dunno"),
    ],
)
def test_several_choices_are_taken_whole_or_not_at_all(line: str) -> None:
    assert read(line, "delivery") == UNREADABLE


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("papr", Chosen(("papers",))),
        ("artefakt?", Chosen((), ("artefact",))),
        ("artefakt, papers", Chosen(("papers", "artefact"))),
        ("papers, artefakt", Chosen(("papers", "artefact"))),
        ("1, papr?", Chosen(("api",), ("papers",))),
    ],
)
def test_one_near_miss_among_several_choices_has_all_of_them_offered(line: str, answer: Chosen) -> None:
    assert read(line, "delivery") == offered(answer)


# -- non-answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["team", "wanted", "delivery", "own_time", "sure", "skills"])
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        *((line, NonAnswer.UNKNOWN) for line in ("?", "dunno", "Don't know yet.", "don’t know", "IDK", "！?")),
        *((line, NonAnswer.NOT_APPLICABLE) for line in ("n/a", "N/A", "doesn't apply", "does not apply")),
        *((line, NonAnswer.DECLINED) for line in ("skip", "rather not say", "no comment", "Pass")),
    ],
)
def test_the_three_non_answers_are_understood_at_every_kind_of_step(step: str, line: str, reason: NonAnswer) -> None:
    assert read(line, step) == answered(Unsaid(reason))


# -- numbers and scales --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "weeks"),
    [
        ("6", 6),
        ("six", 6),
        ("６", 6),
        ("about 6", 6),
        ("~6", 6),
        ("roughly six", 6),
        ("6 weeks", 6),
        ("6w", 6),
        ("six weeks", 6),
        ("around twelve weeks", 12),
        ("a week", 1),
        ("1", 1),
        ("156", 156),
        ("a month", 4),
        ("one month", 4),
        ("2 months", 9),
        ("1.5 months", 7),
        ("1,5 months", 7),
        ("a year", 52),
        ("3 years", 156),
        ("10 days", 1),
        ("six.", 6),
        ("thirteen", 13),
        ("Twenty weeks", 20),
        ("twenty-six", 26),
        ("half a year", 26),
        ("about half a year", 26),
        ("a quarter", 13),
        ("two quarters", 26),
        ("a couple of months", 9),
        ("a dozen", 12),
        ("10+", 10),
        ("10+ weeks", 10),
    ],
)
def test_time_is_read_in_weeks_whatever_unit_it_is_given_in(line: str, weeks: int) -> None:
    assert read(line, "own_time") == answered(Amount(weeks))


@pytest.mark.parametrize(
    "line",
    [
        "0",
        "157",
        "4 years",
        "1 day",
        "-5",
        "1e3",
        "1-200",
        "thirty-seven",
        "3 fortnights",
        "a few weeks",
        "",
        "weeks",
        "6 6",
    ],
)
def test_a_number_out_of_bounds_or_in_another_unit_is_unreadable(line: str) -> None:
    assert read(line, "own_time") == UNREADABLE


@pytest.mark.parametrize(
    ("line", "weeks"),
    [("6-8", 8), ("6 - 8 weeks", 8), ("3-4 months", 17), ("3–4 months", 17), ("４-３ months", 17), ("1.5-2 months", 9)],
)
def test_of_two_times_the_longer_one_is_taken(line: str, weeks: int) -> None:
    assert read(line, "own_time") == answered(Amount(weeks))


@pytest.mark.parametrize(("line", "teams"), [("0", 0), ("zero", 0), ("12 teams", 12), ("10000", 10000), ("a team", 1)])
def test_every_number_has_units_of_its_own(line: str, teams: int) -> None:
    assert read(line, "internal_teams") == answered(Amount(teams))


@pytest.mark.parametrize("line", ["10001", "12 weeks", "1,000,000"])
def test_the_units_and_bounds_of_one_number_are_not_those_of_another(line: str) -> None:
    assert read(line, "internal_teams") == UNREADABLE


@pytest.mark.parametrize(
    ("line", "point"),
    [("1", 1), ("4", 4), ("four", 4), ("5!", 5), ("Not at all", 1), ("certain", 5), ("very sure", 5), ("５", 5)]
    + [(line, 4) for line in ("4/5", "4 / 5", "4 out of 5", "4 of 5", "four out of five", "４／５")],
)
def test_a_scale_takes_its_points_and_the_words_for_them(line: str, point: int) -> None:
    assert read(line, "sure") == answered(Amount(point))


@pytest.mark.parametrize(
    "line", ["0", "6", "4/10", "4/", "/5", "6/5", "0 of 5", "4 out of six", "3-4", "yes", "certan"]
)
def test_what_is_no_point_of_the_scale_is_unreadable(line: str) -> None:
    assert read(line, "sure") == UNREADABLE


# -- skills --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        *("python 3", "Python: 3", "python=3", "python = 3", "python (3)", "python(3)", "PYTHON  3", "py 3"),
        *("python solid", "python: solid", "python (on my own)", "Python: GOOD", "python well"),
        *("1=3", "1 = 3", "1:3", "１＝３", "1：3", "python （3）", "python：3"),
    ],
)
def test_a_skill_comes_with_a_level_in_every_way_people_write_one(line: str) -> None:
    assert read(line, "skills") == answered(skills(Python=3))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("python", skills(Python=None)),
        ("python 0", skills(Python=0)),
        ("python never used", skills(Python=0)),
        ("sql a bit", skills(SQL=1)),
        ("sql, python", skills(SQL=None, Python=None)),
        ("c++ (2)", skills(**{"C++": 2})),
        ("k8s=1", skills(Kubernetes=1)),
        ("r 4", skills(R=4)),
        ("1 5", skills(Python=None, Kubernetes=None)),
        ("1, 3=2", skills(Python=None, SQL=2)),
        ("python: 3; sql: 2\nk8s", skills(Python=3, SQL=2, Kubernetes=None)),
        ("python 3、sql 1", skills(Python=3, SQL=1)),
        ("python 1, py 3", skills(Python=3)),
        (", python,,", skills(Python=None)),
        ("python 4 sql 3", skills(Python=4, SQL=3)),
        ("python 4 sql 3 k8s", skills(Python=4, SQL=3, Kubernetes=None)),
        ("python: 4 sql=3", skills(Python=4, SQL=3)),
        ("python 3 and sql 2", skills(Python=3, SQL=2)),
        ("c++ 3 c 2 r", skills(**{"C++": 3, "C": 2, "R": None})),
    ],
)
def test_skills_are_known_by_any_name_and_listed_once(line: str, expected: SkillList) -> None:
    assert read(line, "skills") == answered(expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("spark 1/3", [SkillLevel("Spark", 1, 3)]),
        ("spark (1/3)", [SkillLevel("Spark", 1, 3)]),
        ("Spark: 1 / 3", [SkillLevel("Spark", 1, 3)]),
        ("spark 1/3 nice", [SkillLevel("Spark", 1, 3, nice=True)]),
        ("spark 1 nice", [SkillLevel("Spark", 1, nice=True)]),
        ("spark 1 (nice to have)", [SkillLevel("Spark", 1, nice=True)]),
        ("spark nice to have", [SkillLevel("Spark", None, nice=True)]),
        ("spark solid OPTIONAL", [SkillLevel("Spark", 3, nice=True)]),
        ("4=1/3", [SkillLevel("Spark", 1, 3)]),
        ("4=1 bonus", [SkillLevel("Spark", 1, nice=True)]),
        ("4 nice", [SkillLevel("Spark", None, nice=True)]),
        ("spark 1/3 nice, sql 4", [SkillLevel("Spark", 1, 3, nice=True), SkillLevel("SQL", 4)]),
        (
            "spark 1/3 sql 4/2 nice k8s 0",
            [SkillLevel("Spark", 1, 3), SkillLevel("SQL", 4, 2, nice=True), SkillLevel("Kubernetes", 0)],
        ),
        ("spark 1/3 nice to have sql 4", [SkillLevel("Spark", 1, 3, nice=True), SkillLevel("SQL", 4)]),
    ],
)
def test_the_level_asked_for_and_what_is_only_nice_to_have_stand_behind_ones_own(
    line: str, expected: list[SkillLevel]
) -> None:
    assert read(line, "skills") == answered(SkillList(tuple(expected)))


@pytest.mark.parametrize("line", ["none", "None of these", "nothing", "no"])
def test_a_job_that_asks_for_no_skills_has_no_list_of_them(line: str) -> None:
    assert read(line, "skills") == answered(Unsaid(NonAnswer.NOT_APPLICABLE))


def test_numbers_pick_from_the_skills_that_the_step_lists() -> None:
    suggested = core().by_id["skills"].suggest
    assert read("1 4 6", "skills") == answered(skills(**{suggested[i]: None for i in (0, 3, 5)}))
    assert read("10", "skills") == answered(skills(**{suggested[9]: None}))


def test_a_skill_nobody_has_heard_of_is_kept_as_it_was_written() -> None:
    assert read("Beekeeping 2, Падение", "skills") == answered(skills(Beekeeping=2, Падение=None))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kubernets 2", skills(Kubernetes=2)),
        ("tensorflw", skills(TensorFlow=None)),
        ("python 3, kubernets", skills(Python=3, Kubernetes=None)),
    ],
)
def test_a_skill_that_is_nearly_a_known_one_is_offered(line: str, expected: SkillList) -> None:
    assert read(line, "skills") == offered(expected)


@pytest.mark.parametrize("line", ["sqm", "kera", "jax2", "Gogo"])
def test_a_short_name_is_never_near_another(line: str) -> None:
    assert read(line, "skills") == answered(skills(**{line: None}))


@pytest.mark.parametrize("line", ["Facebook", "Casino", "Stairwell", "R2D2"])
def test_a_name_that_ends_like_a_level_has_none(line: str) -> None:
    assert read(line, "skills") == answered(skills(**{line: None}))


def test_too_many_skills_and_too_long_a_name_are_refused() -> None:
    many = [f"skill number {number}x" for number in range(SKILL_LIMIT + 1)]
    assert read(", ".join(many[:-1]), "skills") == answered(skills(**dict.fromkeys(many[:-1])))
    assert read(", ".join(many), "skills") == UNREADABLE
    assert read("q" * SKILL_LIMIT, "skills") == answered(skills(**{"q" * SKILL_LIMIT: None}))
    assert read("q" * (SKILL_LIMIT + 1) + " 3", "skills") == UNREADABLE


@pytest.mark.parametrize("line", ["", ",", " ; ", "!", "python, !"])
def test_a_list_with_a_skill_that_has_no_name_is_unreadable(line: str) -> None:
    assert read(line, "skills") == UNREADABLE


KNOWN = [
    (alias, values["name"])
    for values in read_core_pack()[0].values.skills.values()
    for alias in (values["name"], *values["aliases"])
    if not alias.endswith(("2", "3"))  # "python 3" is Python, and the level 3
]


def test_every_name_of_a_known_skill_is_that_skill_with_and_without_a_level() -> None:
    wrong = [
        line
        for alias, name in KNOWN
        for line, level in ((alias, None), (alias.upper(), None), (f"{alias} 2", 2), (f"{alias}: with help", 2))
        if read(line, "skills") != answered(skills(**{name: level}))
    ]
    assert wrong == []


# -- text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["Acme", "a", "Acme, search; ranking", "12", "no", "yes", "Backstage", "👩‍💻", "می‌خواهم"]
)
def test_text_is_kept_as_it_was_written(line: str) -> None:
    assert read(f"  {line} ", "team") == answered(Written(line))


@pytest.mark.parametrize(
    ("line", "text"),
    [('"Back"', "Back"), ("“help”", "help"), ('"skip"', "skip"), ('"?"', "?"), ('"/quit"', "/quit"), ("„x“", "„x“")],
)
def test_quotes_make_text_of_what_would_be_a_command(line: str, text: str) -> None:
    assert read(line, "team") == answered(Written(text))


def test_quotes_do_not_make_text_where_no_text_is_asked_for() -> None:
    assert read('"back"', "wanted") == Meant(Intent.BACK)
    assert read('"2"', "wanted") == answered(Chosen(("applied",)))


def test_text_is_taken_up_to_its_limit_and_not_beyond() -> None:
    assert read("ü" * TEXT_LIMIT, "team") == answered(Written("ü" * TEXT_LIMIT))
    assert read("ü" * (TEXT_LIMIT + 1), "team") == UNREADABLE
    assert read(f'"{"ü" * (TEXT_LIMIT + 1)}"', "team") == UNREADABLE


@pytest.mark.parametrize("line", ["", " ", "\n", "\u202e", "\x00", '" "', "\u200b"])
def test_text_that_shows_nothing_is_no_text(line: str) -> None:
    assert read(line, "team") == UNREADABLE


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800"])
def test_what_cannot_be_seen_is_dropped_from_what_is_kept(hidden: str) -> None:
    assert clean(f"A{hidden}cme{hidden}") == "Acme"
    assert read(f"A{hidden}cme", "team") == answered(Written("Acme"))
    assert read(f"{hidden}2", "wanted") == answered(Chosen(("applied",)))


def test_lines_stay_lines() -> None:
    assert clean("one\r\ntwo\n") == "one\ntwo"


def test_folding_makes_one_of_every_way_to_write_a_word() -> None:
    assert normalise("  “ＹＥＳ!”  ") == normalise("yes") == "yes"
    assert normalise("what\n now  then…") == "what now then"


# -- commands ------------------------------------------------------------------------------------------------------

TO_A_PROPOSAL = (Intent.KEEP_WORDS, Intent.CHANGE, Intent.TAKE_ALL)
"""Words that are read where something is proposed, and nowhere else."""
COMMANDS = [
    (word, intent)
    for intent in Intent
    if intent not in (*YES_NO, *DECISION, *TO_A_PROPOSAL)
    for word in core().catalogue.words(f"words.commands.{intent}", "en")
]


@pytest.mark.parametrize(("word", "intent"), COMMANDS)
def test_a_command_is_understood_in_every_phase_with_and_without_its_slash(word: str, intent: Intent) -> None:
    for line in (word, f"/{word}", f" {word.upper()}! "):
        for step in ("team", "wanted", "delivery", "own_time", "sure", "skills"):
            assert read(line, step) == Meant(intent)
            assert read(line, step, Phase.OFFERED, YES_NO) == Meant(intent)
        for phase in (Phase.REVIEWING, Phase.NEW):
            assert read(line, None, phase) == Meant(intent)
        assert read(line, None, Phase.CONFIRMING, YES_NO) == Meant(intent)
        assert read(line, None, Phase.DECIDING, DECISION) == Meant(intent)
        assert read(line, None, Phase.FINISHED, AFTER_THE_REPORT) == Meant(intent)


@pytest.mark.parametrize(
    "line",
    [
        *("change 7", "edit 7", "redo #7", "/change 7", "Change the seventh one", "change seven", "answer 7"),
        *("answer  7", "ｃｈａｎｇｅ 7", "Answer number seven"),
    ],
)
def test_change_takes_the_number_of_an_answer(line: str) -> None:
    assert read(line, "wanted") == Meant(Intent.CHANGE, number=7)
    assert read(line, "team") == Meant(Intent.CHANGE, number=7)
    assert read(line, None, Phase.FINISHED) == Meant(Intent.CHANGE, number=7)


@pytest.mark.parametrize(
    "line",
    [
        *("change", "change it", "change 1000", "change a", "change half", "/zzz", "/2", "/", "/yes", "//back"),
        *("fine", "fine by me", "not fine", "deeper on it", "define", "what is", "changed 7", "fined 2"),
    ],
)
def test_half_a_command_is_unreadable(line: str) -> None:
    assert read(line, "wanted") == UNREADABLE


@pytest.mark.parametrize("line", ["change 0", "change zero"])
def test_the_number_nought_is_left_to_be_told_that_there_is_no_such_answer(line: str) -> None:
    assert read(line, "wanted") == Meant(Intent.CHANGE, number=0)


def test_a_slash_is_never_text() -> None:
    assert read("/etc", "team") == UNREADABLE


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        *(
            ("backk", Intent.BACK),
            ("exmaple", Intent.EXAMPLE),
            ("reviw", Intent.REVIEW),
            ("questons", Intent.QUESTIONS),
        ),
        *(("glosary", Intent.GLOSSARY), ("deepr", Intent.DEEPER), ("decid", Intent.DECIDE)),
    ],
)
def test_a_command_that_is_nearly_right_is_taken(line: str, intent: Intent) -> None:
    assert read(line, "wanted") == Meant(intent)
    assert read(line, "delivery") == Meant(intent)
    assert read(line, "own_time") == Meant(intent)
    assert read(line, None, Phase.REVIEWING) == Meant(intent)
    assert read(line, None, Phase.FINISHED) == Meant(intent)


@pytest.mark.parametrize("line", ["bakc", "wyh", "hlep", "back to work", "more questions than answers", "what is"])
def test_what_is_not_near_enough_to_a_command_is_none(line: str) -> None:
    for step in ("wanted", "delivery", "own_time", None):
        assert read(line, step, Phase.ASKING if step else Phase.REVIEWING) == UNREADABLE


@pytest.mark.parametrize("line", ["start ovr", "start overr", "quitt", "exitt", "laterr", "restartt", "leavee"])
def test_a_command_that_leaves_or_starts_over_has_to_be_said_exactly(line: str) -> None:
    for step in ("wanted", "delivery", "own_time", None):
        assert read(line, step, Phase.ASKING if step else Phase.REVIEWING) == UNREADABLE
    assert read(line, None, Phase.FINISHED, AFTER_THE_REPORT) == UNREADABLE


def test_a_command_that_is_nearly_right_is_text_where_text_is_asked_for() -> None:
    assert read("bakc", "team") == answered(Written("bakc"))


# -- menus ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [Phase.OFFERED, Phase.CONFIRMING])
@pytest.mark.parametrize(
    ("line", "intent"),
    [
        *((line, Intent.YES) for line in ("yes", "Y", "yeah", "ok.", "sure!", "1", "the first one", "#1", "１")),
        *((line, Intent.NO) for line in ("no", "N", "nope", "2", "second")),
    ],
)
def test_yes_and_no_can_be_given_by_word_and_by_number(phase: Phase, line: str, intent: Intent) -> None:
    assert read(line, "wanted" if phase is Phase.OFFERED else None, phase, YES_NO) == Meant(intent)


def test_while_a_guess_is_offered_the_question_can_still_be_answered() -> None:
    assert read("3", "wanted", Phase.OFFERED, YES_NO) == answered(Chosen(("research",)))
    assert read("research", "wanted", Phase.OFFERED, YES_NO) == answered(Chosen(("research",)))
    assert read("?", "wanted", Phase.OFFERED, YES_NO) == answered(Unsaid(NonAnswer.UNKNOWN))
    assert read("reserch", "wanted", Phase.OFFERED, YES_NO) == offered(Chosen(("research",)))


@pytest.mark.parametrize("line", ["3", "0", "perhaps", "infra", "", "yess"])
def test_anything_but_yes_and_no_is_unreadable_where_a_yes_would_clear_everything(line: str) -> None:
    assert read(line, None, Phase.CONFIRMING, YES_NO) == UNREADABLE


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("1", Intent.QUIT),
        ("2", Intent.FILL_IN),
        ("third", Intent.DEEPER),
        ("#4", Intent.REVIEW),
        ("the fifth one", Intent.QUESTIONS),
        ("６", Intent.REPORT),
        ("7", Intent.UNREADABLE),
        ("0", Intent.UNREADABLE),
        ("yes", Intent.UNREADABLE),
        ("?", Intent.UNREADABLE),
        ("1 too far", Intent.UNREADABLE),
    ],
)
def test_after_the_report_the_numbers_are_those_of_its_menu(line: str, intent: Intent) -> None:
    assert read(line, None, Phase.FINISHED, AFTER_THE_REPORT) == Meant(intent)


def test_the_numbers_are_those_of_the_menu_that_is_shown() -> None:
    menu = (Intent.QUIT, Intent.REVIEW, Intent.REPORT)
    assert [read(line, None, Phase.FINISHED, menu) for line in ("2", "3", "4")] == [
        Meant(Intent.REVIEW),
        Meant(Intent.REPORT),
        UNREADABLE,
    ]
    assert read("1", None, Phase.FINISHED) == UNREADABLE


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        *((line, Intent.GO_ON) for line in ("1", "go on", "Take it!", "yes", "the first one")),
        *((line, Intent.ASK_MORE) for line in ("2", "ask more", "Ask more first", "more")),
        *((line, Intent.PASS) for line in ("3", "pass", "turn it down", "third", "３")),
        *(
            (line, Intent.UNREADABLE)
            for line in ("4", "0", "no", "skip", "?", "", "passed over", "3too far", "go onward")
        ),
    ],
)
def test_a_decision_can_be_given_by_word_and_by_number(line: str, intent: Intent) -> None:
    assert read(line, None, Phase.DECIDING, DECISION) == Meant(intent)


@pytest.mark.parametrize(
    ("line", "intent", "reason"),
    [
        ("3 too far", Intent.PASS, "too far"),
        ("3: Too Far, by 2 hours", Intent.PASS, "Too Far, by 2 hours"),
        ("3. too far", Intent.PASS, "too far"),
        ("pass: reason", Intent.PASS, "reason"),
        ("PASS  Too FAR", Intent.PASS, "Too FAR"),
        ("turn  it down: 3 times asked", Intent.PASS, "3 times asked"),
        ("ask more first: about the data", Intent.ASK_MORE, "about the data"),
        ("２ the lead is new", Intent.ASK_MORE, "the lead is new"),
        ("go on, I like them", Intent.GO_ON, "I like them"),
        ("ＧＯ ＯＮ, I like them", Intent.GO_ON, "I like them"),
    ],
)
def test_a_reason_may_follow_a_decision_and_stays_as_it_was_written(line: str, intent: Intent, reason: str) -> None:
    assert read(line, None, Phase.DECIDING, DECISION) == Meant(intent, text=reason)


def test_pass_is_a_decision_only_where_one_is_asked_for() -> None:
    assert read("pass", "wanted") == answered(Unsaid(NonAnswer.DECLINED))
    assert read("pass", None, Phase.FINISHED, AFTER_THE_REPORT) == UNREADABLE


@pytest.mark.parametrize(("line", "number"), [("7", 7), ("#7", 7), ("the third one", 3), ("12", 12), ("999", 999)])
def test_in_the_review_a_number_alone_changes_that_answer(line: str, number: int) -> None:
    assert read(line, None, Phase.REVIEWING) == Meant(Intent.CHANGE, number=number)


@pytest.mark.parametrize("line", ["0", "yes", "infra", "", "1000"])
def test_in_the_review_anything_else_is_unreadable(line: str) -> None:
    assert read(line, None, Phase.REVIEWING) == UNREADABLE


# -- lines that were once misread ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "choice"), CHOOSING)
def test_every_choice_can_be_given_by_its_whole_label(step: str, choice: str) -> None:
    assert read(names(core().by_id[step], choice)[0], step) == answered(Chosen((choice,)))


@pytest.mark.parametrize("line", ["number one", "option one", "the number one", "choice one", "no. one"])
def test_one_is_a_number_where_a_number_is_announced(line: str) -> None:
    assert read(line, "wanted") == answered(Chosen(("infra",)))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("python very well", skills(Python=4)),
        ("python: very well", skills(Python=4)),
        ("Ｐｙｔｈｏｎ　３", skills(Python=3)),
        ("python\t3", skills(Python=3)),
        ("python very well.", skills(Python=4)),
        ("python 3.", skills(Python=3)),
        ("python 3, sql 2.", skills(Python=3, SQL=2)),
        ("python 3, sql 2, and k8s 1", skills(Python=3, SQL=2, Kubernetes=1)),
        ("Maßtheorie solid", skills(Maßtheorie=3)),
        ("k8s 1, kubernetes", skills(Kubernetes=1)),
    ],
)
def test_a_level_that_was_given_is_never_lost(line: str, expected: SkillList) -> None:
    assert read(line, "skills") == answered(expected)


@pytest.mark.parametrize("line", ["none", "11", "0", "1=5", "12 3", "=3"])
def test_what_cannot_be_the_name_of_a_skill_is_not_taken_for_one(line: str) -> None:
    answer = read(line, "skills").answer
    assert not isinstance(answer, SkillList) or not answer.skills


def test_the_skills_that_a_step_lists_go_by_the_names_that_they_are_known_by() -> None:
    for name in core().by_id["skills"].suggest:
        assert core().skills.get(normalise(name)) == name


def test_a_tab_parts_words_as_a_space_does() -> None:
    assert read("Acme\tsearch", "team") == answered(Written("Acme search"))
    assert read("1\t3", "delivery") == answered(Chosen(("api", "in_product")))


@pytest.mark.parametrize("line", ["4.5", "1.5", "2,5"])
def test_between_two_points_of_a_scale_there_is_none(line: str) -> None:
    assert read(line, "sure") == UNREADABLE


@pytest.mark.parametrize(
    ("step", "line", "unit"),
    [("own_time", "1.5", "weeks"), ("own_time", "2.5", "w"), ("internal_teams", "2.5", "teams")],
)
def test_a_number_means_the_same_with_its_unit_and_without(step: str, line: str, unit: str) -> None:
    assert read(line, step) == read(f"{line} {unit}", step)


# -- who said it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "source", "quote"),
    [
        ("2 @recruiter", Source.RECRUITER, ""),
        ("applied @HR", Source.RECRUITER, ""),
        ("2@member", Source.MEMBER, ""),
        ("the second one  @ex-member.", Source.FORMER, ""),
        ("2 ＠manager", Source.MANAGER, ""),
        ("2 @me", Source.GUESS, ""),
        ('2 @recruiter "we own it"', Source.RECRUITER, "we own it"),
        ('2 @recruiter: "We own it."', Source.RECRUITER, "We own it."),
        ("2 @recruiter “we own it”", Source.RECRUITER, "we own it"),
        ('2 @posting "write to a@b @member"', Source.POSTING, "write to a@b @member"),
        ('2 @recruiter "we own it', Source.RECRUITER, "we own it"),
        ('2 @recruiter ""', Source.RECRUITER, ""),
        (f'2 @recruiter "{"x" * (QUOTE_LIMIT + 1)}"', Source.RECRUITER, "x" * QUOTE_LIMIT),
    ],
)
def test_an_answer_may_say_who_said_so_and_in_which_words(line: str, source: Source, quote: str) -> None:
    expected = Meant(Intent.ANSWER, Chosen(("applied",)), source=source, quote=quote)
    assert read(line, "wanted") == expected
    assert read(line.replace("2", "option 2"), "wanted", Phase.OFFERED, YES_NO).answer == Chosen(("applied",))


@pytest.mark.parametrize("source", Source)
def test_every_source_goes_by_its_name_and_by_each_word_for_it_that_is_one_word(source: Source) -> None:
    words = [word for word in core().catalogue.words(f"shared.sources.words.{source}", "en") if " " not in word]
    for word in (source, *words):
        assert read(f"3 @{word}", "wanted") == Meant(Intent.ANSWER, Chosen(("research",)), source=source)


@pytest.mark.parametrize(
    ("line", "step", "answer"),
    [
        ("1, 3? @member", "delivery", Chosen(("api",), ("in_product",))),
        ("6 weeks @member", "own_time", Amount(6)),
        ("4/5 @member", "sure", Amount(4)),
        ("python 3/4 @member", "skills", SkillList((SkillLevel("Python", 3, 4),))),
        ("Acme @member", "team", Written("Acme")),
        ("? @member", "wanted", Unsaid(NonAnswer.UNKNOWN)),
    ],
)
def test_every_kind_of_answer_may_say_who_said_so(line: str, step: str, answer: Answer) -> None:
    assert read(line, step) == Meant(Intent.ANSWER, answer, source=Source.MEMBER)


def test_a_near_miss_keeps_who_said_so() -> None:
    assert read('reserch @hr "papers"', "wanted") == Meant(
        Intent.NEAR_MISS, Chosen(("research",)), source=Source.RECRUITER, quote="papers"
    )


@pytest.mark.parametrize(
    ("line", "source", "quote"),
    [("@member", Source.MEMBER, ""), (" @HR ", Source.RECRUITER, ""), ('@manager "we do"', Source.MANAGER, "we do")],
)
def test_a_source_by_itself_is_about_the_answer_before(line: str, source: Source, quote: str) -> None:
    for step in ("team", "wanted", "delivery", "own_time", "skills"):
        assert read(line, step) == Meant(Intent.ATTRIBUTE, source=source, quote=quote)


@pytest.mark.parametrize("line", ["@boss", "2 @boss", "@", "2 @", "@recruiter 2", "2 @hr we own it", "@member @boss"])
def test_a_source_that_nobody_knows_is_none(line: str) -> None:
    assert read(line, "wanted") == UNREADABLE


@pytest.mark.parametrize("line", ["me@example.com", "mail me @home", "Acme @ home", '"Acme @hr"'])
def test_a_sign_that_names_no_source_stays_in_the_text(line: str) -> None:
    assert read(line, "team") == answered(Written(line.strip('"')))


# -- commands with something behind them ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fine 2", Meant(Intent.FINE, number=2)),
        ("fine 2 because I want to build it", Meant(Intent.FINE, number=2, text="because I want to build it")),
        ("Fine #2: I WANT it", Meant(Intent.FINE, number=2, text="I WANT it")),
        ("/fine 2, as I said", Meant(Intent.FINE, number=2, text="as I said")),
        ("fine   two  because", Meant(Intent.FINE, number=2, text="because")),
        ("ｆｉｎｅ ２ because", Meant(Intent.FINE, number=2, text="because")),
        ("not fine 2", Meant(Intent.NOT_FINE, number=2)),
        ("Not  fine the second one!", Meant(Intent.NOT_FINE, number=2)),
        ("deeper 2", Meant(Intent.DEEPER, number=2)),
        ("go deeper on  2", Meant(Intent.DEEPER, number=2)),
        ("deeper 7", Meant(Intent.DEEPER, number=7)),
        ("what is a pin factory", Meant(Intent.GLOSSARY, text="a pin factory")),
        ("What is a PIN factory?", Meant(Intent.GLOSSARY, text="a pin factory")),
        ("what’s coverage", Meant(Intent.GLOSSARY, text="coverage")),
        ("glossary x", Meant(Intent.GLOSSARY, text="x")),
        ("/define A/B test", Meant(Intent.GLOSSARY, text="a/b test")),
        ("what is a good answer", Meant(Intent.EXAMPLE)),
    ],
)
def test_some_commands_take_a_number_a_reason_or_a_term(line: str, expected: Meant) -> None:
    for step in ("team", "wanted", "delivery", "own_time", "sure", "skills"):
        assert read(line, step) == expected
        assert read(line, step, Phase.OFFERED, YES_NO) == expected
    assert read(line, None, Phase.DECIDING, DECISION) == expected
    assert read(line, None, Phase.FINISHED, AFTER_THE_REPORT) == expected
    assert read(line, None, Phase.REVIEWING) == expected


@pytest.mark.parametrize("line", ["Fine dining", "Deep Mind", "change of plan", "Answer a few", "Redo half", "Deeper"])
def test_a_name_that_begins_like_such_a_command_is_text(line: str) -> None:
    assert read(f'"{line}"', "team") == answered(Written(line))
    if line != "Deeper":
        assert read(line, "team") == answered(Written(line))


# -- what a word denies, and what it stands for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "line"),
    [
        *(
            ("wanted", line)
            for line in ("not infra", "not research", "no research", "never applied", "without research")
        ),
        *(("methods", line) for line in ("not new", "not mostly new", "no new")),
        *(("upheaval", line) for line in ("not settled", "isn't stable", "not unsettled")),
    ],
)
def test_a_line_that_denies_something_is_never_taken_for_what_it_denies(step: str, line: str) -> None:
    assert read(line, step) == UNREADABLE


def test_a_line_that_denies_something_is_offered_what_denies_as_well() -> None:
    assert read("not convincng", "owns_differs") == offered(Chosen(("weak_reason",)))
    assert read("not comfrtable", "comfort") == offered(Chosen(("no",)))


NAMED = [
    (step.id, normalise(word), choice)
    for step in core().steps
    if step.kind is StepKind.CHOICE
    for choice in step.choice_ids
    for word in names(step, choice)
    if normalise(word) in ("yes", "no")
]


@pytest.mark.parametrize(("step", "word", "choice"), NAMED)
def test_every_way_to_say_yes_or_no_works_where_a_choice_goes_by_that_name(step: str, word: str, choice: str) -> None:
    for said in core().catalogue.words(f"words.commands.{word}", "en"):
        assert read(said, step) == answered(Chosen((choice,)))


@pytest.mark.parametrize(("step", "choice"), CHOOSING)
def test_no_word_for_a_choice_is_swallowed_by_a_command_or_a_non_answer(step: str, choice: str) -> None:
    answers_the_offer = {
        word
        for key in ("commands.yes", "commands.no", "ordinals")
        for word in core().catalogue.words(f"words.{key}", "en")
    }
    for line in names(core().by_id[step], choice):
        for typed in (line, line.upper(), f"{line}.", f"“{line}”"):
            assert read(typed, step) == answered(Chosen((choice,)))
        if normalise(line) not in answers_the_offer:
            assert read(line, step, Phase.OFFERED, YES_NO) == answered(Chosen((choice,)))


@pytest.mark.parametrize(("step", "choice"), CHOOSING)
def test_no_two_choices_of_a_step_go_by_the_same_word(step: str, choice: str) -> None:
    asked = core().by_id[step]
    others = {normalise(word) for other in asked.choice_ids if other != choice for word in names(asked, other)}
    assert others.isdisjoint(map(normalise, names(asked, choice)))
