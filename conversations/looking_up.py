"""What only says something, and leaves the conversation where it is."""

from dataclasses import replace

from conversations.catalogue import Arg, Phrase, phrase
from conversations.replies import Listed, Say, ShowDocument, ShowReport
from conversations.scene import Outcome, Scene, answers_view, lost, progress_at, view
from conversations.session import Phase
from conversations.vocabulary import QUESTIONS, DocumentForm


def show_review(scene: Scene) -> Outcome:
    """Show all answers, to be changed by number."""
    after = scene.with_check(scene.now(Phase.REVIEWING))
    return after, answers_view(after)


def show_help(scene: Scene) -> Outcome:
    """List what can be typed."""
    return scene, (Say(phrase("help")), *view(scene))


def card(scene: Scene) -> Outcome:
    """Show the three questions."""
    return scene, (Say(phrase("card")), *view(scene))


def why(scene: Scene) -> Outcome:
    """Say why this is asked."""
    return _tell(scene, "why")


def example(scene: Scene) -> Outcome:
    """Say what a good answer sounds like."""
    return _tell(scene, "good")


def _tell(scene: Scene, what: str) -> Outcome:
    if scene.step is None:
        return lost(scene)
    return scene, (Say(phrase(f"steps.{scene.step.id}.{what}")), *view(scene))


def why_the_report(scene: Scene) -> Outcome:
    """Why do you say that? Each verdict and flag with the answers it rests on, and what would change it."""
    return scene, (ShowReport(scene.report, part="reasons"), *view(scene))


def document(scene: Scene) -> Outcome:
    """Hand out the report as a file; in a terminal a command of its own does that."""
    if scene.check.is_profile:
        return lost(scene)
    form = next((one for one in DocumentForm if one == scene.meant.text), None)
    if not scene.policy.reachable:
        return scene, (Say(phrase("document.terminal")), *view(scene))
    if form is None:
        named = tuple(phrase(f"document.forms.{one}") for one in scene.policy.documents)
        return scene, (Listed(phrase("document.which"), named), *view(scene))
    if form not in scene.policy.documents:
        return scene, (Say(phrase("document.missing")), *view(scene))
    return scene, (ShowDocument(scene.report, form), *view(scene))


def glossary(scene: Scene) -> Outcome:
    """Explain a term, or list them."""
    catalogue, language = scene.script.catalogue, scene.person.language
    terms = catalogue.words("glossary.terms", language)
    term = scene.meant.text
    if not term:
        names = tuple(phrase(f"glossary.{one}.name") for one in terms)
        return scene, (Listed(phrase("glossary.all"), names), *view(scene))
    found = next((one for one in terms if term in catalogue.words(f"glossary.{one}.words", language)), None)
    answer = phrase("glossary.unknown", term=term) if found is None else phrase(f"glossary.{found}.text")
    return scene, (Say(answer), *view(scene))


def language(scene: Scene) -> Outcome:
    """Speak another language from now on, or list those there are."""
    catalogue, wanted = scene.script.catalogue, scene.meant.text
    if not wanted:
        names = (catalogue.text(phrase("language.name"), one) for one in catalogue.languages)
        listed = tuple(phrase("answer.text", text=name) for name in names)
        return scene, (Listed(phrase("language.all"), listed), *view(scene))
    after = scene.with_person(replace(scene.person, language=wanted))
    return after, (Say(phrase("language.now")), *view(after))


def status(scene: Scene) -> Outcome:
    """Say how far along the check is."""
    facts, counts = scene.facts, dict[str, Arg]()
    for section in QUESTIONS:
        in_section = [step for step in facts.path if step.section == section]
        counts[f"{section}_done"] = sum(step.id in facts.answers for step in in_section)
        counts[f"{section}_steps"] = progress_at(facts, in_section[-1]).steps if in_section else 0
    return scene, (Say(Phrase("status", counts)), *view(scene))


def show_report(scene: Scene) -> Outcome:
    """Show the report as it stands."""
    return scene, (ShowReport(scene.report), *view(scene))


def show_questions(scene: Scene) -> Outcome:
    """Show the questions to ask."""
    return scene, (ShowReport(scene.report, part="questions"), *view(scene))
