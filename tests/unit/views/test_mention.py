"""What people are told privately whose mention is not answered for everybody."""

import pytest
from inline_snapshot import snapshot

from bot.core.inputs import Account
from bot.views.mention import acts_by_command, for_members
from tests.unit.views.reading import check, seen
from tests.unit.views.values import POLICY


@pytest.mark.parametrize("words", ["approve R-42", "reject R-42 <!channel> `rm` &amp;", "hold payments " + "x" * 5000])
def test_a_mention_never_acts(words: str) -> None:
    message = acts_by_command(words, POLICY)
    check(message)
    assert message.text == seen(message)
    assert message.text.startswith(
        "A mention never changes anything, so nothing was done. Type it as a command, and it counts: `/deploy "
    )
    assert message.text.count("`") == 2


def test_only_full_members_are_answered() -> None:
    assert [for_members(account).text for account in (Account.GUEST, Account.UNKNOWN)] == snapshot(
        [
            "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.",
            "Signoff answers full members of this workspace, and you are no full member here. Somebody from the team can ask it for you.",
        ]
    )
