"""A GitHub App proves who it is and has its tokens: made once, narrowed, renewed in time, refused in clear words."""

import asyncio
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from structlog.testing import capture_logs

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci import github_app as pure
from handlers.ci.github_app import Installation, InstallationToken, Scope
from handlers.ci.github_app_assertion import asserting
from sandbox.github.rs256 import generate
from tests.factories import NOON
from tests.unit.handlers.ci.app_world import RIGHTS, World

LOOK = "GET /repos/acme/payments/installation"
MAKE = "POST /app/installations/ACME/access_tokens"
ASK = "GET /repos/acme/payments"
SUSPENDED = (
    "the GitHub App's installation at acme is suspended; somebody who owns acme unsuspends it under "
    "Settings > GitHub Apps"
)
GONE = (
    "the GitHub App is not installed for acme/payments, or not any more; somebody who owns acme installs it there, or "
    "adds the repository to those that it may reach"
)
DOUBTED = (
    "GitHub does not take the App for who it says it is ({}); compare its id and its private key with those in the "
    "App's settings"
)


@pytest.fixture
def world() -> World:
    return World()


# -- the assertion -------------------------------------------------------------------------------------------------------


def test_an_assertion_names_the_app_as_text_a_minute_back_and_within_ten_minutes() -> None:
    at = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert pure.claims("7", at) == {"iss": "7", "iat": 1795255140, "exp": 1795255740}
    assert datetime.fromtimestamp(1795255140, UTC) == at - timedelta(minutes=1)
    assert datetime.fromtimestamp(1795255740, UTC) == at + timedelta(minutes=9)


def test_an_assertion_is_signed_with_rs256() -> None:
    text = asserting("7", generate("signoff").pem())(NOON)
    assert jwt.get_unverified_header(text) == {"alg": "RS256", "typ": "JWT"}
    assert jwt.decode(text, options={"verify_signature": False}) == pure.claims("7", NOON)


# -- the token -----------------------------------------------------------------------------------------------------------


async def test_a_token_is_had_in_two_steps_and_kept(world: World) -> None:
    assert await world.status() == 200
    assert world.told() == [LOOK, MAKE, ASK]
    assert await world.status("acme/docs") == 200
    assert world.told() == ["GET /repos/acme/docs"]
    assert await world.status("beta/web") == 200
    assert world.told() == [
        "GET /repos/beta/web/installation",
        "POST /app/installations/BETA/access_tokens",
        "GET /repos/beta/web",
    ]


async def test_t29_a_token_opens_the_repositories_of_the_policy_and_no_more_than_is_needed(world: World) -> None:
    world.forge.create("acme/secret")
    assert await world.status() == 200
    assert world.host.bodies[1] == {
        "repositories": ["docs", "payments"],
        "permissions": {"actions": "read", "contents": "read", "deployments": "write"},
    }
    grant = world.forge.access.grants[world.host.used[2]]
    reached = {name for name, repo in world.forge.repositories.items() if grant.sees(repo)}
    assert reached == {"acme/payments", "acme/docs"}
    assert grant.permissions == {"metadata": "read", "actions": "read", "contents": "read", "deployments": "write"}


async def test_what_was_not_granted_is_not_asked_for_and_said_in_the_log(world: World) -> None:
    world.acme.permissions.update({"deployments": "read"})
    world.scopes["acme"] = Scope(world.scopes["acme"].repositories, (*RIGHTS, ("pull_requests", "read")))
    with capture_logs() as logs:
        assert await world.status() == 200
    assert world.host.bodies[1] == {
        "repositories": ["docs", "payments"],
        "permissions": {"actions": "read", "contents": "read", "deployments": "read"},
    }
    assert logs == [
        {
            "event": "github_app_lacks",
            "account": "acme",
            "permissions": ["deployments: write", "pull_requests: read"],
            "log_level": "warning",
        },
        {
            "event": "github_app_renewed",
            "account": "acme",
            "repositories": 2,
            "until": "2026-11-21T12:55:00+00:00",
            "log_level": "info",
        },
    ]


@pytest.mark.parametrize(
    ("scope", "why"),
    [
        (Scope(frozenset(), ()), "nothing in the policy says what the GitHub App may do in acme/payments"),
        (
            Scope(frozenset({"acme/payments"}), (("issues", "write"),)),
            "the GitHub App was granted nothing of what acme/payments needs (issues: write)",
        ),
    ],
    ids=["nothing is needed", "nothing is granted"],
)
async def test_t29_a_token_for_nothing_which_would_be_one_for_everything_is_never_asked_for(
    world: World, scope: Scope, why: str
) -> None:
    world.scopes["acme"] = scope
    assert await world.asks() == TryLater(60.0, why)
    assert world.told() == ["GET /repos/acme/payments/installation"]


async def test_a_token_is_renewed_five_minutes_before_its_end(world: World) -> None:
    await world.asks()
    world.told()
    world.time += timedelta(minutes=54, seconds=59)
    assert await world.status() == 200
    assert world.told() == [ASK]
    world.time += timedelta(seconds=1)
    assert await world.status() == 200
    assert world.told() == [LOOK, MAKE, ASK]
    assert world.host.used[2] == world.host.used[3] != world.host.used[-1]


async def test_another_policy_gets_another_token(world: World) -> None:
    await world.asks()
    world.scopes["acme"] = Scope(frozenset({"acme/payments"}), RIGHTS)
    world.told()
    assert await world.status() == 200
    assert world.told() == [ASK]  # what the token opens besides is over within the hour
    world.scopes["acme"] = Scope(frozenset({"acme/payments"}), RIGHTS[:2])
    assert await world.status() == 200
    assert world.told() == [LOOK, MAKE, ASK]


async def test_whoever_comes_during_a_renewal_waits_for_the_same_token(world: World) -> None:
    world.host.gate = asyncio.Event()
    asked = [asyncio.create_task(world.status(name)) for name in ("acme/payments", "acme/docs", "acme/payments")]
    for _ in range(5):
        await asyncio.sleep(0)
    assert world.told() == [LOOK]
    world.host.gate.set()
    assert await asyncio.gather(*asked) == [200, 200, 200]
    assert world.told() == [MAKE, ASK, "GET /repos/acme/docs", ASK]


async def test_one_owners_renewal_keeps_no_other_owner_waiting(world: World) -> None:
    await world.asks("beta/web")
    world.told()
    world.host.gate = asyncio.Event()
    slow = asyncio.create_task(world.status())
    await asyncio.sleep(0)
    world.host.gate = None
    assert await world.status("beta/web") == 200
    assert world.told() == [LOOK, "GET /repos/beta/web"]
    slow.cancel()


async def test_a_token_that_is_not_taken_is_renewed_once(world: World) -> None:
    await world.asks()
    world.forge.access.revoke(world.host.used[-1])
    world.told()
    assert await world.status() == 200
    assert world.told() == [ASK, LOOK, MAKE, ASK]


async def test_many_calls_with_a_token_that_is_not_taken_are_one_renewal(world: World) -> None:
    await world.asks()
    world.forge.access.revoke(world.host.used[-1])
    world.told()
    world.host.gate = asyncio.Event()
    asked = [asyncio.create_task(world.status()) for _ in range(3)]
    await asyncio.sleep(0)
    world.host.gate.set()
    assert await asyncio.gather(*asked) == [200, 200, 200]
    assert world.told() == [ASK, ASK, ASK, LOOK, MAKE, ASK, ASK, ASK]


async def test_a_second_401_is_the_answer(world: World) -> None:
    refused = HttpReply(401, {}, b'{"message": "Bad credentials"}')
    await world.asks()
    world.told()
    world.host.instead.extend([refused, None, None, refused])
    assert await world.asks() == refused
    assert world.told() == [ASK, LOOK, MAKE, ASK]


async def test_a_call_that_may_have_happened_is_not_sent_again(world: World) -> None:
    await world.asks()
    world.told()
    world.host.instead.append(Unsure("the connection was lost"))
    post = HttpRequest("POST", "/repos/acme/payments/deployments", body={"ref": "main"})
    assert await world.sender.send(post) == Unsure("the connection was lost")
    assert world.told() == ["POST /repos/acme/payments/deployments"]


async def test_whatever_is_about_no_repository_is_not_sent(world: World) -> None:
    ended = await world.sender.send(HttpRequest("GET", "/app/installations"))
    assert ended == TryLater(60.0, "a GitHub App asks about repositories alone")
    assert world.told() == []


# -- what is wrong -------------------------------------------------------------------------------------------------------


async def test_a_suspended_installation_is_told_so_and_not_asked_again_at_once(world: World) -> None:
    world.forge.apps.suspend(world.acme.id)
    with capture_logs() as logs:
        assert await world.asks() == TryLater(60.0, SUSPENDED)
        world.time += timedelta(seconds=20)
        assert await world.asks("acme/docs") == TryLater(40.0, SUSPENDED)
    assert world.told() == [LOOK]
    assert logs == [{"event": "github_app_refused", "why": SUSPENDED, "log_level": "warning"}]
    assert await world.status("beta/web") == 200
    world.forge.apps.suspend(world.acme.id, suspended=False)
    world.time += timedelta(seconds=40)
    assert await world.status() == 200


async def test_an_installation_that_is_suspended_while_its_token_lives_is_told_so(world: World) -> None:
    await world.asks()
    world.forge.apps.suspend(world.acme.id)
    assert await world.asks() == TryLater(60.0, SUSPENDED)


async def test_one_that_is_suspended_between_the_two_steps_is_told_so(world: World) -> None:
    world.host.instead.extend([None, HttpReply(403, {}, b'{"message": "This installation has been suspended"}')])
    assert await world.asks() == TryLater(60.0, SUSPENDED)
    assert world.told() == [LOOK, MAKE]


async def test_a_removed_installation_is_told_so(world: World) -> None:
    await world.asks()
    world.forge.apps.uninstall(world.acme.id)
    world.told()
    assert await world.asks() == TryLater(60.0, GONE)
    assert world.told() == [ASK, LOOK]


async def test_a_repository_that_is_not_selected_keeps_no_other_from_its_token(world: World) -> None:
    world.forge.apps.uninstall(world.acme.id)
    world.acme = world.forge.apps.install("signoff", "acme", ["acme/docs"])
    with capture_logs() as logs:
        assert await world.asks() == TryLater(60.0, GONE)
        assert await world.status("acme/docs") == 200
        assert await world.status("acme/docs") == 200
    assert world.told() == [
        LOOK,
        "GET /repos/acme/docs/installation",
        MAKE,
        MAKE,
        "GET /repos/acme/docs",
        "GET /repos/acme/docs",
    ]
    assert world.host.bodies[3] == {
        "repositories": ["docs"],
        "permissions": {"actions": "read", "contents": "read", "deployments": "write"},
    }
    assert [one["event"] for one in logs] == ["github_app_refused", "github_app_apart", "github_app_renewed"]


async def test_all_are_one_again_an_hour_later(world: World) -> None:
    world.forge.apps.uninstall(world.acme.id)
    world.acme = world.forge.apps.install("signoff", "acme", ["acme/docs"])
    await world.asks("acme/docs")
    world.forge.apps.uninstall(world.acme.id)
    world.acme = world.forge.apps.install("signoff", "acme")
    world.told()
    world.time += timedelta(hours=1)
    assert await world.status("acme/docs") == 200
    assert world.told() == ["GET /repos/acme/docs/installation", MAKE, "GET /repos/acme/docs"]
    assert world.host.bodies[-2] == {
        "repositories": ["docs", "payments"],
        "permissions": {"actions": "read", "contents": "read", "deployments": "write"},
    }


async def test_rights_that_are_taken_back_between_the_two_steps_are_told(world: World) -> None:
    world.scopes["acme"] = Scope(frozenset({"acme/payments"}), RIGHTS)
    refused = HttpReply(422, {}, b'{"message": "The permissions requested are not granted to this installation."}')
    world.host.instead.extend([None, refused])
    assert await world.asks() == TryLater(
        60.0,
        "the GitHub App's installation at acme does not reach acme/payments with what it needs (GitHub says: The "
        "permissions requested are not granted to this installation)",
    )


async def test_a_wrong_key_and_a_wrong_id_are_told(world: World) -> None:
    world.tokens.proves = asserting(str(world.app.id), generate("another").pem())
    assert await world.asks() == TryLater(60.0, DOUBTED.format("A JSON web token could not be decoded"))
    assert await world.asks() == TryLater(60.0, DOUBTED.format("A JSON web token could not be decoded"))
    assert world.told() == [LOOK]
    another = World()
    another.tokens.proves = asserting("999", another.app.private_key.pem())
    assert await another.asks() == TryLater(60.0, DOUBTED.format("Integration not found"))


@pytest.mark.parametrize("lost", [TryLater(5.0, "it rests"), Unsure("it rests")])
async def test_a_host_that_does_not_answer_is_waited_for(world: World, lost: TryLater | Unsure) -> None:
    world.host.instead.append(lost)
    assert await world.asks() == TryLater(5.0, "it rests")
    assert await world.asks("acme/docs") == TryLater(5.0, "it rests")
    world.time += timedelta(seconds=5)
    world.host.instead.extend([None, lost])
    assert await world.asks() == TryLater(5.0, "it rests")
    world.time += timedelta(seconds=5)
    assert await world.status() == 200


@pytest.mark.parametrize(
    ("step", "reply", "why"),
    [
        (0, HttpReply(200, {}, b"<html>"), "GitHub's answer (200) cannot be read"),
        (0, HttpReply(502, {}, b""), "GitHub answers 502"),
        (
            1,
            HttpReply(201, {}, b'{"token": "a b", "expires_at": "2026-11-21T13:00:00Z"}'),
            "GitHub's answer (201) cannot be read",
        ),
        (1, HttpReply(201, {}, b'{"token": "ghs_1"}'), "GitHub's answer (201) cannot be read"),
        (1, HttpReply(500, {}, b'{"message": "Server Error"}'), "GitHub answers 500: Server Error"),
    ],
)
async def test_answers_that_are_none_are_waited_out(world: World, step: int, reply: HttpReply, why: str) -> None:
    world.host.instead.extend([None] * step + [reply])
    said = f"no token of the GitHub App could be had: {why}"
    assert await world.asks() == TryLater(5.0, said)


async def test_a_limit_is_kept_to(world: World) -> None:
    world.host.instead.append(HttpReply(429, {"retry-after": "17"}, b'{"message": "slow down"}'))
    said = "no token of the GitHub App could be had: GitHub answers 429: slow down"
    assert await world.asks() == TryLater(17.0, said)


async def test_a_token_that_opens_too_little_is_replaced_once_it_is_a_minute_old(world: World) -> None:
    world.acme.permissions.pop("contents")
    compare = HttpRequest("GET", "/repos/acme/payments/compare/a...b")
    ended = await world.sender.send(compare)
    assert isinstance(ended, HttpReply)
    assert ended.status == 403
    world.acme.permissions["contents"] = "read"  # its owner accepts it now
    world.told()
    ended = await world.sender.send(compare)
    assert world.told() == ["GET /repos/acme/payments/compare/a...b"]
    world.time += timedelta(seconds=61)
    await world.sender.send(compare)
    ended = await world.sender.send(compare)
    assert isinstance(ended, HttpReply)
    assert ended.status == 404
    assert world.told() == [compare_path := "GET /repos/acme/payments/compare/a...b", LOOK, MAKE, compare_path]


# -- clocks that differ --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [-7200, -700, -60, -8, 0, 8, 50, 700, 86400])
async def test_whatever_our_clock_says_the_app_is_believed(seconds: int) -> None:
    world = World(ahead=timedelta(seconds=seconds))
    with capture_logs() as logs:
        assert await world.status() == 200
    differs = [one for one in logs if one["event"] == "clock_differs"]
    far = [{"event": "clock_differs", "seconds": -seconds, "system": "github", "log_level": "warning"}]
    assert differs == (far if abs(seconds) > 60 else [])
    world.told()
    world.time += timedelta(minutes=54)
    assert await world.status() == 200
    assert world.told() == [ASK]


async def test_a_clock_that_is_mended_is_found_out_too() -> None:
    world = World(ahead=timedelta(hours=2))
    await world.asks()
    world.ahead = timedelta()
    world.time += timedelta(hours=3)
    with capture_logs() as logs:
        assert await world.status() == 200
    assert logs[0] == {"event": "clock_differs", "seconds": 0, "system": "github", "log_level": "warning"}


async def test_an_answer_that_tells_no_time_is_taken_as_it_is() -> None:
    for said in ({}, {"date": "yesterday"}):
        fresh = World()
        fresh.host.instead.append(HttpReply(401, said, b'{"message": "Bad credentials"}'))
        assert await fresh.asks() == TryLater(60.0, DOUBTED.format("Bad credentials"))
        assert fresh.told() == [LOOK]


def test_a_date_without_its_zone_is_gmt() -> None:
    reply = HttpReply(401, {"date": "Sat, 21 Nov 2026 12:00:30 -0000"}, b"")
    assert pure.skew_of(reply, NOON) == timedelta(seconds=30)


# -- pure parts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "repository"),
    [
        ("/repos/acme/payments", "acme/payments"),
        ("/repos/acme/pay.ments_1/actions/runs/7", "acme/pay.ments_1"),
        ("/repos/acme", None),
        ("/app", None),
        ("/repos/ac%2Fme/x", None),
        ("//evil/repos/acme/x", None),
    ],
)
def test_the_repository_of_a_request_stands_in_its_path(path: str, repository: str | None) -> None:
    assert pure.repository_of(path) == repository


def test_t29_of_what_is_needed_only_what_was_granted_is_asked_for() -> None:
    has = Installation(1, "acme", {"actions": "read", "contents": "write", "issues": "write"}, suspended=False)
    needs = Scope(frozenset(), (("actions", "write"), ("contents", "read"), ("deployments", "write")))
    assert pure.granted(needs, has) == {"actions": "read", "contents": "read"}
    assert pure.lacking(needs, has) == ("actions: write", "deployments: write")


def test_a_token_is_not_shown() -> None:
    token = InstallationToken(Scope(frozenset(), ()), NOON, NOON, "ghs_secret")
    assert "ghs_secret" not in repr(token)


def test_neither_tokens_nor_keys_are_shown(world: World) -> None:
    assert "proves" not in repr(world.tokens)
