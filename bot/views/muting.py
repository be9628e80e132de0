"""The buttons with which somebody ends what they are told personally, or has it told again."""

from bot.views.blocks import Button

MUTE, UNMUTE = "mute", "unmute"
"""What the buttons carry: whoever clicks speaks of themselves, so there is nothing else to tell."""
MUTE_BUTTON = Button(MUTE, "Mute these messages", "Mute what Signoff tells you personally", MUTE)
UNMUTE_BUTTON = Button(MUTE, "Unmute", "Unmute what Signoff tells you personally", UNMUTE)
