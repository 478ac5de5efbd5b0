"""What a line typed in Chinese is taken for: no spaces, numerals, full-width signs, and English commands as well."""

import unicodedata
from collections.abc import Sequence

import pytest

from conversations.reading_answers import Reader
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
from conversations.vocabulary import Source
from conversations.wording import answer_phrase
from tests.dialogue import core

UNREADABLE = Meant(Intent.UNREADABLE)
DECISION = (Intent.GO_ON, Intent.ASK_MORE, Intent.PASS)


def read(line: str, step: str | None, phase: Phase = Phase.ASKING, menu: Sequence[Intent] = ()) -> Meant:
    return Reader(core(), "zh").read(line, phase, core().by_id[step] if step else None, menu)


def answered(answer: Answer) -> Meant:
    return Meant(Intent.ANSWER, answer)


# -- one choice ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        *("2", "２", "2。", "（2）", "【2】", "2号", "选2", "选 2", "第2个", "第 2 个", "第２个", "#2"),
        *("二", "第二", "第二个", "第二個", "選2", "第二项", "选第二个", "我选第二个", "第二个吧", "就第二个"),
        *("应用", "应用吧", "应用：针对具体问题做模型", "应用:针对具体问题做模型。", "应用：针对", "applied"),
    ],
)
def test_a_choice_can_be_given_by_number_numeral_label_or_a_beginning(line: str) -> None:
    assert read(line, "wanted") == answered(Chosen(("applied",)))


@pytest.mark.parametrize(
    ("line", "choice"),
    [("针对具体问题", "applied"), ("新方法和论文", "research"), ("平台团队", "infra"), ("哪样都行", "any")],
)
def test_a_piece_of_one_label_alone_is_offered(line: str, choice: str) -> None:
    assert read(line, "wanted") == Meant(Intent.NEAR_MISS, Chosen((choice,)))


@pytest.mark.parametrize(
    "line",
    [
        *("不是平台", "不做平台", "没有平台", "别的平台都不要"),  # what is denied is not near
        *("做", "的", "两", "5", "五", "十二", "第九个", "0", "零", "几个", "应用和研究", "乱七八糟"),
    ],
)
def test_what_is_denied_or_fits_several_or_nothing_is_unreadable(line: str) -> None:
    assert read(line, "wanted") == UNREADABLE


@pytest.mark.parametrize(
    ("line", "choice"),
    [("踏实", "yes"), ("不踏实", "no"), ("不太踏实", "uneasy"), ("有点没底", "uneasy"), ("3", "no")],
)
def test_a_denial_is_never_taken_for_what_it_denies(line: str, choice: str) -> None:
    assert read(line, "comfort") == answered(Chosen((choice,)))


# -- several -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        *("1、3", "1，3", "1 3", "1,3", "１、３", "1和3", "1 和 3", "1；3", "1还有3"),
        *("一和三", "一、三", "一三", "第一个和第三个", "第一、第三", "选1和3", "选第一个和第三个吧"),
        *("工具、论文", "工具和论文", "工具 论文", "平台，发论文", "1和论文"),
    ],
)
def test_several_choices_can_be_joined_as_people_join_them(line: str) -> None:
    assert read(line, "main_work") == answered(Chosen(("tools", "papers")))


@pytest.mark.parametrize(
    ("line", "yes", "unsure"),
    [
        ("3？", (), ("papers",)),
        ("第三个？", (), ("papers",)),
        ("1，3？", ("tools",), ("papers",)),
        ("工具、论文？", ("tools",), ("papers",)),
        ("一到三", ("tools", "models", "papers"), ()),
        ("1到3", ("tools", "models", "papers"), ()),
        ("1～3", ("tools", "models", "papers"), ()),
        ("第一到第三", ("tools", "models", "papers"), ()),
        ("都有", ("tools", "models", "papers", "shipping", "reports"), ()),
        ("全部", ("tools", "models", "papers", "shipping", "reports"), ()),
        ("都有吧", ("tools", "models", "papers", "shipping", "reports"), ()),
        ("以上都是", ("tools", "models", "papers", "shipping", "reports"), ()),
        ("都没有", (), ()),
        ("以上都不是", (), ()),
    ],
)
def test_perhaps_from_to_all_and_none(line: str, yes: tuple[str, ...], unsure: tuple[str, ...]) -> None:
    assert read(line, "main_work") == answered(Chosen(yes, unsure))


@pytest.mark.parametrize("line", ["都有？", "13", "1和9", "工具和猫", "不是工具", "几个"])
def test_where_a_part_is_not_understood_nothing_is_taken(line: str) -> None:
    assert read(line, "main_work") == UNREADABLE


def test_a_label_with_a_joint_in_it_is_one_choice() -> None:
    assert read("公司自家 App 和网站的用户", "customers") == answered(Chosen(("app_users",)))
    assert read("公司自家App和网站的用户", "customers").answer == Chosen(("app_users",))


# -- not answering -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["wanted", "main_work", "own_time", "sure", "skills", "team"])
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        *(
            (line, NonAnswer.UNKNOWN)
            for line in ("不知道", "还不知道。", "不太清楚", "还不太清楚", "？", "?", "不知道啊", "不确定")
        ),
        ("不适用", NonAnswer.NOT_APPLICABLE),
        ("跳过", NonAnswer.DECLINED),
        ("跳过吧", NonAnswer.DECLINED),
    ],
)
def test_not_answering_is_read_at_every_step(line: str, reason: NonAnswer, step: str) -> None:
    assert read(line, step) == answered(Unsaid(reason))


# -- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "weeks"),
    [
        *((line, 6) for line in ("6", "６", "六", "6周", "六周", "６周", "6 周", "6个星期", "六个星期", "6 weeks")),
        *(
            (line, 6)
            for line in (
                "需要六周",
                "最多六週",
                "大约六周",
                "六周左右",
                "差不多六周吧",
                "约6周",
                "大约 6 周左右",
                "六个",
            )
        ),
        *(("半年", 26), ("半个月", 2), ("一个半月", 7), ("1个半月", 7), ("一年半", 78), ("两年", 104)),
        *(("两个月", 9), ("2个月", 9), ("三个月", 13), ("一个季度", 13), ("十四天", 2)),
        *((line, 17) for line in ("三到四个月", "3～4个月", "3-4个月", "三四个月", "三个月到四个月", "3到4个月")),
        *(("十", 10), ("十二", 12), ("二十", 20), ("二十四", 24), ("九十九", 99), ("十二周", 12)),
    ],
)
def test_a_time_in_chinese_is_a_number_of_weeks(line: str, weeks: int) -> None:
    assert read(line, "own_time") == answered(Amount(weeks))


@pytest.mark.parametrize("line", ["几十个", "十几周", "几周", "一百周", "六个团队", "很久", "大半年", "不是六周", "第"])
def test_a_time_that_is_no_number_is_unreadable(line: str) -> None:
    assert read(line, "own_time") == UNREADABLE


@pytest.mark.parametrize(("line", "teams"), [("6个团队", 6), ("六个", 6), ("三十", 30), ("两个团队左右", 2)])
def test_teams_are_counted(line: str, teams: int) -> None:
    assert read(line, "internal_teams") == answered(Amount(teams))


@pytest.mark.parametrize("line", ["4/5", "４／５", "四", "4", "4分", "四分", "4分吧", "有信心", "比较有信心吧"])
def test_a_point_on_a_scale(line: str) -> None:
    assert read(line, "sure") == answered(Amount(4))


@pytest.mark.parametrize("line", ["6", "三到四", "3.5", "四周"])
def test_what_is_no_point_on_the_scale_is_unreadable(line: str) -> None:
    assert read(line, "sure") == UNREADABLE


# -- skills --------------------------------------------------------------------------------------------------------

PYTHON, SQL = SkillLevel("Python", 4), SkillLevel("SQL", 3)


@pytest.mark.parametrize(
    "line",
    [
        *("python 4，sql 3", "Python４、SQL３", "Python4、SQL3", "python：4；sql：3", "python（4）、sql（3）"),
        *(
            "python 4和sql 3",
            "python 4 sql 3",
            "python 4分，sql 3 分",
            "python:4级和sql:3级",
            "python：精通，sql：熟练",
            "python精通、sql熟练",
            "精通Python，熟悉SQL",
        ),
    ],
)
def test_skills_with_levels_in_chinese(line: str) -> None:
    assert read(line, "skills") == answered(SkillList((PYTHON, SQL)))


@pytest.mark.parametrize(
    ("line", "skill"),
    [
        ("pytorch 3/4 加分", SkillLevel("PyTorch", 3, 4, nice=True)),
        ("pytorch 3/4（加分项）", SkillLevel("PyTorch", 3, 4, nice=True)),
        ("pytorch 3/4加分", SkillLevel("PyTorch", 3, 4, nice=True)),
        ("python：熟练", SkillLevel("Python", 3)),
        ("Python４/３", SkillLevel("Python", 4, 3)),
        ("python3", SkillLevel("Python", None)),
        ("新闻推荐 2", SkillLevel("新闻推荐", 2)),
        ("会计", SkillLevel("会计", None)),
        ("机器学习4", SkillLevel("Machine learning", 4)),
        ("算法和数据结构", SkillLevel("Algorithms and data structures", None)),
        ("英语 3", SkillLevel("英语", 3)),
        ("英语", SkillLevel("英语", None)),
    ],
)
def test_one_skill_in_chinese(line: str, skill: SkillLevel) -> None:
    assert read(line, "skills") == answered(SkillList((skill,)))


def test_known_skills_are_told_apart_where_they_are_joined_by_a_word() -> None:
    names = [SkillLevel(name, None) for name in ("Kafka", "Python", "SQL")]
    assert read("Kafka、Python和SQL", "skills") == answered(SkillList(tuple(names)))


# -- who says so, and commands ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "source", "quote"),
    [
        ("2 @HR “我们自己负责”", Source.RECRUITER, "我们自己负责"),
        ("2＠用人经理", Source.MANAGER, ""),
        ("第二个 @老板：“我们自己来”", Source.MANAGER, "我们自己来"),
    ],
)
def test_a_source_and_its_words_behind_an_answer(line: str, source: Source, quote: str) -> None:
    answer = Chosen(("same_team_platform",))
    assert read(line, "handover") == Meant(Intent.ANSWER, answer, source=source, quote=quote)


@pytest.mark.parametrize("step", ["wanted", "main_work", "own_time", "sure", "skills", "team"])
@pytest.mark.parametrize(
    ("line", "meant"),
    [
        *((line, Meant(Intent.BACK)) for line in ("上一步", "返回", "back", "上一步吧")),
        *((line, Meant(Intent.WHY)) for line in ("为什么", "为什么？", "為什麼", "为啥？", "why")),
        *((line, Meant(Intent.HELP)) for line in ("帮助", "帮助？", "help", "ＨＥＬＰ", "/help")),
        *((line, Meant(Intent.CHANGE, number=7)) for line in ("改7", "修改 7", "改第七个", "改第 7 个吧", "change 7")),
        *((line, Meant(Intent.DEEPER, number=2)) for line in ("深入2", "深入 第二题", "深入第2题", "deeper 2")),
        ("深入", Meant(Intent.DEEPER)),
        *(
            (line, Meant(Intent.FINE, number=2, text="因为我想做"))
            for line in ("没关系2，因为我想做", "没关系 2 因为我想做", "没关系2因为我想做", "fine 2 因为我想做")
        ),
        *(
            (line, Meant(Intent.GLOSSARY, text="大头针工厂"))
            for line in ("什么是大头针工厂", "大头针工厂是什么", "大头针工厂是什么意思？", "什么是大头针工厂？")
        ),
    ],
)
def test_commands_are_read_at_every_step_in_chinese_and_in_english(line: str, meant: Meant, step: str) -> None:
    assert read(line, step) == meant


@pytest.mark.parametrize(
    "line", ["改进搜索排序", "上一步走错了的团队", "深入学习组", "没关系的团队", "第二个", "中文", "English"]
)
def test_words_that_begin_like_a_command_stay_an_answer_in_free_text(line: str) -> None:
    assert read(line, "team") == answered(Written(line))


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("去", Meant(Intent.GO_ON)),
        ("去，因为团队好", Meant(Intent.GO_ON, text="因为团队好")),
        ("去因为团队好", Meant(Intent.GO_ON, text="因为团队好")),
        ("1，因为团队好", Meant(Intent.GO_ON, text="因为团队好")),
        ("再问问，还有两件事", Meant(Intent.ASK_MORE, text="还有两件事")),
        ("不去，太远了", Meant(Intent.PASS, text="太远了")),
        ("第三", Meant(Intent.PASS)),
        ("去问清楚", UNREADABLE),
    ],
)
def test_a_reason_may_follow_a_decision(line: str, meant: Meant) -> None:
    assert read(line, None, Phase.DECIDING, DECISION) == meant


@pytest.mark.parametrize("line", ["7", "第七个", "七", "改7"])
def test_in_the_review_a_number_is_the_answer_to_change(line: str) -> None:
    assert read(line, None, Phase.REVIEWING) == Meant(Intent.CHANGE, number=7)


@pytest.mark.parametrize("language", sorted(core().catalogue.languages))
def test_the_words_of_a_language_are_written_as_lines_are_read(language: str) -> None:
    for key, words in core().catalogue.languages[language].items():
        if "words" in key.split("."):
            for word in (words,) if isinstance(words, str) else words:
                assert word == unicodedata.normalize("NFKC", word).casefold(), f"{key}: {word}"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("推荐系统 3，大模型 2", ("Recommender systems", "Large language models")),
        ("强化学习、因果推断和数仓", ("Reinforcement learning", "Causal inference", "Data warehousing")),
        ("ＡＢ测试 4", ("A/B testing",)),
    ],
)
def test_skills_are_known_by_their_chinese_names(line: str, names: tuple[str, ...]) -> None:
    answer = read(line, "skills").answer
    assert isinstance(answer, SkillList)
    assert tuple(skill.name for skill in answer.skills) == names


def test_a_skill_is_shown_in_the_language_of_the_reader() -> None:
    said = answer_phrase(core(), core().by_id["skills"], SkillList((SkillLevel("Recommender systems", 3),)))
    assert core().catalogue.text(said, "zh").startswith("推荐系统")
    assert core().catalogue.text(said, "en").startswith("Recommender systems")
