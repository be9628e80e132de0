"""Chat: what a post, an edit, a word in private come to, and which trouble leaves something behind."""

from typing import Any

import pytest

from bot.ports.slack import Gone, HomeDiffers, Message
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from simulation.network import Mishap
from tests.contract.slack_stages import ALL, CHANNEL, REAL, Stage, Way, in_process, over_http, play

HELLO = Message("Hello.")
BYE = Message("Bye.", ({"type": "section", "text": {"type": "mrkdwn", "text": "*Bye*"}},))
ways = pytest.mark.parametrize("way", ALL, ids=lambda way: way.__name__)
real = pytest.mark.parametrize("way", REAL, ids=lambda way: way.__name__)


def shape(ended: object) -> object:
    """Return what a call came to, without the words."""
    if isinstance(ended, TryLater):
        return f"try later, after {ended.after}"
    return type(ended).__name__ if isinstance(ended, Unsure | GiveUp) else ended


@ways
def test_a_post_is_there_under_its_ts_and_can_be_replaced(way: Way) -> None:
    async def story(stage: Stage) -> None:
        first, second = await stage.chat.post(CHANNEL, HELLO), await stage.chat.post(CHANNEL, HELLO)
        assert isinstance(first, str)
        assert isinstance(second, str)
        assert first < second
        assert await stage.chat.update(CHANNEL, first, BYE) is None
        assert await stage.chat.update(CHANNEL, first, BYE) is None
        assert stage.channel() == [["Hello.", "Bye.", "Bye."], ["Hello."]]

    play(way, story)


@ways
def test_a_line_in_a_thread_is_no_message_of_its_own_kind(way: Way) -> None:
    async def story(stage: Stage) -> None:
        first = await stage.chat.post(CHANNEL, HELLO)
        assert isinstance(first, str)
        assert isinstance(await stage.chat.post(CHANNEL, BYE, thread=first), str)
        assert stage.channel() == [["Hello."], ["Bye."]]

    play(way, story)


@ways
def test_what_is_not_there_cannot_be_replaced(way: Way) -> None:
    async def story(stage: Stage) -> Trouble | Gone | None:
        return await stage.chat.update(CHANNEL, "1.000001", BYE)

    assert play(way, story) == Gone(
        "Slack refused to edit a message in C0OPEN (message_not_found). The message was deleted in Slack."
    )


@ways
def test_a_whisper_and_a_response_are_for_one_person(way: Way) -> None:
    async def story(stage: Stage) -> None:
        assert await stage.chat.whisper(CHANNEL, "U0PRIYA", HELLO) is None
        assert await stage.chat.respond(stage.response_url("U0PRIYA"), BYE) is None
        assert stage.private("U0PRIYA") == ["Hello.", "Bye."]
        assert (stage.private("U0AWAY"), stage.channel()) == ([], [])

    play(way, story)


@ways
def test_whoever_is_not_in_the_channel_is_told_all_the_same(way: Way) -> None:
    async def story(stage: Stage) -> None:
        assert await stage.chat.whisper(CHANNEL, "U0AWAY", HELLO) is None
        assert isinstance(await stage.chat.post("U0AWAY", BYE), str)
        assert stage.private("U0AWAY") == ["Hello.", "Bye."]

    play(way, story)


@ways
@pytest.mark.parametrize(
    ("mishap", "ended", "copies"),
    [
        (Mishap.REFUSED, "try later, after 1.0", 0),
        (Mishap.LIMITED, "try later, after 7.0", 0),
        (Mishap.LOST_BEFORE, "Unsure", 0),
        (Mishap.SILENT, "Unsure", 0),
        (Mishap.ERROR, "Unsure", 0),
        (Mishap.LOST_AFTER, "Unsure", 1),
    ],
)
def test_a_post_in_trouble_leaves_a_copy_or_none(way: Way, mishap: Mishap, ended: str, copies: int) -> None:
    async def story(stage: Stage) -> tuple[object, int]:
        stage.will("chat.postMessage", mishap)
        return shape(await stage.chat.post(CHANNEL, HELLO)), len(stage.channel())

    assert play(way, story) == (ended, copies)


@ways
@pytest.mark.parametrize(
    ("mishap", "ended", "versions"),
    [
        (Mishap.REFUSED, "try later, after 1.0", 1),
        (Mishap.LIMITED, "try later, after 7.0", 1),
        (Mishap.LOST_BEFORE, "Unsure", 1),
        (Mishap.SILENT, "Unsure", 1),
        (Mishap.ERROR, "Unsure", 1),
        (Mishap.LOST_AFTER, "Unsure", 2),
    ],
)
def test_an_edit_in_trouble_says_whether_it_may_arrive_yet(way: Way, mishap: Mishap, ended: str, versions: int) -> None:
    async def story(stage: Stage) -> tuple[object, int]:
        posted = await stage.chat.post(CHANNEL, HELLO)
        assert isinstance(posted, str)
        stage.will("chat.update", mishap)
        return shape(await stage.chat.update(CHANNEL, posted, BYE)), len(stage.channel()[0])

    assert play(way, story) == (ended, versions)


@ways
@pytest.mark.parametrize(
    ("mishap", "ended", "told"),
    [
        (Mishap.LIMITED, "try later, after 7.0", []),
        (Mishap.LOST_BEFORE, "Unsure", []),
        (Mishap.LOST_AFTER, "Unsure", ["Hello."]),
    ],
)
def test_a_word_in_private_that_was_lost_is_not_said_twice(
    way: Way, mishap: Mishap, ended: str, told: list[str]
) -> None:
    async def whispered(stage: Stage) -> tuple[object, list[str]]:
        stage.will("chat.postEphemeral", mishap)
        return shape(await stage.chat.whisper(CHANNEL, "U0PRIYA", HELLO)), stage.private("U0PRIYA")

    async def responded(stage: Stage) -> tuple[object, list[str]]:
        stage.will("response_url", mishap)
        return shape(await stage.chat.respond(stage.response_url("U0PRIYA"), HELLO)), stage.private("U0PRIYA")

    assert (play(way, whispered), play(way, responded)) == ((ended, told), (ended, told))


@real
def test_a_response_url_works_five_times(way: Way) -> None:
    async def story(stage: Stage) -> list[Trouble | None]:
        url = stage.response_url("U0PRIYA")
        return [await stage.chat.respond(url, HELLO) for _ in range(6)]

    used_up = GiveUp("The response_url no longer works (404): it lives 30 minutes, for 5 answers.")
    assert play(way, story) == [None] * 5 + [used_up]


@real
def test_a_channel_takes_so_many_messages_a_second(way: Way) -> None:
    async def story(stage: Stage) -> list[object]:
        return [shape(await stage.chat.post(CHANNEL, HELLO)) for _ in range(4)][3:]

    assert play(way, story) == ["try later, after 1.0"]


@real
def test_what_slack_does_not_take_is_given_up(way: Way) -> None:
    async def story(stage: Stage) -> object:
        return await stage.chat.post(CHANNEL, Message("Hello.", ({"type": "shout"},)))

    assert play(way, story) == GiveUp(
        "Slack refused to post in C0OPEN (invalid_blocks). Please report it; Slack does not take this message."
    )


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "chat.postEphemeral"])
@pytest.mark.parametrize(
    "mishap", [Mishap.LIMITED, Mishap.LOST_BEFORE, Mishap.LOST_AFTER, Mishap.SILENT, Mishap.REFUSED]
)
def test_over_http_and_in_process_trouble_has_the_same_words(method: str, mishap: Mishap) -> None:
    async def story(stage: Stage) -> object:
        posted = await stage.chat.post(CHANNEL, HELLO)
        assert isinstance(posted, str)
        stage.will(method, mishap)
        match method:
            case "chat.postMessage":
                return await stage.chat.post(CHANNEL, HELLO)
            case "chat.update":
                return await stage.chat.update(CHANNEL, posted, BYE)
            case _:
                return await stage.chat.whisper(CHANNEL, "U0PRIYA", HELLO)

    assert play(in_process, story) == play(over_http, story)


def a_home(name: str) -> dict[str, Any]:
    """Return a home of one block, with this id."""
    text = {"type": "mrkdwn", "text": "Nothing waits for you."}
    return {"type": "home", "blocks": [{"type": "section", "block_id": name, "text": text}]}


@ways
def test_a_home_is_published_over_the_version_that_is_known(way: Way) -> None:
    async def story(stage: Stage) -> None:
        first = await stage.chat.publish_home("U0PRIYA", a_home("first"), None)
        assert isinstance(first, str)
        second = await stage.chat.publish_home("U0PRIYA", a_home("second"), first)
        assert isinstance(second, str)
        assert first != second
        assert await stage.chat.publish_home("U0PRIYA", a_home("late"), first) == HomeDiffers()
        assert (stage.home("U0PRIYA"), stage.home("U0AWAY")) == (["second"], [])
        assert isinstance(await stage.chat.publish_home("U0PRIYA", a_home("anyway"), None), str)
        assert stage.home("U0PRIYA") == ["anyway"]
        assert stage.channel() == []

    play(way, story)


@ways
def test_a_home_of_which_slack_has_nothing_is_not_the_known_version(way: Way) -> None:
    async def story(stage: Stage) -> tuple[object, list[str]]:
        return await stage.chat.publish_home("U0PRIYA", a_home("first"), "1.abc"), stage.home("U0PRIYA")

    assert play(way, story) == (HomeDiffers(), [])


@ways
@pytest.mark.parametrize(
    ("mishap", "ended", "shown"),
    [
        (Mishap.REFUSED, "try later, after 1.0", []),
        (Mishap.LIMITED, "try later, after 7.0", []),
        (Mishap.LOST_BEFORE, "Unsure", []),
        (Mishap.SILENT, "Unsure", []),
        (Mishap.ERROR, "Unsure", []),
        (Mishap.LOST_AFTER, "Unsure", ["first"]),
    ],
)
def test_a_home_in_trouble_says_whether_it_may_be_shown(way: Way, mishap: Mishap, ended: str, shown: list[str]) -> None:
    async def story(stage: Stage) -> tuple[object, list[str]]:
        stage.will("views.publish", mishap)
        return shape(await stage.chat.publish_home("U0PRIYA", a_home("first"), None)), stage.home("U0PRIYA")

    assert play(way, story) == (ended, shown)


@real
def test_there_is_no_home_for_whoever_is_not_there(way: Way) -> None:
    async def story(stage: Stage) -> object:
        return await stage.chat.publish_home("U0NOBODY", a_home("first"), None)

    assert play(way, story) == GiveUp(
        "Slack refused to show an App Home (invalid_arguments). "
        "See https://docs.slack.dev/reference/methods for what it means."
    )
