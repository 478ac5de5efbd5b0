"""Reports to be drawn, from the usual one to the worst, for tests, pictures and measurements."""

from collections.abc import Iterable
from dataclasses import replace

from conversations.comparing import side_by_side
from conversations.judgement import report_on
from conversations.report import Comparison, Report, Severity
from conversations.script import Script
from conversations.session import Check, Decision, Person, ProfileVersion
from conversations.vocabulary import Compared, OwnDecision
from tests.dialogue import ME, NOON, Player, core
from tests.previews.examples import SAID
from tests.test_acceptance import APPLIED

MARKUP = (
    '#import "/etc/passwd": * $x^2$ *bold* _it_ @cite <label> `raw` \\ #panic("x") [[ ]] // \u202eesrever\u202c =1+1'
)
STRANGE = "🚀🔥 검색 팀 فريق البحث Ž̃̂̄ 團隊 👩\u200d💻 x\ufe0f הצוות"
UNBROKEN = "Überlanguage" * 25
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


async def usual() -> Report:
    """Return what a finished check of a good enough team amounts to."""
    player = Player()
    await player.answer_all(SAID | {"skills": "python 4/3, cuda 0/2 nice, k8s 1, sql 3/3"})
    await player.say("decide", "2")
    report = player.report
    return replace(report, skills=(*report.skills, replace(report.skills[0], name="Spark", level=None, asked=3)))


def empty() -> Report:
    """Return the report of a check in which nothing was said."""
    return report_on(core(), Check("abc234", core().name, NOON, NOON), ProfileVersion(NOON, {}))


async def crowded() -> Report:
    """Return a report with far too much of everything."""
    report = await usual()
    flag, question, skill = report.flags[0], report.questions[0], report.skills[0]
    flags = tuple(
        replace(
            flag,
            id=f"f{n}",
            number=n,
            severity=SEVERITIES[(n % 4 + n // 12) // 3 % 3],
            fine="so be it" if n % 7 == 6 else None,
        )
        for n in range(40)
    )
    skills = tuple(
        replace(skill, name=name, level=level, asked=asked, nice=n % 3 == 0)
        for n, (name, level, asked) in enumerate(
            (
                f"{('Distributed training at scale', UNBROKEN, 'Internationalization', 'W' * 23)[n % 4]} {n}",
                (None, 0, 1, 2, 3, 4)[n % 6],
                (3, None, 4, 2, 0)[n % 5],
            )
            for n in range(60)
        )
    )
    questions = tuple(replace(question, id=f"q{n}") for n in range(50))
    return replace(
        report, team=UNBROKEN, flags=flags, questions=questions, skills=skills, decision=None, complete=False
    )


async def hostile(words: str) -> Report:
    """Return a report in which the person's own words are these."""
    report = await usual()
    skills = tuple(replace(row, name=words) for row in report.skills)
    flags = tuple(replace(flag, fine=words) for flag in report.flags)
    return replace(report, team=words, skills=skills, flags=flags)


FORMULA = "=HYPERLINK(1)"


async def played(team: str, answers: dict[str, str], check: str) -> Check:
    player = Player(check_id=check)
    await player.answer_all({**answers, "team": team}, "?", quick="skills" not in answers)
    return player.check


def unsaid(check: str, script: Script | None = None) -> Check:
    return Check(check, (script or core()).name, NOON, NOON)


async def three() -> list[Check]:
    """Return an applied team that hands over, one of which nothing is known, and one that the person decided on."""
    handing_over = await played("Acme", APPLIED | {"handover": "engineers"}, "aaa222")
    decided = await played(FORMULA, APPLIED | {"skills": "python 4/3, cuda 0/2"}, "ccc444")
    decided = replace(decided, decision=Decision(OwnDecision.GO_ON, "the people", NOON))
    return [handing_over, unsaid("bbb333"), decided]


def compared(
    checks: Iterable[Check], by: Compared | None = None, language: str = "en", script: Script | None = None
) -> Comparison:
    person = Person(ME, language=language)
    return side_by_side([(check, script or core()) for check in checks], person, by, language)
