"""What somebody sets in App Home, and who they are to Signoff."""

from bot.core.policy import Permission
from bot.views.blocks import Block, header, plain_text, section
from bot.views.escape import mrkdwn
from bot.views.home_state import Viewer
from bot.views.limits import few
from bot.views.naming import word
from bot.views.people import person
from bot.views.scene import Scene

MUTE = "home:mute"
TELL_ME = "tell-me"
"""What the ticked box stands for: direct messages about one's own changes."""
_OPTION, _DESCRIPTION = 75, 75


def settings(viewer: Viewer, scene: Scene, revision: int) -> tuple[Block, ...]:
    """Return the settings as blocks. Clients keep what was ticked by the block's id, so each version has its own."""

    def named(name: str) -> str:
        return f"home:{name}:r{revision}"

    zone = (
        f"in the time zone {mrkdwn(viewer.zone, 60)}, as your Slack profile says"
        if viewer.zone
        else ("in UTC, since the time zone of your Slack profile is not known")
    )
    shown = [_known_as(viewer, scene), _may(viewer), f"Times that you type are read {zone}."]
    return (
        header("Your settings", named("settings")),
        {"type": "actions", "block_id": named("mute"), "elements": [_box(ticked=not viewer.muted)]},
        section("\n".join(shown), named("you")),
    )


def _box(*, ticked: bool) -> Block:
    option = {
        "text": plain_text("Tell me directly what becomes of my changes", _OPTION),
        "description": plain_text("Live, rejected, rolled back; also approvals that are long missing.", _DESCRIPTION),
        "value": TELL_ME,
    }
    box: Block = {"type": "checkboxes", "action_id": MUTE, "options": [option]}
    return box | {"initial_options": [option]} if ticked else box


def _known_as(viewer: Viewer, scene: Scene) -> str:
    actor = viewer.actor
    groups = few([word(name) for name in sorted(actor.groups)], 10)
    among = f"in the groups: {groups}" if groups else "in no group"
    if any(one.id == actor.person.id for one in scene.policy.people):
        return f"You are {word(actor.person.id)} in the policy, {among}."
    who = person(actor.person.id, scene.policy)
    return (
        f"The policy does not list you, so you are your Slack account here, {who}, {among}. Whoever keeps the policy "
        "file can add you to `people`: then commits and approvals of yours count as one person's."
    )


def _may(viewer: Viewer) -> str:
    held = [f"`{one.value}`" for one in Permission if one in viewer.actor.permissions]
    if not held:
        return "Beside approving what asks for you, the policy gives you no permission."
    return f"Beside approving what asks for you, you may: {', '.join(held)}."
