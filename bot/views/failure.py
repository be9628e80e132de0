"""The message about a deploy that failed: new, since an edit of the notice would notify nobody, and then kept true."""

from collections.abc import Mapping
from typing import assert_never

from bot.core.aftermath import Aftermath, MarkedDone, Overtaken, TriedAgain, WentBack, began_long_before, is_late
from bot.core.lane import Lane
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views import limits
from bot.views.blocks import Fact, Line, actions, marked, section
from bot.views.buttons import after_failure
from bot.views.escape import link, mrkdwn
from bot.views.naming import Permalinks, lane_words, live_label, named, subject, typed, word
from bot.views.outcome import REASON, cancel_asked, printed, way_on
from bot.views.scene import Scene
from bot.views.states import marked_aside
from bot.views.wrote import wrote_what_it_brings


def failure(  # noqa: PLR0917 - the state, and what a view cannot look up itself
    release: Release,
    lane: Lane,
    came: Aftermath | None,
    scene: Scene,
    buttons: Mapping[str, str],
    revision: int,
) -> Message:
    """Return the message: whom it concerns, why it failed, where to look, what to do next, or what came of it.

    Args:
        release: the release that failed; live by now where somebody marked it as done.
        lane: its lane, with what is live there.
        came: what became of it; None while it asks for a person.
        scene: what a view cannot look up itself.
        buttons: the handle ids of the acts that apply, by name; none once something came of it.
        revision: grows with every version that is shown.
    """
    late = is_late(release, lane)
    row = after_failure(release, buttons, late=late) if came is None else ()
    lines = _lines(release, lane, came, scene, back="rollback" in buttons)

    def block(name: str) -> str:
        return f"{release.name}:failure-{name}:r{revision}"

    shown = limits.fold([marked(line) for line in lines], limits.SECTION)
    blocks = [section("\n".join(shown), block("facts"))]
    if row:
        blocks.append(actions(row, block("actions")))
    acts = [f"Actions: {', '.join(button.words for button in row)}."] if row else []
    text = limits.fold([*(str(line) for line in lines), *acts], limits.TEXT)
    return Message("\n".join(text), tuple(blocks))


def _lines(release: Release, lane: Lane, came: Aftermath | None, scene: Scene, *, back: bool) -> list[Line]:
    policy = scene.policy
    failed = "the deploy" if release.health is None else "the verification of the deploy"
    who = wrote_what_it_brings(release, lane, scene)
    lines: list[Line] = [f"{who}: {failed} of {subject(release)}{marked_aside(release)} failed."]
    if came is not None:
        lines.append(Fact("Since then", _since(came, scene.permalinks)))
    elif is_late(release, lane):
        lines.append(Fact("Look first", _late(release, lane)))
    lines.append(Fact("Why", mrkdwn(release.reason or "no reason was told", REASON)))
    lines += cancel_asked(release, policy)
    job = scene.links.own(release.deployment.url) if release.deployment else None
    if job:
        lines.append(Fact("Job", link(job, "open the deploy job")))
    lines += printed(release)
    lines.append(Fact("Release", named(release.number, scene.permalinks)))
    if came is None:
        check = typed(policy, f"status {lane_words(release.lane)}")
        lines.append(Fact("Next", f"see what is live with {check}; {way_on(release, policy, back=back)}"))
    return lines


def _since(came: Aftermath, permalinks: Permalinks) -> str:
    match came:
        case MarkedDone():
            return "somebody looked and marked it as done, so nothing more needs to be done here; the thread says why"
        case TriedAgain(number):
            return f"it is tried again as {named(number, permalinks)}, so please go on there"
        case WentBack(number):
            return f"{named(number, permalinks)} goes back to an earlier build, so please go on there"
        case Overtaken(label, number):
            by = f" by {named(number, permalinks)}" if number is not None else ""
            return f"{word(label)} has become live there{by}, so nothing more needs to be done here"
    assert_never(came)


def _late(release: Release, lane: Lane) -> str:
    """Say why going back may take out what works."""
    live = lane.live
    other = f"{live_label(live)} has become live there since it began" if live else ""
    why = "this deploy began more than 2 hours before it failed" if began_long_before(release) else other
    return f"{why}, so the failure may not be caused by this deploy. Please look before you roll back"
