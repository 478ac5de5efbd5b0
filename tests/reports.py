"""Reports to be drawn, from the usual one to the worst, for tests, pictures and measurements."""

from dataclasses import replace

from conversations.judgement import report_on
from conversations.report import Report, Severity
from conversations.session import Check, ProfileVersion
from tests.dialogue import NOON, Player, core
from tests.previews.examples import SAID

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
