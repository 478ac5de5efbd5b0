"""Which checks the person has, which of them they are at, and how they get from one to another."""

from itertools import islice

from conversations.catalogue import Phrase, phrase
from conversations.events import Event, Opened, Pressed, Typed
from conversations.judgement import facts_of, report_on
from conversations.reminders import due_at, zone_named
from conversations.reminding import worded
from conversations.replies import CheckRow, Goodbye, Reply, Say, ShowChecks, ShowHome
from conversations.scene import Outcome, Scene, elsewhere, view, with_saved
from conversations.script import Feeds, Script
from conversations.session import PROFILE_CHECK, Check, Person, Phase, Written

_AT_HOME = 5
"""Open questions that are shown on the person's page."""


def show_checks(scene: Scene) -> Outcome:
    """List the person's checks."""
    if scene.saved is None:
        return with_saved(scene)
    return scene, (_listed(scene), *view(scene))


def resume(scene: Scene) -> Outcome:
    """Go on with another check, by its number or its id; or with the one at hand."""
    if scene.saved is None:
        return with_saved(scene)
    said = scene.meant.text or (str(scene.meant.number) if scene.meant.number is not None else "")
    found = _named(scene, said)
    if found:
        return elsewhere(scene, _opened(scene.event, found.id))
    unknown = (Say(phrase("checks.no_such", id=said)),) if said and scene.saved else ()
    return scene, (*unknown, _listed(scene), *view(scene))


def new(scene: Scene) -> Outcome:
    """Begin another check; the one at hand stays in the list."""
    if not _fresh_id(scene.event):
        return scene, (Say(phrase("checks.new_how")), *view(scene))
    return elsewhere(scene, _opened(scene.event, fresh=True))


def profile(scene: Scene) -> Outcome:
    """Go to the dialogue about the person."""
    return elsewhere(scene, _opened(scene.event, PROFILE_CHECK))


def greet(scene: Scene) -> Outcome:
    """Begin a check with somebody who has none, and asked for nothing else; never in place of one that they named."""
    if scene.event.check is not None or not _fresh_id(scene.event):
        return none_there(scene)
    return elsewhere(scene, _opened(scene.event))


def none_there(scene: Scene) -> Outcome:
    """Say that there is no check for this, or none any more, and how to begin one."""
    gone = scene.event.check is not None or scene.person.current_check is not None
    return scene, (Goodbye(phrase("gone" if gone else "checks.none")),)


def show_home(scene: Scene) -> Outcome:
    """Show what the person finds on their page."""
    if scene.saved is None:
        return with_saved(scene)
    rows = rows_of(scene)
    checks = ShowChecks(phrase("checks.title" if rows else "checks.none"), rows)
    questions = () if scene.check.phase is Phase.NEW else scene.report.questions
    asks = (phrase("report.to_whom", ask=one.ask, whom=phrase(f"whom.{one.whom}")) for one in questions)
    return scene, (ShowHome(checks, _reminders(scene), tuple(islice(asks, _AT_HOME))),)


def _named(scene: Scene, said: str) -> Check | None:
    saved = scene.saved or ()
    wanted = said or scene.person.current_check
    by_id = next((check for check in saved if check.id == wanted), None)
    number = scene.meant.number
    if by_id or number is None:
        return by_id
    return saved[number - 1] if 1 <= number <= len(saved) else None


def _fresh_id(event: Event) -> str:
    return event.new_check if isinstance(event, Typed | Pressed) else ""


def _opened(event: Event, check: str | None = None, *, fresh: bool = False) -> Opened:
    language, zone = (event.language, event.zone) if isinstance(event, Typed | Pressed) else (None, None)
    return Opened(event.key, event.at, _fresh_id(event), check, fresh=fresh, language=language, zone=zone, id=event.id)


def _listed(scene: Scene) -> Reply:
    rows = rows_of(scene)
    return ShowChecks(phrase("checks.title"), rows) if rows else Say(phrase("checks.none"))


def rows_of(scene: Scene) -> tuple[CheckRow, ...]:
    """Return a line for each of the person's checks."""
    at_hand = scene.person.current_check
    return tuple(
        CheckRow(check.id, number, title_of(scene, check), _state(scene, check), check.id == at_hand)
        for number, check in enumerate(scene.saved or (), start=1)
    )


def script_of(scene: Scene, check: Check) -> Script:
    """Return the questions that a check goes by."""
    return scene.packs.of(check.pack) or scene.script


def title_of(scene: Scene, check: Check) -> Phrase:
    """Return what a check is called: its team, or when it was begun."""
    return named(script_of(scene, check), check, scene.person)


def named(script: Script, check: Check, person: Person) -> Phrase:
    """Return what a person's check is called."""
    team = facts_of(script, check, person.about).fed(Feeds.TEAM)
    if isinstance(team, Written):
        return phrase("answer.text", text=team.text)
    begun = check.opened_at.astimezone(zone_named(person.zone or "UTC"))
    return phrase("checks.begun", date=begun.date())


def _state(scene: Scene, check: Check) -> Phrase:
    facts = facts_of(script_of(scene, check), check, scene.person.about)
    if facts.open_steps():
        return phrase("checks.put_aside" if check.parked else "checks.open", n=len(facts.answers))
    left = len(report_on(script_of(scene, check), check, scene.person.about).questions)
    return phrase("checks.finished_with", n=left) if left else phrase("checks.finished")


def _reminders(scene: Scene) -> tuple[Phrase, ...]:
    """Say what is to come on all checks, the next one first; and of which check, where there are several."""
    saved = scene.saved or ()
    found = sorted(((due_at(one), check, one) for check in saved for one in check.reminders), key=lambda row: row[0])
    if len(saved) == 1:
        return tuple(worded(one) for _, _, one in found)
    return tuple(
        phrase("reminders.of_check", check=title_of(scene, check), reminder=worded(one)) for _, check, one in found
    )
