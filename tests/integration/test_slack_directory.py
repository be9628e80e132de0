"""SlackDirectory over real HTTP: who counts as a member, what is remembered, and that trouble lets nobody through."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from bot.core.inputs import Account
from bot.ports.slack import SlackAccount
from bot.ports.trouble import TryLater
from handlers.slack.directory import SlackDirectory, Workspace
from handlers.slack.problems import SlackProblem, SlackUnreachable
from tests.unit.handlers.slack.server import Reply, SlackServer, no, slack_server

HOME = Workspace("T0ACME", "U0BOT", "B0BOT", "https://acme.slack.com/", enterprise="E0ORG")
FLAGS = ("deleted", "is_bot", "is_workflow_bot", "is_restricted", "is_ultra_restricted", "is_stranger")


class Clock:
    """Seconds that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
async def directory(server: SlackServer, clock: Clock, slept: list[float]) -> AsyncIterator[SlackDirectory]:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with ClientSession(timeout=ClientTimeout(total=0.5)) as http:
        yield SlackDirectory(server.client(http), HOME, clock, sleep)


def a_user(**changed: Any) -> Reply:
    user = {
        "id": "U0PRIYA",
        "team_id": "T0ACME",
        "name": "priya",
        "real_name": "Priya Rao",
        "tz": "Asia/Kolkata",
        "profile": {"display_name": "Priya", "email": "priya@acme.example"},
        "is_app_user": True,  # she has authorised the app; she is no bot
        "is_admin": False,
        **dict.fromkeys(FLAGS, False),
        **changed,
    }
    return Reply({"ok": True, "user": user})


async def kind(directory: SlackDirectory, team: str | None = "T0ACME") -> Account:
    account = await directory.account("U0PRIYA", team)
    assert isinstance(account, SlackAccount)
    return account.account


async def test_a_member(server: SlackServer, directory: SlackDirectory) -> None:
    server.will("users.info", a_user())
    assert await directory.account("U0PRIYA", "T0ACME") == SlackAccount(
        "U0PRIYA", Account.MEMBER, "Priya", "Asia/Kolkata"
    )
    assert server.asked == [("users.info", {"user": "U0PRIYA"})]


@pytest.mark.parametrize("flags", list(itertools.product([False, True], repeat=len(FLAGS))))
async def test_t06_only_the_all_clear_is_a_member(
    server: SlackServer, directory: SlackDirectory, flags: tuple[bool, ...]
) -> None:
    server.will("users.info", a_user(**dict(zip(FLAGS, flags, strict=True))))
    assert (await kind(directory) is Account.MEMBER) == (not any(flags))


@pytest.mark.parametrize(
    ("changed", "account"),
    [
        ({"deleted": True}, Account.DEACTIVATED),
        ({"is_bot": True}, Account.BOT),
        ({"is_connector_bot": True}, Account.BOT),
        ({"is_restricted": True}, Account.GUEST),
        ({"is_ultra_restricted": True}, Account.GUEST),
        ({"is_stranger": True}, Account.STRANGER),
        ({"team_id": "T0OTHER"}, Account.STRANGER),
        ({"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0OTHER"}}, Account.STRANGER),
        ({"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0ORG"}}, Account.MEMBER),
        ({"team_id": None}, Account.MEMBER),
        ({"id": "U0SAM"}, Account.UNKNOWN),
        ({"is_bot": "false"}, Account.UNKNOWN),
        ({"is_restricted": None}, Account.UNKNOWN),
    ],
)
async def test_each_kind_of_account(
    server: SlackServer, directory: SlackDirectory, changed: dict[str, Any], account: Account
) -> None:
    server.will("users.info", a_user(**changed))
    assert await kind(directory) is account


async def test_slackbot_is_a_bot_although_slack_says_otherwise(server: SlackServer, directory: SlackDirectory) -> None:
    server.will("users.info", a_user(id="USLACKBOT"))
    account = await directory.account("USLACKBOT", "T0ACME")
    assert account == SlackAccount("USLACKBOT", Account.BOT, "Priya", "Asia/Kolkata")


async def test_t06_somebody_who_acts_from_elsewhere_is_a_stranger(
    server: SlackServer, directory: SlackDirectory
) -> None:
    server.will("users.info", a_user())
    assert [await kind(directory, team) for team in ("T0OTHER", "T0ACME", None)] == [
        Account.STRANGER,
        Account.MEMBER,
        Account.MEMBER,
    ]


async def test_without_an_enterprise_no_other_workspace_is_ours(server: SlackServer, clock: Clock) -> None:
    async with ClientSession() as http:
        alone = SlackDirectory(server.client(http), Workspace("T0ACME", "U0B", "B0B", "https://a.slack.com/"), clock)
        server.will("users.info", a_user(team_id="T0OTHER"))
        assert await kind(alone) is Account.STRANGER


@pytest.mark.parametrize("error", ["user_not_found", "users_not_found", "user_not_visible"])
async def test_somebody_unknown_to_slack_is_a_stranger(
    server: SlackServer, directory: SlackDirectory, error: str
) -> None:
    server.will("users.info", no(error))
    assert await directory.account("U0PRIYA", "T0ACME") == SlackAccount("U0PRIYA", Account.STRANGER, "U0PRIYA")


TROUBLE = [
    (Reply({"ok": False}, 429, {"Retry-After": "9"}), TryLater(9.0, "Slack asks to wait (429)")),
    (Reply(how="hang"), TryLater(1.0, "Slack's answer was lost: TimeoutError")),
    (Reply("oops", 500), TryLater(1.0, "Slack answered 500 without saying whether it was done")),
]


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [*TROUBLE, (no("missing_scope"), TryLater(60.0, "Slack refused users.info (missing_scope)"))],
)
async def test_trouble_lets_nobody_through_and_is_not_remembered(
    server: SlackServer, directory: SlackDirectory, reply: Reply, trouble: TryLater
) -> None:
    server.will("users.info", reply, a_user())
    assert await directory.account("U0PRIYA", "T0ACME") == trouble
    assert await kind(directory) is Account.MEMBER


async def test_a_dropped_question_is_asked_once_more_by_aiohttp_and_then_later(
    server: SlackServer, directory: SlackDirectory
) -> None:
    server.will("users.info", Reply(how="reset"), Reply(how="reset"))
    lost = TryLater(1.0, "Slack's answer was lost: ServerDisconnectedError")
    assert await directory.account("U0PRIYA", "T0ACME") == lost
    assert len(server.asked) == 2  # a GET is safe to send again; a POST is not, and is not


async def test_t06_a_person_is_remembered_for_a_minute_at_most(
    server: SlackServer, directory: SlackDirectory, clock: Clock
) -> None:
    server.will("users.info", a_user(), a_user(deleted=True), a_user())
    assert await kind(directory) is Account.MEMBER
    clock.now += 59.9
    assert await kind(directory) is Account.MEMBER
    clock.now += 0.1
    assert await kind(directory) is Account.DEACTIVATED
    clock.now -= 1  # a clock that was set back keeps nothing
    assert await kind(directory) is Account.MEMBER


async def test_the_members_of_a_group_are_remembered_for_a_minute(
    server: SlackServer, directory: SlackDirectory, clock: Clock
) -> None:
    server.will(
        "usergroups.users.list",
        Reply({"ok": True, "users": ["U0SAM", "U0ALEX"]}),
        Reply({"ok": True, "users": ["U0SAM"]}),
    )
    assert await directory.members("S0SRE") == frozenset({"U0SAM", "U0ALEX"})
    clock.now += 59
    assert await directory.members("S0SRE") == frozenset({"U0SAM", "U0ALEX"})
    clock.now += 1
    assert await directory.members("S0SRE") == frozenset({"U0SAM"})
    assert server.asked == [("usergroups.users.list", {"usergroup": "S0SRE"})] * 2


@pytest.mark.parametrize("error", ["no_such_subteam", "plan_upgrade_required"])
async def test_a_group_that_is_not_there_is_empty(server: SlackServer, directory: SlackDirectory, error: str) -> None:
    server.will("usergroups.users.list", no(error))
    assert await directory.members("S0SRE") == frozenset()


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        *TROUBLE,
        (no("invalid_auth"), TryLater(60.0, "Slack refused usergroups.users.list (invalid_auth)")),
        (Reply({"ok": True}), TryLater(30.0, "Slack's answer to usergroups.users.list could not be read")),
    ],
)
async def test_a_group_that_cannot_be_asked_is_not_empty(
    server: SlackServer, directory: SlackDirectory, reply: Reply, trouble: TryLater
) -> None:
    server.will("usergroups.users.list", reply, Reply({"ok": True, "users": ["U0SAM"]}))
    assert await directory.members("S0SRE") == trouble
    assert await directory.members("S0SRE") == frozenset({"U0SAM"})


def a_page(cursor: str, **channels: str) -> Reply:
    listed = [{"id": known, "name": name} for name, known in channels.items()]
    return Reply({"ok": True, "channels": listed, "response_metadata": {"next_cursor": cursor}})


async def test_channels_are_found_by_name_over_pages_and_once(server: SlackServer, directory: SlackDirectory) -> None:
    server.will("conversations.list", a_page("next=", releases="C0REL"), a_page("", ops="C0OPS"))
    assert [await directory.channel_id(name) for name in ("#ops", "#releases", "C0ANY")] == ["C0OPS", "C0REL", "C0ANY"]
    usual = {"types": "public_channel", "exclude_archived": "1", "limit": "999"}
    assert server.asked == [("conversations.list", usual), ("conversations.list", {**usual, "cursor": "next="})]


async def test_odd_pages_of_channels_are_read_as_far_as_they_can_be_and_end(
    server: SlackServer, directory: SlackDirectory
) -> None:
    odd: list[Any] = ["C0OPS", None, {"id": 7, "name": "ops"}, {"id": "C0PAY", "name": "payments"}]
    more = Reply({"ok": True, "channels": odd, "response_metadata": {"next_cursor": "again"}})
    server.will("conversations.list", more, more, Reply({"ok": True, "response_metadata": {"next_cursor": {"a": 1}}}))
    assert await directory.channel_id("#payments") == "C0PAY"
    directory.forget_channels()
    with pytest.raises(SlackProblem):
        await directory.channel_id("#payments")
    assert len(server.asked) == 3, "the same cursor again is the end, and so is one that is none"


async def test_a_channel_that_is_not_there_is_told_with_what_to_do(
    server: SlackServer, directory: SlackDirectory
) -> None:
    server.will("conversations.list", a_page("", ops="C0OPS"))
    with pytest.raises(SlackProblem) as problem:
        await directory.channel_id("#opps")
    assert str(problem.value) == (
        "There is no public channel '#opps' in https://acme.slack.com/. Correct the policy, or write the channel's id "
        "(in Slack: the channel's details, at the bottom); private channels need the id."
    )


async def test_listing_channels_waits_as_slack_asks(
    server: SlackServer, directory: SlackDirectory, slept: list[float]
) -> None:
    wait = Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "12"})
    server.will("conversations.list", wait, a_page("", ops="C0OPS"))
    assert await directory.channel_id("#ops") == "C0OPS"
    assert slept == [12.0]


async def test_listing_channels_gives_up_in_words(server: SlackServer, directory: SlackDirectory) -> None:
    server.will("conversations.list", *[Reply("oops", 500)] * 5, no("missing_scope"))
    with pytest.raises(SlackUnreachable, match="Slack did not list its channels: Slack answered 500"):
        await directory.channel_id("#ops")
    with pytest.raises(SlackProblem, match=r"missing_scope.*channels:read"):
        await directory.channel_id("#ops")
