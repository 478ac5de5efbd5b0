"""Beginning, coming back, taking a newer questionnaire, starting over, leaving."""

from dataclasses import replace

from conversations.catalogue import phrase
from conversations.facts import fits
from conversations.profile import with_answers
from conversations.replies import Goodbye, Listed, Noted, Reply, Say, ShowReport
from conversations.scene import Outcome, Scene, section_start, to_next, view
from conversations.script import Step
from conversations.session import Check, Given, Phase, Unsaid
from conversations.wording import answer_phrase, step_name


def begin(scene: Scene) -> Outcome:
    """Greet somebody, and ask the first step."""
    if scene.check.is_profile:
        here = to_next(_prefilled(scene))
        return here, (Say(phrase("profile.greeting")), *view(here))
    here = to_next(scene)
    return here, (Say(phrase("greeting")), Say(phrase("who_sees")), *section_start(here, None), *view(here))


def _prefilled(scene: Scene) -> Scene:
    """Lay the profile out as answers that can be changed; what was left unsaid stays unsaid.

    What was said about a step that is another one here, as a pack asked it, is left out.
    """
    earlier = scene.check.answers
    answers = {step: given for step, given in earlier.items() if isinstance(given[-1].answer, Unsaid)}
    for step, answer in scene.person.about.answers.items():
        if step in scene.script.by_id and not fits(scene.script.by_id[step], answer):
            continue
        before = earlier.get(step, ())
        answers[step] = before if before and before[-1].answer == answer else (Given(answer, scene.event.at),)
    return scene.with_check(replace(scene.check, answers=answers))


def resume(scene: Scene) -> Outcome:
    """Come back to where the last shown reply left the person."""
    if scene.check.is_profile:
        scene = _prefilled(scene)
    here = scene
    if here.check.phase in (Phase.ASKING, Phase.OFFERED) and not _still_asked(here):
        here = to_next(here)
    if here.check.is_profile:
        return here, (Say(phrase("profile.greeting")), *view(here))
    given = len(here.facts.answers)
    welcome = Say(phrase("welcome_back", n=given) if given else phrase("welcome"))
    return here, (*_parked(here), welcome, *_newer(here), *_last_said(here), *view(here))


def _still_asked(scene: Scene) -> bool:
    return any(step.id == scene.check.at for step in (*scene.facts.path, *scene.facts.deeper))


def _last_said(scene: Scene) -> tuple[Reply, ...]:
    """Recall the answer before the step being asked, so that nobody wonders whether it arrived."""
    step = step_before(scene)
    if step is None:
        return ()
    answer = answer_phrase(scene.script, step, scene.facts.answers[step.id])
    return (Say(phrase("last_said", name=step_name(step), answer=answer)),)


def step_before(scene: Scene) -> Step | None:
    """Return the answered step before the one being asked."""
    path = scene.facts.path
    place = next((i for i, step in enumerate(path) if step.id == scene.check.at), len(path))
    answered = [step for step in path[:place] if step.id in scene.facts.answers]
    return answered[-1] if answered else None


def reopen(scene: Scene) -> Outcome:
    """Come back to a finished check."""
    return scene, (ShowReport(scene.report), *_newer(scene), *view(scene))


def _parked(scene: Scene) -> tuple[Reply, ...]:
    return (Say(phrase("parked")),) if scene.check.parked else ()


def _newer(scene: Scene) -> tuple[Reply, ...]:
    """Offer the newer questionnaire, where there is one; the check stays with its own until the person takes it."""
    return (Say(phrase("update.offer")),) if scene.packs.newer(scene.script) else ()


def update(scene: Scene) -> Outcome:
    """Take the newer questionnaire: what still has its step is kept, the rest is named."""
    newer = None if scene.check.is_profile else scene.packs.newer(scene.script)
    if newer is None:
        return scene, (Say(phrase("update.nothing")), *view(scene))
    answers, lost = {}, []
    for step, given in scene.check.answers.items():
        kept = tuple(one for one in given if fits(newer.by_id.get(step), one.answer))
        if kept:
            answers[step] = kept
        if len(kept) < len(given):
            lost.append(
                step_name(scene.script.by_id[step]) if step in scene.script.by_id else phrase("answer.text", text=step)
            )
    flags = {flag.id for flag in newer.flags}
    fine = {flag: why for flag, why in scene.check.fine.items() if flag in flags}
    agenda = tuple(step for step in scene.check.agenda if step in newer.by_id)
    check = replace(
        scene.check, pack=newer.name, answers=answers, fine=fine, agenda=agenda, offered=None, answered=None
    )
    words = [scene.script.catalogue.text(one, scene.person.language) for one in lost]
    after = to_next(replace(scene, script=newer, check=check, carried=None))
    gone = (Listed(phrase("update.lost"), tuple(phrase("answer.text", text=word) for word in words)),) if lost else ()
    return after, (Say(phrase("update.done", n=len(answers))), *gone, *view(after))


def later(scene: Scene) -> Outcome:
    """Leave; everything is kept."""
    return _leave_profile(scene) if scene.check.is_profile else (scene, (Goodbye(phrase("later", id=scene.check.id)),))


def leave(scene: Scene) -> Outcome:
    """Leave in the middle, with how to come back and how to be forgotten."""
    return _leave_profile(scene) if scene.check.is_profile else (scene, (Goodbye(phrase("quit", id=scene.check.id)),))


def _leave_profile(scene: Scene) -> Outcome:
    """Leave the dialogue about the person; where a conversation goes on without an end, say what it goes on with."""
    person = scene.person
    after = scene.with_person(replace(person, about_me=False))
    waiting = scene.policy.reachable and any(check.id == person.current_check for check in scene.saved or ())
    way_back = (Say(phrase("profile.way_back")),) if waiting else ()
    return after, (*way_back, Goodbye(phrase("profile.goodbye")))


def finish(scene: Scene) -> Outcome:
    """Leave a finished check."""
    return scene, (Goodbye(phrase("finished.goodbye", id=scene.check.id)),)


def ask_sure(scene: Scene) -> Outcome:
    """Ask whether to start over."""
    after = scene.with_check(scene.now(Phase.CONFIRMING))
    return after, view(after)


def start_over(scene: Scene) -> Outcome:
    """Clear the check, and begin again."""
    old = scene.check
    emptied = Check(old.id, old.pack, old.opened_at, old.changed_at, old.revision, asked=old.asked)
    # The interview is still to come.
    emptied = replace(emptied, reminders=old.reminders, nudged_at=old.nudged_at)
    after = to_next(scene.with_check(emptied))
    if after.check.is_profile:
        after = after.with_person(with_answers(after.person, {}, scene.event.at))
    unshared = (Say(phrase("share.withdrawn", n=len(old.shares))),) if old.shares else ()
    return after, (Noted(phrase("start_over.done")), *unshared, *section_start(after, None), *view(after))


def do_not_start_over(scene: Scene) -> Outcome:
    """Go on as if "start over" had not been said."""
    after = to_next(scene)
    return after, (Noted(phrase("start_over.kept")), *view(after))
