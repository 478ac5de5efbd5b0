"""Two to five teams side by side: never a score, sorted by nothing but what the person picks, the unknown last."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from conversations.catalogue import Catalogue, Phrase, phrase
from conversations.checks_at_hand import named, rows_of, script_of
from conversations.judgement import report_on
from conversations.replies import Option, Reply, Say, ShowComparison
from conversations.report import MOST_COMPARED, ComparedRow, Comparison, Report, Severity, Verdict
from conversations.scene import Outcome, Scene, view, with_saved
from conversations.script import Script
from conversations.session import Check, Intent, Person
from conversations.vocabulary import VERDICT_STATES, Compared, DocumentForm, OwnDecision

_FEWEST = 2
FORMS = (DocumentForm.PICTURE, DocumentForm.CSV, DocumentForm.MARKDOWN)
"""Files that a comparison is handed out as."""
_NAMED = 3
"""Flags of a team that are named; the others are counted."""
_SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class _Team:
    name: Phrase
    check: Check
    report: Report
    worded: Callable[[Phrase], Phrase]
    """Puts what the team's own pack says into words: other packs do not know them."""


def compare(scene: Scene) -> Outcome:
    """Show teams side by side: those that were named by their numbers or ids, or else those that changed last."""
    if scene.saved is None:
        return with_saved(scene)
    words = scene.meant.text.split()
    by = next((one for one in Compared if one in words), None)
    form = next((one for one in FORMS if one in words), None)
    picked = pick(scene.saved, [word for word in words if word not in (by, form)])
    if isinstance(picked, Phrase):
        return scene, (Say(picked), *view(scene))
    cut = (Say(phrase("compare.too_many", n=MOST_COMPARED)),) if len(picked) > MOST_COMPARED else ()
    return scene, (*cut, *_shown(scene, picked[:MOST_COMPARED], by, form), *view(scene))


def pick(saved: Sequence[Check], said: Sequence[str]) -> list[Check] | Phrase:
    """Find the checks that were named by their numbers in the list or their ids, or take all; or say what is amiss."""
    by_word = {check.id: check for check in saved} | {str(n): check for n, check in enumerate(saved, 1)}
    if missing := [word for word in said if word not in by_word]:
        return phrase("checks.no_such", id=missing[0])
    found = list({by_word[word].id: by_word[word] for word in said}.values()) or list(saved)
    return found if len(found) >= _FEWEST else phrase("compare.too_few")


def _shown(scene: Scene, found: Sequence[Check], by: Compared | None, form: DocumentForm | None) -> tuple[Reply, ...]:
    if form and not scene.policy.reachable:
        return (Say(phrase("compare.terminal")),)
    if form and form not in scene.policy.documents:
        return (Say(phrase("document.missing")),)
    same = " ".join(check.id for check in found)
    sorting = tuple(Option(phrase(f"compare.rows.{one}"), Intent.COMPARE, f"{same} {one}") for one in Compared)
    same = f"{same} {by}" if by else same
    forms = (one for one in FORMS if one in scene.policy.documents)
    files = (Option(phrase(f"compare.as.{one}"), Intent.COMPARE, f"{same} {one}") for one in forms)
    others = rows_of(scene) if len(scene.saved or ()) > _FEWEST else ()
    teams = ((check, script_of(scene, check)) for check in found)
    shown = side_by_side(teams, scene.person, by, scene.person.language)
    return (ShowComparison(shown, form, sorting, tuple(files), others),)


def side_by_side(
    found: Iterable[tuple[Check, Script]], person: Person, by: Compared | None, language: str
) -> Comparison:
    """Put teams side by side; those that are alike stay in the order in which they came.

    Args:
        found: a person's checks, each with its questions.
        person: whose they are.
        by: what to sort by.
        language: in which what a pack says is put into words; other packs do not know those words.

    """
    teams = [
        _Team(
            named(script, check, person),
            check,
            report_on(script, check, person.about),
            partial(_worded, script.catalogue, language),
        )
        for check, script in found
    ]
    if by:
        teams.sort(key=lambda team: _place(team, by))
    rows = (ComparedRow(one, tuple(tuple(map(team.worded, _cell(team, one))) for team in teams)) for one in Compared)
    return Comparison(tuple(team.name for team in teams), tuple(rows), by)


def _worded(catalogue: Catalogue, language: str, said: Phrase) -> Phrase:
    return phrase("answer.text", text=catalogue.text(said, language))


def _cell(team: _Team, about: Compared) -> Iterator[Phrase]:
    report = team.report
    match about:
        case Compared.DECISION:
            yield report.decision or phrase("compare.undecided")
        case Compared.KIND | Compared.GAP | Compared.OWNERSHIP:
            verdict = _verdict(report, about)
            yield verdict.headline
            if about is Compared.GAP and report.skills:
                short = sum(one.learn is not None for one in report.skills)
                unsaid = sum(one.level is None or one.asked is None for one in report.skills)
                key = "compare.skills_unsaid" if unsaid else "compare.skills"
                yield phrase(key, asked=len(report.skills), short=short, unsaid=unsaid)
            sure = phrase(f"report.confidence_{verdict.confidence or 'none'}")
            covered = phrase("report.coverage", answered=verdict.answered, asked=verdict.asked)
            yield phrase("compare.sure", sure=sure, covered=covered)
        case Compared.FLAGS:
            yield from _flags(report)
        case Compared.QUESTIONS:
            yield phrase("compare.questions", n=len(report.questions))
            if report.questions:
                yield phrase("compare.first", ask=report.questions[0].ask)
        case Compared.CHANGED:
            yield phrase("compare.date", date=report.changed_at.date())


def _verdict(report: Report, about: Compared) -> Verdict:
    return next(one for one in report.verdicts if one.question == about)


def _flags(report: Report) -> Iterator[Phrase]:
    standing = [flag for flag in report.flags if flag.fine is None]
    standing.sort(key=lambda flag: _SEVERITIES.index(flag.severity))
    if not report.flags:
        yield phrase("report.no_flags" if _judged(report) else "report.no_flags_unknown")
    for flag in standing[:_NAMED]:
        yield phrase("compare.flag", severity=phrase(f"picture.severity.{flag.severity}"), headline=flag.headline)
    if len(standing) > _NAMED:
        yield phrase("picture.more_flags", n=len(standing) - _NAMED)
    if fine := len(report.flags) - len(standing):
        yield phrase("compare.fine", n=fine)


def _judged(report: Report) -> bool:
    return any(verdict.confidence for verdict in report.verdicts)


def _place(team: _Team, by: Compared) -> tuple[float, ...]:
    """Return where a team stands, the lowest first; what is not known has no place, and stands last."""
    unknown, report = (float("inf"),), team.report
    match by:
        case Compared.DECISION:
            return (tuple(OwnDecision).index(team.check.decision.choice),) if team.check.decision else unknown
        case Compared.KIND | Compared.GAP | Compared.OWNERSHIP:
            verdict = _verdict(report, by)
            order = VERDICT_STATES[verdict.question]
            place = order.index(verdict.state)
            known = verdict.state != "not_known"
            return (place if by is Compared.KIND else -place,) if known else unknown
        case Compared.FLAGS:
            up = [flag.severity for flag in report.flags if flag.fine is None]
            return tuple(map(up.count, _SEVERITIES)) if report.flags or _judged(report) else unknown
        case Compared.QUESTIONS:
            return (len(report.questions),)
        case Compared.CHANGED:
            return (-report.changed_at.timestamp(),)
