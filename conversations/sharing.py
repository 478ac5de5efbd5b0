"""Copies of a report in channels: shared by the owner after a preview, kept up to date, taken back."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from conversations import looking_up
from conversations.catalogue import Phrase, phrase
from conversations.checks_at_hand import title_of
from conversations.events import LEFT_STANDING, PLACE_LEFT, Event, Pressed, ShareEnded, Typed
from conversations.redaction import pseudonym, redact
from conversations.replies import AskChannel, Listed, Noted, Post, Reply, Say, ShareRow, ShowShared, ShowShares
from conversations.report import Report
from conversations.scene import Outcome, Scene, lost, to_next, view, with_saved
from conversations.script import Feeds
from conversations.session import Check, Phase, Share, Written
from conversations.sharing_choices import CHOICES, TO_MENTORS, hidden, holds, how_long

_DAY = timedelta(days=1)
_NOT_THERE = phrase("share.not_there")
_REASONS = ("taken_down", "not_in_channel", "channel_not_found", "is_archived", "restricted")
"""Beginnings of why a copy is no longer in its channel, or never got there: those that have a sentence of their own."""

# -- sharing -----------------------------------------------------------------------------------------------------


def share(scene: Scene) -> Outcome:
    """Show exactly what a channel would see, and ask whether to post it."""
    if scene.check.is_profile:
        return lost(scene)
    share_id = _share_id(scene.event, scene.check)
    if share_id is None or not scene.policy.reachable:
        return scene, (Say(phrase("share.unreachable")), *view(scene))
    channel = scene.meant.text or _channel_at_hand(scene.event)
    # Whether somebody is in a group is known where they are in the channel, and not where they say yes.
    refused = _refused(scene, channel) or (None if _may_share(scene) else phrase("share.not_you"))
    if refused:
        elsewhere = (AskChannel(phrase("share.where"), scene.workspace.channels),) if refused == _NOT_THERE else ()
        return scene, (Say(refused), *elsewhere, *view(scene))
    if not channel:
        return scene, (AskChannel(phrase("share.where"), scene.workspace.channels), *view(scene))
    place = scene.event.place if isinstance(scene.event, Typed | Pressed) else None
    return _previewed(scene, Share(share_id, channel, scene.event.at, place=place))


def _share_id(event: Event, check: Check) -> str | None:
    """Make an id of what the platform's adapter drew by chance; None where it drew nothing."""
    drawn = (event.new_check, event.id or "") if isinstance(event, Typed | Pressed) else ()
    if not any(drawn):
        return None
    return sha256("\n".join((*drawn, check.id, event.at.isoformat())).encode()).hexdigest()[:24]


def _channel_at_hand(event: Event) -> str:
    return (event.channel or "") if isinstance(event, Typed | Pressed) else ""


def _refused(scene: Scene, channel: str) -> Phrase | None:
    """Say why nothing can be shared there.

    Only copies that still stand count, in whichever check: whoever takes one back may share another.
    """
    rules, shares = scene.workspace, scene.check.shares
    if not rules.shares_a_day:
        return phrase("share.off")
    if channel and not _is_allowed(scene, channel):
        return _NOT_THERE
    there = next((one for one in shares if one.channel == channel), None)
    if there:
        return phrase("share.already", team=pseudonym(there))
    others = (one.shares for one in scene.saved or () if one.id != scene.check.id)
    recent = [one for some in (shares, *others) for one in some if scene.event.at - one.at < _DAY]
    return phrase("share.enough", n=rules.shares_a_day) if len(recent) >= rules.shares_a_day else None


def _may_share(scene: Scene) -> bool:
    event, sharers = scene.event, scene.workspace.sharers
    groups = event.groups if isinstance(event, Typed | Pressed) else ()
    return not sharers or any(one in sharers for one in (event.key.person, *groups))


def _is_allowed(scene: Scene, channel: str) -> bool:
    return not scene.workspace.channels or channel in scene.workspace.channels


def _previewed(scene: Scene, sharing: Share) -> Outcome:
    sharing = replace(sharing, previewed=_digest(scene, sharing))
    after = scene.with_check(replace(scene.now(Phase.SHARING), sharing=sharing))
    return after, (*_preview(after, sharing), *view(after))


def _digest(scene: Scene, sharing: Share) -> str:
    """Tell what was previewed from what would be seen now, whatever any clock says."""
    return sha256(repr(shared_report(scene, sharing)).encode(errors="surrogatepass")).hexdigest()[:24]


def _preview(scene: Scene, sharing: Share) -> tuple[Reply, ...]:
    return (Say(_who_sees_what(sharing)), *_copy(scene, sharing))


def _who_sees_what(sharing: Share) -> Phrase:
    left_out = hidden(sharing)
    return phrase("share.preview", hidden=left_out) if left_out else phrase("share.preview_all")


def choose(scene: Scene) -> Outcome:
    """Change what of the copy is seen, or for how long. What is then seen is shown before it is posted."""
    sharing, change = scene.check.sharing, CHOICES.get(scene.meant.text)
    if sharing is None or change is None:
        return lost(scene)
    if scene.meant.text in TO_MENTORS and not scene.workspace.mentors:
        return scene, (Say(phrase("mentors.no_mentors")), *view(scene))
    after = scene.with_check(replace(scene.check, sharing=change(sharing)))
    chosen = after.check.sharing or sharing
    return after, (Listed(phrase("share.chosen"), holds(chosen)), *view(after))


def _copy(scene: Scene, sharing: Share) -> tuple[Reply, ...]:
    report = shared_report(scene, sharing)
    updated = sharing.updated_at.date() if sharing.updated_at else None
    review = sharing.review.state if sharing.review else None
    return (ShowShared(report, "card", updated, review, sharing.onward), ShowShared(report, "detail", updated))


def shared_report(scene: Scene, sharing: Share) -> Report:
    """Return the report as a channel sees it."""
    team = scene.script.feeding(Feeds.TEAM)
    given = scene.check.answers.get(team.id, ()) if team else ()
    return redact(scene.report, sharing, [one.answer.text for one in given if isinstance(one.answer, Written)])


def post(scene: Scene) -> Outcome:
    """Yes: post what was previewed. Where that is no longer what would be seen, preview it again."""
    sharing, now = scene.check.sharing, scene.event.at
    if sharing is None:
        return do_not_share(scene)
    if refused := _refused(scene, sharing.channel):
        after = to_next(scene)
        return after, (Say(refused), *view(after))
    if _digest(scene, sharing) != sharing.previewed or now - sharing.at >= _DAY:
        after, replies = _previewed(scene, replace(sharing, at=now))
        return after, (Say(phrase("share.changed")), *replies)
    after = to_next(
        scene.with_check(replace(scene.check, shares=(*scene.check.shares, replace(sharing, previewed=""))))
    )
    return after, (Noted(phrase("share.done", team=pseudonym(sharing))), *view(after))


def do_not_share(scene: Scene) -> Outcome:
    """Go on as if "share" had not been said."""
    after = to_next(scene)
    return after, (Noted(phrase("share.not_done")), *view(after))


def unshare_or_not_share(scene: Scene) -> Outcome:
    """Take "unshare" by itself as a no to what is previewed; with a number it means a copy that stands."""
    return unshare(scene) if scene.meant.text or scene.meant.number is not None else do_not_share(scene)


def other_language(scene: Scene) -> Outcome:
    """Speak another language: the copy will be in that one, so it is shown in it."""
    after, replies = looking_up.language(scene)
    if after.check.sharing is None or after.person.language == scene.person.language:
        return after, replies
    return after, (replies[0], *_preview(after, after.check.sharing), *view(after))


# -- taking back -------------------------------------------------------------------------------------------------


def unshare(scene: Scene) -> Outcome:
    """Take a copy back at once; where there are several, the one that was named."""
    if scene.check.is_profile:
        return lost(scene)
    shares, meant = scene.check.shares, scene.meant
    if not shares:
        return scene, (Say(phrase("unshare.none")), *view(scene))
    if len(shares) == 1 and not meant.text and meant.number is None:
        return _taken_back(scene, shares[0])
    named = (one for place, one in enumerate(shares, start=1) if meant.text == one.id or meant.number == place)
    found = next(named, None)
    if found:
        return _taken_back(scene, found)
    rows = (
        phrase("unshare.row", number=place, team=pseudonym(one), date=one.at.date())
        for place, one in enumerate(shares, start=1)
    )
    return scene, (Listed(phrase("unshare.which"), tuple(rows)), *view(scene))


def _taken_back(scene: Scene, gone: Share) -> Outcome:
    after = _without(scene, gone)
    return after, (Noted(phrase("unshare.done", team=pseudonym(gone))), *view(after))


def _without(scene: Scene, gone: Share) -> Scene:
    return scene.with_check(replace(scene.check, shares=tuple(one for one in scene.check.shares if one != gone)))


def ended(scene: Scene) -> Outcome:
    """Let go of a copy that somebody else took down, or that the platform would not take; and tell its owner."""
    event = scene.event
    found = [one for one in scene.check.shares if isinstance(event, ShareEnded) and one.id == event.share]
    if isinstance(event, ShareEnded) and event.reason == LEFT_STANDING:
        team = pseudonym(Share(event.share, "", event.at))
        return scene, (Say(phrase(f"share_ended.{LEFT_STANDING}", team=team)),)
    if not found:
        return scene, ()
    reason = next((one for one in _REASONS if scene.meant.text.startswith(one)), "other")
    after = _without(scene, found[0])
    if scene.meant.text == PLACE_LEFT:
        return after, ()  # there is an order to withdraw it: if that fails, they hear of it then
    # Whoever wants to be left alone did ask for the answer to what they just did, and not for this.
    if reason == "taken_down" and scene.person.left_alone:
        return after, ()
    return after, (Say(phrase(f"share_ended.{reason}", team=pseudonym(found[0]))),)


# -- looking them over -------------------------------------------------------------------------------------------


def show_shares(scene: Scene) -> Outcome:
    """List every copy that stands, of every check."""
    if scene.saved is None:
        return with_saved(scene)
    others = (one for one in scene.saved if one.id != scene.check.id)
    checks = (scene.check, *others)
    found = [(check, one) for check in checks for one in check.shares]
    rows = tuple(ShareRow(check.id, one.id, one.channel, _share_row(scene, check, one)) for check, one in found)
    return scene, (ShowShares(phrase("shares.title" if rows else "shares.none"), rows), *view(scene))


def _share_row(scene: Scene, check: Check, share: Share) -> Phrase:
    return phrase(
        "shares.row", code=pseudonym(share), team=title_of(scene, check), date=share.at.date(), until=how_long(share)
    )


# -- what a turn does to copies ----------------------------------------------------------------------------------


def withdrawn(before: Check, after: Check | None) -> tuple[Post, ...]:
    """Return the order to take back each copy that a turn let go."""
    kept = {one.id for one in after.shares} if after else set()
    return tuple(Post(one.id, one.channel, ()) for one in before.shares if one.id not in kept)


def follow(before: Scene, after: Scene) -> tuple[Scene, tuple[Post, ...]]:
    """Post copies that are new, bring those up to date that show something else now, withdraw those that went."""
    posts = list(withdrawn(before.check, after.check))
    old, shares = {one.id: one for one in before.check.shares}, []
    for one in after.check.shares:
        here = one
        if one.id in old and _shows_something_else(before, after, one):
            here = replace(one, updated_at=after.event.at)
        shares.append(here)
        if here != old.get(one.id):
            posts.append(Post(one.id, one.channel, _copy(after, here)))
    if tuple(shares) != after.check.shares:
        after = after.with_check(replace(after.check, shares=tuple(shares)))
    return after, tuple(posts)


def _shows_something_else(before: Scene, after: Scene, sharing: Share) -> bool:
    about = before.person.about
    if about.at > (sharing.updated_at or sharing.at):
        return True  # the profile changed in a turn of its own, which does not reach this check
    if about == after.person.about and _what_counts(before.check) == _what_counts(after.check):
        return False
    return shared_report(before, sharing) != shared_report(after, sharing)


def _what_counts(check: Check) -> tuple[object, ...]:
    """Return what a report is made of."""
    return check.answers, check.fine, check.deep, check.decision, check.pack, check.remarks
