"""The buttons with which people mute what Signoff tells them unasked, and unmute it: everybody for themselves."""

from bot.core.inputs import Actor
from bot.personal import mute
from bot.ports.store import Transaction
from bot.submit import Setting
from bot.views.muting import MUTE, UNMUTE
from bot.views.personal import muted_now, unmuted_now
from handlers.acts import Click
from handlers.outcomes import Told


def muting(tx: Transaction, act: object, actor: Actor, setting: Setting) -> Told | None:
    """Do what such a button says, for whoever clicked and nobody else; None for any other button."""
    if not isinstance(act, Click) or act.handle not in {MUTE, UNMUTE}:
        return None
    on = act.handle == MUTE
    mute(tx, actor.person, on=on)
    return Told("done", muted_now(setting.policy) if on else unmuted_now(), act.channel)
