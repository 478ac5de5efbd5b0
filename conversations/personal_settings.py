"""What the person has set for themselves, and how to change it."""

from conversations.catalogue import phrase
from conversations.reminding import hours_phrase, zone_phrase
from conversations.replies import Listed
from conversations.scene import Outcome, Scene, view


def show_settings(scene: Scene) -> Outcome:
    """List language, time zone, quiet hours, and whether we may write first."""
    person = scene.person
    writing = "unreachable"
    if scene.policy.reachable:
        writing = "left_alone" if person.left_alone else "may_write"
    items = (
        phrase("personal.language", language=phrase("language.name")),
        zone_phrase(scene),
        hours_phrase("quiet.are", person.quiet),
        phrase(f"personal.{writing}"),
    )
    return scene, (Listed(phrase("personal.title"), items), *view(scene))
