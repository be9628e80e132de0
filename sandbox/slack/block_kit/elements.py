"""Which elements people may use or see, and in which place of a block each of them may stand."""

from sandbox.slack.block_kit import choices, fields
from sandbox.slack.block_kit.choices import USED
from sandbox.slack.block_kit.schema import Check, one_of, shape, string, tagged
from sandbox.slack.block_kit.text import plain

IMAGE = shape({"image_url": string(3000, 1), "alt_text": string(2000)})

BUTTON = shape(
    {"text": plain(75)},
    {
        **USED,
        "url": string(3000),
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
)

SELECTS: dict[str, Check] = {
    "static_select": choices.STATIC_SELECT,
    "external_select": choices.EXTERNAL_SELECT,
    "users_select": choices.USERS_SELECT,
    "conversations_select": choices.CONVERSATIONS_SELECT,
    "channels_select": choices.CHANNELS_SELECT,
}
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": choices.MULTI_STATIC_SELECT,
    "multi_users_select": choices.MULTI_USERS_SELECT,
}
EVERYWHERE: dict[str, Check] = {
    **SELECTS,
    "checkboxes": choices.CHECKBOXES,
    "radio_buttons": choices.RADIO_BUTTONS,
    "datepicker": fields.DATEPICKER,
    "timepicker": fields.TIMEPICKER,
}
PRESSED: dict[str, Check] = {"button": BUTTON, "overflow": choices.OVERFLOW}
MOMENT: dict[str, Check] = {"datetimepicker": fields.DATETIMEPICKER}

IN_ACTIONS = tagged({**PRESSED, **EVERYWHERE, **MOMENT})
ACCESSORY = tagged({**PRESSED, **EVERYWHERE, **MULTI_SELECTS, "image": IMAGE})
IN_INPUT = tagged(
    {
        **EVERYWHERE,
        **MULTI_SELECTS,
        **MOMENT,
        "plain_text_input": fields.PLAIN_TEXT_INPUT,
        "number_input": fields.NUMBER_INPUT,
    }
)
