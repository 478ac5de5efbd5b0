"""Reading a posting: whole ones, then what each part of the reading does, then what holds for any text."""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wiring import posting_reader, posting_rules
from conversations.posting.phrases import Phrases
from conversations.posting.plain import plain
from conversations.posting.proposals import Posting, Quote
from conversations.posting.reading import QUOTE_LIMIT
from conversations.posting.words import LONGEST, sentences, stemmed
from conversations.vocabulary import Certainty
from tests.dialogue import core

HERE = Path(__file__).parent / "postings"


@dataclass(frozen=True)
class Labelled:
    """A posting of ours, and what a careful reader says of it."""

    id: str
    text: str
    kind: str
    required: list[str]
    preferred: list[str]
    evidence: list[str]
    """Words of which one stands in one of the three best quotes."""
    also: tuple[str, ...] = ()
    """Other kinds that one could defend."""


def labelled(language: str) -> list[Labelled]:
    rows = tomllib.loads((HERE / f"{language}.toml").read_text(encoding="utf-8"))["postings"]
    return [Labelled(**row) for row in rows]


OURS = [*labelled("zh"), *labelled("en")]


@cache
def read(text: str) -> Posting:
    return posting_reader(core()).read(text)


def names(posting: Posting) -> tuple[list[str], list[str]]:
    return [one.value for one in posting.required], [one.value for one in posting.preferred]


def quotes(posting: Posting) -> list[Quote]:
    proposals = (posting.kind, *posting.required, *posting.preferred, *posting.stages, posting.owns, posting.customer)
    found = [quote for one in (*proposals, posting.hand_over) for quote in one.quotes]
    found += [quote for side in posting.sides.values() for quote in side]
    return found + ([posting.title] if posting.title else [])


# ---------------------------------------------------------------- whole postings


@pytest.mark.parametrize("one", OURS, ids=lambda one: one.id)
def test_the_kind_is_one_that_a_careful_reader_could_defend(one: Labelled) -> None:
    assert read(one.text).is_posting
    assert read(one.text).kind.value in {one.kind, *one.also}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_kind_is_nearly_always_the_one_that_the_reader_chose(language: str) -> None:
    rows = labelled(language)
    assert sum(read(one.text).kind.value == one.kind for one in rows) >= 0.9 * len(rows)


@pytest.mark.parametrize("one", OURS, ids=lambda one: one.id)
def test_skills_are_asked_for_or_merely_welcome(one: Labelled) -> None:
    required, preferred = names(read(one.text))
    assert sorted(required) == sorted(one.required)
    assert sorted(preferred) == sorted(one.preferred)


@pytest.mark.parametrize("one", [one for one in OURS if one.evidence], ids=lambda one: one.id)
def test_the_kind_rests_on_words_that_a_reader_would_point_at(one: Labelled) -> None:
    best = [quote.text for quote in read(one.text).kind.quotes[:3]]
    assert any(words in quote for words in one.evidence for quote in best), best


@pytest.mark.parametrize("one", OURS, ids=lambda one: one.id)
def test_every_quote_stands_in_the_text_where_it_says(one: Labelled) -> None:
    assert_quoted(one.text)


def assert_quoted(text: str) -> None:
    for quote in quotes(read(text)):
        assert 0 <= quote.start < quote.end <= len(text)
        assert quote.text == text[quote.start : quote.end]
        assert len(quote.text) <= QUOTE_LIMIT


# ---------------------------------------------------------------- the parts of the reading

ASKED = {
    "after 优先": ("任职要求：\n1、熟悉Python；\n2、有Kafka、Flink经验者优先", ["Python"], ["Kafka", "Flink"]),
    "in one line": ("岗位要求：精通Java，熟悉MySQL，了解Go更佳", ["Java", "MySQL"], ["Go"]),
    "者佳": ("任职要求：\n熟练掌握C++；有CUDA开发经验者佳。", ["C++"], ["CUDA"]),
    "加分项": ("任职要求\n熟悉PyTorch\n加分项\n熟悉JAX", ["PyTorch"], ["JAX"]),
    "no spaces": (
        "任职要求：熟悉基于Kubernetes的Docker部署，会用redis和mysql",
        ["Kubernetes", "Docker", "Redis", "MySQL"],
        [],
    ),
    "in brackets": ("Requirements:\n- Strong Python (Scala is a plus)\n- SQL", ["Python", "SQL"], ["Scala"]),
    "a plus": ("Requirements:\n- Python\n- Experience with Rust is a plus", ["Python"], ["Rust"]),
    "a plus for one of two": ("Requirements: proficiency in Python, experience with Rust a plus", ["Python"], ["Rust"]),
    "preferred at first": (
        "Requirements\n- Python\n- Preferred: knowledge of CUDA and Triton",
        ["Python"],
        ["CUDA", "Triton"],
    ),
    "named twice": ("Requirements:\n- Python\nNice to have:\n- Python packaging\n- Rust", ["Python"], ["Rust"]),
    "one of several": ("Requirements:\n- One of PyTorch, TensorFlow or JAX", ["PyTorch", "TensorFlow", "JAX"], []),
    "a field of study": ("Requirements:\n- Degree in statistics, mathematics or machine learning\n- SQL", ["SQL"], []),
    "专业": ("任职要求：\n1、计算机、数学、统计学等相关专业本科以上学历\n2、熟悉SQL", ["SQL"], []),
    "study and skill": ("任职要求：本科及以上学历，有推荐系统经验，熟悉Spark", ["Recommender systems", "Spark"], []),
    "heads of lists": ("Requirements:\n- Cloud platforms (AWS, GCP)", ["AWS", "GCP"], []),
    "a cloud alone": ("Requirements:\n- Experience with cloud platforms", ["Cloud computing"], []),
    "words of every day": (
        "Requirements:\n- You rest easy, go above and beyond, and spark joy\n- Go and Spark",
        ["Go", "Spark"],
        [],
    ),
    "single letters": ("Requirements:\n- R&D experience, C-level contacts, R and C", ["R", "C"], []),
    "C端": ("任职要求：\n有C端产品经验，熟悉C语言", ["C"], []),
    "two lists of wishes": (
        "Responsibilities: train models\nPreferred Qualifications:\n- Python\nBeneficial Experience:\n- Rust",
        ["Python"],
        ["Rust"],
    ),
    "what others use": ("Responsibilities:\n- Train models in PyTorch\nRequirements:\n- Python", ["Python"], []),
    "benefits": ("Requirements:\n- Python\nBenefits:\n- Lessons in Rust", ["Python"], []),
    "prose": (
        "We are hiring an engineer. You will train models. You have experience with Python and Redis.",
        ["Python", "Redis"],
        [],
    ),
}


@pytest.mark.parametrize(("text", "required", "preferred"), ASKED.values(), ids=ASKED)
def test_what_is_asked_for_and_what_is_welcome(text: str, required: list[str], preferred: list[str]) -> None:
    assert names(read(f"ML Engineer / 算法工程师\n{text}")) == (required, preferred)


KINDS = {
    "a title weighs nothing": ("Research Scientist\nResponsibilities:\n- Build the ML platform", "infra"),
    "nor does it in Chinese": ("机器学习平台研究员\n岗位职责：\n负责风控模型的开发与迭代，降低坏账率", "applied"),
    "a company is not its team": (
        "ML Engineer\nAbout Us\nWe do fundamental research.\nResponsibilities\n- Develop fraud models\n- Run A/B tests",
        "applied",
    ),
    "others' platforms": (
        "ML Engineer\nResponsibilities\n- Develop ranking models for search\n- Collaborate with our ML platform team",
        "applied",
    ),
    "development called research": (
        "算法工程师\n岗位职责：从事图像识别算法的研究与开发，跟踪学术前沿，推动产品落地",
        "applied",
    ),
    "papers that are welcome": (
        "算法工程师\n岗位职责：\n负责广告点击率预估模型的优化\n加分项：\n有顶会论文发表者优先",
        "applied",
    ),
    "papers that are the work": (
        "算法工程师\n岗位职责：\n开展前沿研究，发表顶会论文\n任职要求：\n熟悉Python",
        "research",
    ),
    "nothing to go by": ("ML Engineer\nRequirements:\n- Python\n- A sense of humour", "unclear"),
}


@pytest.mark.parametrize(("text", "kind"), KINDS.values(), ids=KINDS)
def test_what_speaks_for_a_kind(text: str, kind: str) -> None:
    assert read(text).kind.value == kind


def test_mixed_shows_quotes_of_both_sides_in_turn() -> None:
    text = (
        "ML Engineer\nResponsibilities:\n- Build the ML platform\n- Cut inference latency\n"
        "- Develop fraud detection models\n- Run A/B tests"
    )
    found = read(text)
    assert found.kind.value == "mixed"
    assert found.kind.quotes[0] in found.sides["infra"] + found.sides["applied"]
    assert {quote in found.sides["infra"] for quote in found.kind.quotes[:2]} == {True, False}


CUES = {
    "owns": ("Responsibilities:\n- Take full ownership of the models", "yes", "unclear", "no"),
    "advises": ("Responsibilities:\n- Act as a trusted advisor to clients", "no", "external_clients", "no"),
    "serves models": (
        "Responsibilities:\n- Improve recommendations for millions of users",
        "unclear",
        "product_users",
        "no",
    ),
    "serves colleagues": ("Responsibilities:\n- Build tools for data scientists", "unclear", "ml_teams", "no"),
    "receives": (
        "Responsibilities:\n- Work with data scientists to productionize their models",
        "unclear",
        "unclear",
        "yes",
    ),
    "receives 模型": ("岗位职责：\n配合算法团队完成模型部署\n任职要求：熟悉Python", "unclear", "unclear", "yes"),
    "owns 全流程": (
        "岗位职责：\n独立负责智能客服算法，提升用户体验\n任职要求：熟悉Python",
        "yes",
        "product_users",
        "no",
    ),
}


@pytest.mark.parametrize(("text", "owns", "customer", "hand_over"), CUES.values(), ids=CUES)
def test_ownership_customers_and_a_hand_over(text: str, owns: str, customer: str, hand_over: str) -> None:
    found = read(f"ML Engineer\n{text}")
    assert (found.owns.value, found.customer.value, found.hand_over.value) == (owns, customer, hand_over)
    for proposal in (found.owns, found.customer, found.hand_over):
        assert bool(proposal.quotes) == (
            proposal.value in ("yes", "ml_teams", "product_users", "external_clients")
        ) or (proposal.value == "no" and proposal is found.owns)


def test_building_deploying_and_running_it_all_is_a_faint_hint_of_ownership() -> None:
    found = read("ML Engineer\nResponsibilities:\n- Train churn models\n- Deploy them\n- Monitor them and retrain")
    assert (found.owns.value, found.owns.certainty) == ("yes", Certainty.FAINT)
    assert [one.value for one in found.stages] == ["develop", "deploy", "improve"]


def test_what_is_not_told_is_listed() -> None:
    assert read("ML Engineer\nRequirements:\n- Python").untold == ("kind", "stages", "owns", "customer", "hand_over")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "你好，请问今天天气怎么样？",
        "The quick brown fox jumps over the lazy dog. It was a fine day, and nobody was in a hurry.",
        "def read(text):\n    return text.split()\n",
        "我们今天发布了新版本，修复了若干问题，欢迎大家升级体验。",
    ],
)
def test_a_text_that_is_no_posting_is_said_to_be_none(text: str) -> None:
    found = read(text)
    assert not found.is_posting
    assert (found.kind.value, found.required, quotes(found)) == ("unclear", (), [])


def test_several_roles_in_one_text_are_noticed() -> None:
    one = "推荐算法工程师\n岗位职责：\n负责推荐算法\n任职要求：\n熟悉Python\n"
    two = "后端开发工程师\n岗位职责：\n负责服务开发\n任职要求：\n熟悉Go\n"
    assert read(one + two).several_roles
    assert not read(one).several_roles
    numbered = "1. 图像算法工程师\n职位描述：\n- 负责图像分类\n职位要求：\n- 熟悉OpenCV\n"
    assert read(numbered + numbered.replace("1. 图像", "2. 语音")).several_roles
    english = "ML Engineer\nResponsibilities:\n- Train models\nRequirements:\n- Python\n"
    assert read(english + english.replace("ML", "Data")).several_roles


def test_a_title_is_kept_as_it_stands() -> None:
    title = read("# 高级算法工程师（搜索方向）\n岗位职责：负责搜索排序\n任职要求：熟悉C++").title
    assert title is not None
    assert title.text == "高级算法工程师（搜索方向）"


# ---------------------------------------------------------------- text and words


def test_a_quote_points_into_the_original_though_tags_and_entities_lie_between() -> None:
    text = "<ul><li>Build the <b>ML</b>&nbsp;platform &amp; its tools</li></ul><h3>Requirements</h3><p>C&#43;&#43;"
    found = read(f"<h1>Engineer</h1><h3>Responsibilities</h3>{text}")
    assert [quote.text for quote in found.sides["infra"]] == ["Build the <b>ML</b>&nbsp;platform &amp; its tools"]
    assert names(found)[0] == ["C++"]
    assert found.required[0].quotes[0].text == "C&#43;&#43;"


def test_escaped_tags_are_tags() -> None:
    assert plain("&lt;p&gt;Python&lt;/p&gt;").text == "\nPython\n"


def cut(text: str, known: tuple[str, ...] = ("pytorch", "tensorflow", "vertexai")) -> list[list[str]]:
    return [one.low for one in sentences(text, known)]


LINES = {
    "lost breaks": (
        "workflowsExperience with PyTorchKnowledge",
        [["workflows"], ["experience", "with", "pytorch"], ["knowledge"]],
    ),
    "abbreviations glued": ("on AWSFamiliarity", [["on", "aws"], ["familiarity"]]),
    "known names": ("TensorFlow and VertexAI", [["tensorflow", "and", "vertexai"]]),
    "a name that comes again": ("at DoorBell. DoorBell is", [["at", "doorbell"], ["doorbell", "is"]]),
    "years glued": ("About You3+ years", [["about", "you"], ["3", "years"]]),
    "full stops": (
        "e.g. Python. Then Node.js, v3.5 and U.S. law.",
        [["e", "g", "python"], ["then", "node", "js", ",", "v3", "5", "and", "u", "s", "law"]],
    ),
    "full stops glued": ("the team.Requirements", [["the", "team"], ["requirements"]]),
    "brackets glued": ("(Kafka)Experience", [["(", "kafka", ")"], ["experience"]]),
    "numbers": ("1、负责A2、负责B", [["负", "责", "a2", "、", "负", "责", "b"]]),
    "numbers after Chinese": ("1、开发2、测试", [["开", "发"], ["测", "试"]]),
    "bullets": ("• one ★ two ✅ three", [["one"], ["two"], ["three"]]),
    "wrapped lines": (
        "a line that a program has wrapped, as mail programs do\nwith this",
        [["a", "line", "that", "a", "program", "has", "wrapped", ",", "as", "mail", "programs", "do", "with", "this"]],
    ),
    "lines": ("One line\nAnother", [["one", "line"], ["another"]]),
}


@pytest.mark.parametrize(("text", "words"), LINES.values(), ids=LINES)
def test_a_text_is_cut_into_sentences(text: str, words: list[list[str]]) -> None:
    assert cut(text) == words


@pytest.mark.parametrize(
    "words",
    [
        "build building builds",
        "develop developing developed",
        "scale scaling scaled",
        "model models modelling",
        "ship shipping",
    ],
)
def test_the_endings_of_a_word_do_not_matter(words: str) -> None:
    assert len({stemmed(word) for word in words.split()}) == 1


def found(phrase: str, text: str) -> bool:
    lists = {"build": ("build", "design and build", "搭建"), "thing": ("platform", "平台")}
    return any(Phrases([(0, phrase)], lists).found(sentence) for sentence in sentences(text, ()))


def test_a_phrase_is_words_lists_and_gaps() -> None:
    assert found("{build} .. {thing}", "We design and build a very good platform")
    assert found("{build} .. {thing}", "搭建公司统一的大规模训练平台")
    assert not found("{build} .. {thing}", "the platform that they build")
    assert not found("{build} {thing}", "build a platform")
    assert not found("{build} .. {thing}", "build one two three four five six seven eight nine ten platform")
    assert found("our {thing}", "Our platforms")


# ---------------------------------------------------------------- any text

PIECES = st.sampled_from(
    [
        "Requirements:",
        "任职要求：",
        "优先",
        "Python",
        "Go",
        "C++",
        "，",
        "、",
        "。",
        "\n",
        "<li>",
        "&amp;",
        "&#x1F600;",
        "</p>",
        "(",
        "）",
        "build the ML platform",
        "负责推荐算法",
        "We are looking for an engineer",
        "1、",
        "• ",
        "is a plus",
        "About Us",
        "\u202f",
        "\ud800",
        "岗位职责",
        "&lt;div&gt;",
        "<",
        ">",
        "&",
        "experienceStrong",
        "ﬁ",
        "İ",
        "ß",
        "\r\n",
        "e.g.",
        "AI/ML",
        "{build} ..",
        "\x00",
    ]
)


@given(
    st.one_of(
        st.text(max_size=400), st.lists(PIECES, max_size=60).map("".join), st.lists(PIECES, max_size=60).map(" ".join)
    )
)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_every_quote_is_exact(text: str) -> None:
    assert_quoted(text)


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(max_examples=200, deadline=None)
def test_a_sentence_has_a_limit_and_no_word_comes_twice(text: str) -> None:
    cut_up = sentences(text, ())
    places = [place for one in cut_up for place in zip(one.starts, one.ends, strict=True)]
    assert all(len(one) <= LONGEST + 2 for one in cut_up)
    assert places == sorted(places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "aB",
        "build ",
        "优先",
        "<",
        "<a",
        "&lt;",
        "&",
        "(",
        "1、",
        ".",
        "Requirements: ",
        "岗位职责",
        "熟悉Python，",
        "A.",
        "\n",
        "build .. ml platform ",
    ],
)
def test_a_hundred_thousand_characters_of_one_kind_are_read(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    for quote in quotes(posting_reader(core()).read(text)):
        assert quote.text == text[quote.start : quote.end]


def test_every_phrase_of_the_rules_can_be_met() -> None:
    """A phrase that is cut in another way than a posting is would never be found."""
    rules = posting_rules(core())
    rows = [phrase for row in (*rules.sections, *rules.cues) for phrase in row.phrases]
    for phrase in rows:
        if "{" not in phrase and ".." not in phrase:
            phrases = Phrases([(0, phrase)], rules.lists)
            assert any(phrases.found(one) for one in sentences(plain(phrase).text, ())), phrase
