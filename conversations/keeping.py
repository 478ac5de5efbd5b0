"""What is kept about the person, and being forgotten: wherever the conversation is, and where there is none."""

from dataclasses import replace

from conversations.catalogue import phrase
from conversations.reminders import Policy
from conversations.replies import Choose, Held, Reply, Say
from conversations.scene import Outcome, Scene, view
from conversations.session import Intent, Person

SURE = (Intent.YES, Intent.NO)


def ask_to_forget(scene: Scene) -> Outcome:
    """Say what erasing takes and what stays, and ask once.

    It counts as a change of the check, so that the "yes" of an older message cannot answer this.
    """
    person, replies = asked_to_forget(scene.person, scene.check.id)
    after = scene.with_person(person).with_check(replace(scene.check, asked=scene.check.asked + 1))
    return after, replies


def asked_to_forget(person: Person, check: str = "") -> tuple[Person, tuple[Reply, ...]]:
    """Mark somebody as asked whether they are sure."""
    replies = Say(phrase("forget.goes")), Say(phrase("forget.stays")), Choose(phrase("forget.ask"), SURE)
    return replace(person, forgetting=check), replies


def show_held(scene: Scene) -> Outcome:
    """Count what is stored about the person, and say how long checks are kept."""
    return scene, (*held(scene.policy), *view(scene))


def held(policy: Policy) -> tuple[Reply, ...]:
    """Count what is stored, and say how long checks are kept where they are not kept for ever."""
    kept = (("unfinished", policy.keep_parked), ("finished", policy.keep_finished))
    ends = [phrase(f"held.kept_{name}", n=days.days) for name, days in kept if days and policy.reachable]
    warned = [phrase("held.warned", n=policy.warn_before.days)] if ends else []
    return (Held(), *(Say(one) for one in (*ends, *warned)))


def export(scene: Scene) -> Outcome:
    """Hand out everything that is stored about the person."""
    return scene, (Held(whole=True), *view(scene))


FAREWELL: tuple[Reply, ...] = (Say(phrase("forget.erased")),)
