"""T18 where a host answers with what proved us to it: people read its words, and not that."""

import json
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession

from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.buildbot_sign_in import basic
from handlers.ci.github_replies import message_of
from handlers.ci.sender import Sender, without_proof
from tests.threats.echo import echo
from tests.threats.leaks import leaks, ways_of_writing

PASSWORD, TOKEN = 'a "password" with/everything+in=it', "a.token/of+no=shape"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("token", "headers"),
    [(TOKEN, ()), ("", (basic("robot", PASSWORD),)), ("", (("Authorization", f"Bearer {TOKEN}"),))],
)
async def test_t18_a_host_that_echoes_what_proved_us_is_not_quoted_with_it(
    token: str, headers: tuple[tuple[str, str], ...]
) -> None:
    async with echo() as (address, heard), ClientSession() as http:
        request = HttpRequest("POST", "/x", headers=headers, body={"ref": "main"})
        reply = await Sender(http, address, token, lambda: NOON).send(request)
    assert isinstance(reply, HttpReply)
    secrets = {"the token": TOKEN, "the password": PASSWORD, "both": f"robot:{PASSWORD}"}
    assert leaks("".join(heard), secrets), "it was sent"
    assert leaks(reply.body + message_of(reply).encode(), secrets) == set()
    assert "[redacted]" in json.loads(reply.body)["message"]
    assert '"ref": "main"' in json.loads(reply.body)["message"], "and the rest is"


def test_t18_no_way_of_writing_a_proof_comes_back() -> None:
    for way in ways_of_writing(TOKEN):
        told = without_proof(json.dumps({"message": f"no: {way}"}).encode(), f"Bearer {TOKEN}")
        assert leaks(told, {"it": TOKEN}) == set()
        assert json.loads(told)["message"].startswith("no: ")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b'{"message": "Bad credentials"}'])
def test_t18_without_a_proof_or_with_no_text_an_answer_stays_as_it_is(body: bytes) -> None:
    assert without_proof(body, "") == body
    assert without_proof(body, "Bearer abcdef") == body
