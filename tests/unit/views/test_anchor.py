"""The audit chain's head in the operations channel, whole."""

from inline_snapshot import snapshot

from bot.core.chain import Head
from bot.views.anchor import line, root
from tests.factories import NOON
from tests.unit.views.reading import check, seen

HEAD = Head(42, "0123456789abcdef" * 4)


def test_the_root_tells_the_head_and_how_to_use_it() -> None:
    message = root(HEAD, NOON, 3)
    check(message)
    assert message.text == snapshot("""\
Audit chain
Last row: 42, written <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>
Hash: `0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef`
Each line of the thread is a head as it once was. `signoff audit verify --against HEAD` on the bot's host tells whether all that was audited up to it is still there, unchanged.\
""")
    assert seen(message) == snapshot("""\
# Audit chain
*Last row:* 42, written <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>
*Hash:* `0123456..89abcdef0123456789abcdef`
Each line of the thread is a head as it once was. `signoff audit verify --against HEAD` on the bot's host tells whether all that was audited up to it is still there, unchanged.\
""")


def test_a_line_of_the_thread_is_what_verify_takes() -> None:
    message = line(HEAD)
    check(message)
    assert message.text == "`42:" + "0123456789abcdef" * 4 + "`"
    assert message.blocks == ({"type": "section", "text": {"type": "mrkdwn", "text": message.text, "verbatim": True}},)
