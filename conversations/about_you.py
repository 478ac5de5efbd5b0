"""Keeping what is known about the person."""

from conversations.catalogue import Phrase, phrase
from conversations.profile import learned, read_again, reasons, with_answers
from conversations.replies import Listed, Reply, Say
from conversations.scene import Outcome, Scene, view
from conversations.session import Unsaid
from conversations.wording import step_name


def keep_profile(scene: Scene) -> Outcome:
    """Keep what a check has shown about the person for the next one."""
    found = learned(scene.facts, scene.person.about.answers)
    if found == scene.person.about.answers:
        return scene, (Say(phrase("profile.nothing_new")), *view(scene))
    after = scene.with_person(with_answers(scene.person, found, scene.event.at))
    return after, (Say(phrase("profile.kept", names=tuple(_profile_names(after)))), *view(after))


def _profile_names(scene: Scene) -> list[Phrase]:
    return [step_name(step) for step in scene.script.steps if step.id in scene.person.about.answers]


def profile_saved(before: Scene, scene: Scene) -> tuple[Scene, tuple[Reply, ...]]:
    """Make a new version of the profile, and say what it moves in the saved checks, and why."""
    about_me = {
        step: given[-1].answer
        for step, given in scene.check.answers.items()
        if given and not isinstance(given[-1].answer, Unsaid)
    }
    after = scene.with_person(with_answers(scene.person, about_me, scene.event.at))
    moved = read_again(scene.script, scene.packs, scene.saved or (), before.person.about, after.person.about)
    if not moved:
        return after, ()
    why = reasons(scene.script, before.person.about.answers, about_me)
    listed = (Listed(phrase("moved.check", team=one.team or one.check), one.changes) for one in moved)
    return after, (*listed, Listed(phrase("moved.because"), why))
