"""Text objects and what is made of them: options and confirm dialogs."""

from sandbox.slack.block_kit.schema import Check, array, boolean, one_of, shape, string, tagged


def plain(most: int, least: int = 1) -> Check:
    """Plain text of so many characters."""
    return tagged({"plain_text": shape({"text": string(most, least)}, {"emoji": boolean})})


def text(most: int, least: int = 1) -> Check:
    """Plain text or mrkdwn of so many characters."""
    mrkdwn = shape({"text": string(most, least)}, {"verbatim": boolean})
    return tagged({"plain_text": shape({"text": string(most, least)}, {"emoji": boolean}), "mrkdwn": mrkdwn})


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)

OPTION = shape({"text": plain(75), "value": string(150, 1)}, {"description": plain(75)})

BOX_OPTION = shape({"text": text(75), "value": string(150, 1)}, {"description": text(75)})
"""Check boxes and radio buttons alone take mrkdwn."""

OVERFLOW_OPTION = shape({"text": plain(75), "value": string(150, 1)}, {"description": plain(75), "url": string(3000)})

OPTION_GROUP = shape({"label": plain(75), "options": array(OPTION, 1, 100)})
