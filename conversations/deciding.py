"""What the person makes of a check: flags that are fine with them, and their own decision."""

from dataclasses import replace

from conversations.catalogue import phrase
from conversations.replies import Noted, Say
from conversations.scene import Outcome, Scene, lost, to_next, view
from conversations.session import Decision, Fine, Phase
from conversations.vocabulary import OwnDecision

REASON_LIMIT = 500
"""Characters of a reason: for a decision, or for being fine with a flag."""


def fine(scene: Scene) -> Outcome:
    """Mark a red flag as fine with the person, with their reason."""
    flag = next((flag for flag in scene.report.flags if flag.number == scene.meant.number), None)
    if flag is None:
        return scene, (Say(phrase("fine.which")), *view(scene))
    if not scene.meant.text:
        return scene, (Say(phrase("fine.why", n=flag.number, flag=flag.headline)), *view(scene))
    fine = {**scene.check.fine, flag.id: Fine(scene.meant.text[:REASON_LIMIT], scene.event.at)}
    after = scene.with_check(replace(scene.check, fine=fine))
    return after, (Say(phrase("fine.done", flag=flag.headline)), *view(after))


def not_fine(scene: Scene) -> Outcome:
    """Take back that a flag is fine."""
    flag = next((flag for flag in scene.report.flags if flag.number == scene.meant.number and flag.fine), None)
    if flag is None:
        return scene, (Say(phrase("fine.which")), *view(scene))
    fine = {one: why for one, why in scene.check.fine.items() if one != flag.id}
    after = scene.with_check(replace(scene.check, fine=fine))
    return after, (Say(phrase("fine.undone", flag=flag.headline)), *view(after))


def decide(scene: Scene) -> Outcome:
    """Ask for the person's own decision."""
    if scene.check.is_profile:
        return lost(scene)
    after = scene.with_check(scene.now(Phase.DECIDING))
    return after, view(after)


def decided(scene: Scene) -> Outcome:
    """Note the person's own decision."""
    choice = OwnDecision(scene.meant.intent.value)
    decision = Decision(choice, scene.meant.text[:REASON_LIMIT], scene.event.at)
    after = to_next(scene.with_check(replace(scene.check, decision=decision)))
    return after, (Noted(phrase("decision.done", choice=phrase(f"decision.{choice}"))), *view(after))


def undecided(scene: Scene) -> Outcome:
    """Go on without a decision."""
    after = to_next(scene)
    return after, view(after)
