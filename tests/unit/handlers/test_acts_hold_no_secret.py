"""Whatever people write, and at whatever door: what is stored of it holds no token."""

import json

import pytest

from handlers.acts import ACT, Act, Command, Form, Mention, Wish

TOKEN = "xoxb-" + "1234567890abcdef" * 2
WROTE, KEPT = f"it burns, use {TOKEN} to look", "it burns, use [redacted] to look"


@pytest.mark.parametrize(
    "act",
    [
        Command(words=WROTE),
        Mention(words=WROTE, channel="C0PAYMENTS", ts="1.0"),
        Form(handle="abc", reason=WROTE),
        Wish(service="payments", version="a" * 40, environment="production", reason=WROTE),
    ],
    ids=lambda act: act.kind,
)
def test_a_token_in_what_somebody_wrote_is_left_out(act: Act) -> None:
    stored = act.model_dump_json()
    assert TOKEN not in stored
    assert KEPT in json.loads(stored).values()
    assert ACT.validate_json(stored) == act
