"""Rich text: sections, lists, quotes and code, made of styled pieces."""

from sandbox.slack.block_kit.schema import array, boolean, number, one_of, shape, string, tagged

STYLE = shape(
    {},
    {
        "bold": boolean,
        "italic": boolean,
        "strike": boolean,
        "code": boolean,
        "underline": boolean,
        "highlight": boolean,
        "client_highlight": boolean,
        "unlink": boolean,
    },
)
STYLED = {"style": STYLE}
MANY = 10_000

PIECE = tagged(
    {
        "text": shape({"text": string(MANY, 1)}, STYLED),
        "link": shape({"url": string(3000, 1)}, {"text": string(MANY), "unsafe": boolean, **STYLED}),
        "user": shape({"user_id": string(255, 1)}, STYLED),
        "usergroup": shape({"usergroup_id": string(255, 1)}, STYLED),
        "channel": shape({"channel_id": string(255, 1)}, STYLED),
        "emoji": shape({"name": string(255, 1)}, {"unicode": string(255), **STYLED}),
        "broadcast": shape({"range": one_of("here", "channel", "everyone")}, STYLED),
        "date": shape(
            {"timestamp": number(0, 2**53), "format": string(255, 1)},
            {"url": string(3000), "fallback": string(255), **STYLED},
        ),
    }
)
PIECES = array(PIECE, 0, MANY)
BORDER = {"border": number(0, 1)}
SECTION = shape({"elements": PIECES})

RICH_TEXT = shape(
    {
        "elements": array(
            tagged(
                {
                    "rich_text_section": SECTION,
                    "rich_text_quote": shape({"elements": PIECES}, BORDER),
                    "rich_text_preformatted": shape({"elements": PIECES}, {**BORDER, "language": string(255)}),
                    "rich_text_list": shape(
                        {
                            "style": one_of("bullet", "ordered"),
                            "elements": array(tagged({"rich_text_section": SECTION}), 1, MANY),
                        },
                        {**BORDER, "indent": number(0, 8), "offset": number(0, 2**31)},
                    ),
                }
            ),
            1,
            MANY,
        )
    },
    {"block_id": string(255, 1)},
)
