"""A job posting in the dialogue: pasted in pieces or whole, read, and each thing it suggests confirmed or not."""

from dataclasses import replace

import pytest

from adapters.postings import LONGEST_BYTES, is_readable, text_of
from conversations.catalogue import Phrase
from conversations.events import Typed
from conversations.posting.proposals import Posting, Proposal, Quote
from conversations.posting.rules import SAYS
from conversations.posting.suggested import suggested
from conversations.proposing import LONGEST
from conversations.reading_answers import Reader
from conversations.replies import Ask, AskPosting, Choose, Listed, Noted, Reply, ShowReport
from conversations.session import Chosen, Given, Intent, Phase, SkillList, Unsaid, Written
from conversations.snapshot import dump_check
from conversations.vocabulary import Certainty, Source
from tests.dialogue import ME, NOON, Player, core, postings, words
from tests.test_checks_at_hand import Chat, keys
from tests.test_example_pack import example

APPLIED = """
Applied Scientist, Ranking

What you'll do
- Train and ship ranking models for our shopping app, from design to A/B test
- Own the ranking models end to end, and improve them every week
- Improve what millions of users see when they open the app

Requirements
- Python and PyTorch

Nice to have
- Spark
"""
RANKING = "Train and ship ranking models for our shopping app, from design to A/B test"
HANDED_OVER = """
Data Scientist

What you'll do
- Build churn models for our business teams
- Hand over finished models to the engineering team, who deploy them

Requirements
- SQL
"""
SOUP = "Chop the onions, and let them simmer for an hour."


class Posted(Chat):
    """A conversation in which postings are handed over."""

    async def hand_over(self, text: str) -> tuple[Reply, ...]:
        return await self.take(
            Typed(
                ME, self.now, text, posting=True, new_check=self.new_id(), language=self.language, zone="Europe/Berlin"
            )
        )

    async def asked_about(self) -> list[str]:
        """Return the steps that are still proposed, the one that is asked about first."""
        check = await self.check()
        assert check is not None
        return [one.step for one in check.proposed]


def choice(replies: tuple[Reply, ...]) -> Choose:
    assert isinstance(replies[-1], Choose)
    return replies[-1]


def said(one: Phrase) -> str:
    return core().catalogue.text(one, "en")


async def reading() -> Posted:
    chat = Posted()
    await chat.named("Acme")
    await chat.hand_over(APPLIED)
    return chat


# -- how it comes -------------------------------------------------------------------------------------------------


async def test_it_is_pasted_in_as_many_pieces_as_it_takes() -> None:
    chat = Posted()
    await chat.named("Acme")
    assert isinstance((await chat.say("read posting"))[-1], AskPosting)
    half = len(APPLIED) // 2
    came, again = await chat.say(APPLIED[:half])
    assert isinstance(came, Noted)
    assert came.text.key == "posting.came"
    assert again == AskPosting(again.text, len(APPLIED[:half].strip()))  # type: ignore[union-attr]
    await chat.say(APPLIED[half:])
    replies = await chat.say("done")
    assert keys(replies)[0] == "posting.found"
    assert choice(replies).options[0] is Intent.YES


@pytest.mark.parametrize(
    "line", ["Interview", "Profile", "English", "Report", "New", "list", "Resume", "3", "yes", "?"]
)
async def test_a_line_of_a_posting_is_no_command(line: str) -> None:
    chat = Posted()
    await chat.named("Acme")
    await chat.say("read posting", line)
    check = await chat.check()
    assert check is not None
    assert (check.phase, check.pasted) == (Phase.PASTING, line)


@pytest.mark.parametrize(("language", "line"), [("en", "posting"), ("zh", "招聘启事")])
def test_who_says_so_may_be_the_posting(language: str, line: str) -> None:
    """Asked where something is known from, the same word is an answer."""
    read = Reader(core(), language).read
    assert read(line, Phase.ASKING, core().by_id["kind_sources"]).intent is Intent.ANSWER
    assert read(line, Phase.ASKING, core().by_id["maturity"]).intent is Intent.POSTING
    assert read(f"/{line}", Phase.ASKING, core().by_id["kind_sources"]).intent is Intent.POSTING


async def test_behind_a_slash_it_is_a_command_all_the_same() -> None:
    chat = Posted()
    await chat.named("Acme")
    replies = await chat.say("read posting", "/card")
    assert keys(replies) == ["card"]
    assert isinstance(replies[-1], AskPosting)


async def test_one_goes_on_without_and_nothing_of_it_is_kept() -> None:
    chat = Posted()
    await chat.named("Acme")
    replies = await chat.say("read posting", "We build rockets", "back")
    assert isinstance(replies[-1], Ask)
    check = await chat.check()
    assert check is not None
    assert "rockets" not in dump_check(check)


async def test_nothing_pasted_is_nothing_to_read() -> None:
    chat = Posted()
    await chat.named("Acme")
    replies = await chat.say("read posting", "done")
    assert keys(replies) == ["posting.nothing_yet"]
    assert isinstance(replies[-1], AskPosting)


async def test_line_by_line_in_a_terminal_nothing_is_said_in_between() -> None:
    player = Player()
    player.turns._policy = replace(player.turns._policy, reachable=False)
    await player.open()
    await player.say("Acme", "read posting")
    lines = [line for line in APPLIED.splitlines() if line.strip()]
    for line in lines:
        assert await player.say(line) == ()
    assert keys(await player.say("done"))[0] == "posting.found"


async def test_whoever_has_no_check_begins_one_with_it() -> None:
    chat = Posted()
    replies = await chat.hand_over(APPLIED)
    assert keys(replies)[:2] == ["greeting", "who_sees"]
    assert isinstance(replies[-1], Choose)
    check = await chat.check()
    assert check is not None
    assert check.proposed[0].given.answer == Written("Applied Scientist, Ranking")


async def test_a_finished_check_is_left_as_it_is_and_another_one_begun() -> None:
    chat = Posted()
    first = await chat.named("Acme")
    while (check := await chat.check()) and check.phase is not Phase.FINISHED:
        await chat.say("?")
    finished = await chat.store.load(ME, first)
    await chat.hand_over(APPLIED)
    check = await chat.check()
    assert check is not None
    assert check.id != first
    assert (await chat.store.load(ME, first)).check == finished.check


async def test_one_that_is_open_takes_it_and_so_does_whoever_is_at_their_profile() -> None:
    chat = Posted()
    open_ = await chat.named("Acme")
    await chat.say("profile")
    await chat.hand_over(APPLIED)
    check = await chat.check()
    assert check is not None
    assert (check.id, check.phase) == (open_, Phase.PROPOSING)


@pytest.mark.parametrize(("text", "key"), [(SOUP, "posting.not_one"), ("  ", "posting.unreadable_file")])
async def test_what_is_no_posting_is_said_plainly_and_the_question_stays(text: str, key: str) -> None:
    chat = Posted()
    await chat.named("Acme")
    replies = await chat.hand_over(text)
    assert keys(replies) == [key]
    assert isinstance(replies[-1], Ask)
    assert keys(await Posted().hand_over(text))[-1] == key


async def test_more_than_one_posting_is_refused_and_what_came_before_stays() -> None:
    chat = Posted()
    await chat.named("Acme")
    await chat.say("read posting", "We are hiring")
    replies = await chat.say("x" * LONGEST)
    assert keys(replies) == ["posting.too_long"]
    check = await chat.check()
    assert check is not None
    assert check.pasted == "We are hiring"
    assert keys(await chat.hand_over("x" * (LONGEST + 1))) == ["posting.too_long"]


async def test_it_has_no_place_in_the_dialogue_about_the_person() -> None:
    chat = Posted()
    await chat.say("profile")
    assert keys(await chat.say("read posting")) == ["not_now.asking"]


# -- what is made of it -------------------------------------------------------------------------------------------


async def test_the_text_is_gone_once_it_is_read_and_its_words_once_all_is_decided() -> None:
    chat = await reading()
    check = await chat.check()
    assert check is not None
    assert "Requirements" not in dump_check(check)
    assert RANKING in dump_check(check)
    await chat.say("take all")
    check = await chat.check()
    assert check is not None
    assert RANKING not in dump_check(check)
    assert not check.proposed


async def test_each_is_asked_about_with_its_words_and_taken_as_said_by_the_posting() -> None:
    chat = await reading()
    assert await chat.asked_about() == ["title", "main_work", "stages", "skills", "owns", "customers"]
    shown = choice(await chat.say("yes"))
    assert f"“{RANKING}”" in said(shown.text)
    assert "Building models for concrete problems" in said(shown.text)
    await chat.say("yes")
    check = await chat.check()
    assert check is not None
    (given,) = check.answers["main_work"]
    assert (given.answer, given.source, given.quote) == (Chosen(("models",)), Source.POSTING, "")
    assert given.at > NOON


async def test_words_are_kept_where_the_person_says_so() -> None:
    chat = await reading()
    await chat.say("yes", "keep the words")
    check = await chat.check()
    assert check is not None
    assert check.answers["main_work"][0].quote == RANKING


async def test_without_words_there_are_none_to_keep() -> None:
    chat = await reading()
    assert Intent.KEEP_WORDS not in choice(await chat.say("card")).options


async def test_what_is_left_out_is_not_answered() -> None:
    chat = await reading()
    replies = await chat.say("no")
    assert isinstance(replies[0], Noted)
    check = await chat.check()
    assert check is not None
    assert "title" not in check.answers
    assert (await chat.asked_about())[0] == "main_work"


@pytest.mark.parametrize("way", ["words", "myself"])
async def test_an_answer_of_ones_own_takes_its_place_and_the_next_is_asked_about(way: str) -> None:
    chat = await reading()
    await chat.say("no")
    if way == "myself":
        replies = await chat.say("answer it myself")
        assert isinstance(replies[-1], Ask)
        assert replies[-1].step == "main_work"
    await chat.say("platform @recruiter")
    check = await chat.check()
    assert check is not None
    (given,) = check.answers["main_work"]
    assert (given.answer, given.source) == (Chosen(("tools",)), Source.RECRUITER)
    assert check.phase is Phase.PROPOSING


async def test_what_another_source_said_stays_beside_it() -> None:
    chat = Posted()
    await chat.named("Acme")
    await chat.say("deeper", "1", "1", "platform @member")
    await chat.hand_over(APPLIED)
    await chat.say("no", "yes")
    check = await chat.check()
    assert check is not None
    assert [one.source for one in check.answers["main_work"]] == [Source.MEMBER, Source.POSTING]


async def test_what_was_taken_before_is_not_asked_about_again() -> None:
    chat = await reading()
    await chat.say("take all")
    replies = await chat.hand_over(APPLIED)
    assert keys(replies)[0] == "posting.no_news"
    assert isinstance(replies[-1], Ask)


async def test_all_the_rest_is_taken_at_once() -> None:
    chat = await reading()
    replies = await chat.say("take all")
    listed = next(one for one in replies if isinstance(one, Listed))
    assert len(listed.items) == 6
    assert isinstance(replies[-1], Ask)
    check = await chat.check()
    assert check is not None
    skills = check.answers["skills"][0].answer
    assert isinstance(skills, SkillList)
    assert [(one.name, one.level, one.nice) for one in skills.skills] == [
        ("Python", None, False),
        ("PyTorch", None, False),
        ("Spark", None, True),
    ]


async def test_the_last_one_of_a_whole_check_leads_to_the_report() -> None:
    chat = await reading()
    while (check := await chat.check()) and check.phase is Phase.PROPOSING:
        await chat.say("no")
    replies: tuple[Reply, ...] = ()
    while (check := await chat.check()) and check.phase is Phase.ASKING:
        replies = await chat.say("?")
    assert any(isinstance(one, ShowReport) for one in replies)
    (report,) = [one.report for one in replies if isinstance(one, ShowReport)]
    assert "weakest" not in words(report)


async def test_the_report_says_that_a_posting_is_weak_and_the_gap_is_against_the_profile() -> None:
    chat = Posted()
    await chat.say("profile", "deeper")
    while (check := (await chat.store.load(ME, "profile")).check) and check.at != "own_skills":
        await chat.say("?")
    await chat.say("python 3", "quit")
    await chat.named("Acme")
    await chat.hand_over(APPLIED)
    await chat.say("take all")
    (shown,) = [one for one in await chat.say("report") if isinstance(one, ShowReport)]
    assert "the weakest sort of evidence" in words(shown.report)
    assert {said(one.name) if isinstance(one.name, Phrase) else one.name: one.level for one in shown.report.skills} == {
        "Python": 3,
        "PyTorch": None,
        "Spark": None,
    }
    assert "customers" not in {one.id for one in shown.report.questions}
    assert all(verdict.confidence in ("low", None) for verdict in shown.report.verdicts)


async def test_what_the_posting_does_not_tell_is_said() -> None:
    chat = Posted()
    await chat.named("Acme")
    replies = await chat.hand_over("Data Engineer wanted. Requirements: SQL, Spark, Airflow.")
    told = next(one for one in replies if isinstance(one, Listed))
    assert told.title.key == "posting.untold_title"
    assert "Kind of team" in [said(one) for one in told.items]


async def test_several_roles_in_one_text_are_said() -> None:
    chat = Posted()
    await chat.named("Acme")
    replies = await chat.hand_over(f"{APPLIED}\n{HANDED_OVER}")
    assert "posting.several" in keys(replies)


async def test_a_hand_over_is_proposed() -> None:
    chat = Posted()
    await chat.named("Acme")
    await chat.hand_over(HANDED_OVER)
    check = await chat.check()
    assert check is not None
    proposed = {one.step: one.given.answer for one in check.proposed}
    assert proposed["handover"] == Chosen(("engineers",))


async def test_what_can_be_said_to_a_proposal_is_said_where_it_was_not_understood() -> None:
    chat = await reading()
    await chat.say("no")
    replies = await chat.say("zzzzz")
    assert keys(replies) == ["not_now.proposing"]
    assert isinstance(replies[-1], Choose)
    assert keys(await chat.say("why"))[0] == "steps.main_work.why"


async def test_coming_back_shows_the_same_proposal() -> None:
    chat = await reading()
    await chat.say("later")
    replies = await chat.say("resume")
    assert isinstance(replies[-1], Choose)
    assert await chat.asked_about() == ["title", "main_work", "stages", "skills", "owns", "customers"]


async def test_starting_over_takes_them_along() -> None:
    chat = await reading()
    await chat.say("start over", "yes")
    check = await chat.check()
    assert check is not None
    assert (check.proposed, check.pasted) == ((), "")


async def test_a_pack_without_the_steps_is_proposed_nothing() -> None:
    player = Player(script=example())
    await player.open()
    replies = await player.handle(Typed(ME, NOON, APPLIED, player.check.id, posting=True))
    assert keys(replies)[0] == "posting.no_words"


# -- the rows of posting.toml --------------------------------------------------------------------------------------


def test_every_row_names_steps_and_choices_that_there_are() -> None:
    rows = postings().answers
    known: dict[str, set[str]] = {"kind": set(SAYS["kind"]), "stage": set(SAYS["stage"])}
    known |= {"owns": {*SAYS["kind"], "no"}, "customer": set(SAYS["customer"]), "hand_over": {*SAYS["kind"], "yes"}}
    for row in rows:
        step = core().by_id[row.step]
        assert {choice for choices in row.choices.values() for choice in choices} <= {*step.choice_ids}
        assert set(row.choices) <= known.get(row.about, set())
    assert len({row.step for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("kind", "sides", "step", "choices"),
    [
        ("infra", ("infra",), "owns", ("services",)),
        ("mixed", ("applied", "infra", "research"), "owns", ("models", "services")),
        ("mixed", ("applied", "research"), "main_work", ("models", "papers")),
        ("infra", ("infra",), "handover", ("we_receive",)),
        ("research", ("research",), "handover", ("engineers",)),
        ("unclear", (), "handover", ("engineers",)),
    ],
)
def test_the_kind_says_what_is_owned_and_who_hands_over(
    kind: str, sides: tuple[str, ...], step: str, choices: tuple[str, ...]
) -> None:
    quote = Quote(0, 4, "word")
    posting = Posting(
        is_posting=True,
        several_roles=False,
        title=None,
        kind=Proposal(kind, Certainty.LIKELY, (quote,)),  # type: ignore[arg-type]
        sides=dict.fromkeys(sides, (quote,)),  # type: ignore[arg-type]
        owns=Proposal("yes", Certainty.CLEAR, (quote,)),
        hand_over=Proposal("yes", Certainty.CLEAR, (quote,)),
    )
    found = {one.step: one.given for one in suggested(posting, postings().answers, core(), NOON)}
    assert found[step] == Given(Chosen(choices), NOON, Source.POSTING, "word")


def test_what_is_unclear_is_not_proposed() -> None:
    nothing = Posting(is_posting=True, several_roles=False, title=None, kind=Proposal("unclear", Certainty.FAINT))
    assert suggested(nothing, postings().answers, core(), NOON) == ()


def test_an_unanswered_step_stays_unanswered() -> None:
    assert Unsaid not in {
        type(one.given.answer) for one in suggested(postings().read(APPLIED), postings().answers, core(), NOON)
    }


# -- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "media_type", "size", "readable"),
    [
        ("posting.txt", "text/plain; charset=utf-8", 10, True),
        ("Posting.HTML", "", 10, True),
        ("read posting", "text/html", 10, True),
        ("posting.md", "application/octet-stream", 10, True),
        ("posting.pdf", "application/pdf", 10, False),
        ("posting.docx", "", 10, False),
        ("posting.txt", "text/plain", LONGEST_BYTES + 1, False),
        ("posting.txt", "text/plain", 0, False),
        ("", "", 10, False),
    ],
)
def test_files_of_text_are_read(name: str, media_type: str, size: int, *, readable: bool) -> None:
    assert is_readable(name, media_type, size) is readable


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("岗位职责".encode(), "岗位职责"),
        ("\ufeffTitle".encode(), "Title"),
        ("Title".encode("utf-16"), "Title"),
        (b"\xff\xfe\xff", ""),
        (b"caf\xe9", ""),
    ],
)
def test_text_is_read_in_the_encodings_of_unicode(content: bytes, text: str) -> None:
    assert text_of(content) == text
