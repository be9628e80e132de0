"""What could not be delivered: one letter in operations, two answers, who gave them; the same by name on the host."""

from dataclasses import dataclass, field, replace

import pytest
from inline_snapshot import snapshot

from bot.core.policy import Mode, Policy
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from bot.ports.slack import Message
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.control import Verdict
from handlers.letters import USAGE, ListEffects, SettleEffect, effects_words
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import FakeChat, Posted
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening
from tests.unit.handlers.test_control import says
from tests.unit.handlers.test_deployer import automatic, doubtful

LOUD = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, announce=True))
ARCHIVED = GiveUp("Slack answers is_archived")


@dataclass(slots=True)
class Closed(FakeChat):
    """A Slack some of whose channels take no post."""

    closed: dict[str, Trouble] = field(default_factory=dict)

    async def post(
        self, channel: str, message: Message, *, thread: str | None = None, place: str | None = None
    ) -> str | Trouble:
        if channel in self.closed:
            self.calls.append(f"post to {channel}")
            return self.closed[channel]
        return await super(Closed, self).post(channel, message, thread=thread, place=place)


async def ships(opening: Opening, closed: dict[str, Trouble], policy: Policy = LOUD) -> tuple[World, Closed]:
    """Return a world in which R-1 became live while some channels were closed."""
    world = await opening(policy)
    chat = Closed(closed=closed)
    world.chat = chat
    await world.crash()
    await world.looks()
    await world.looks(a_report(1))
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    return world, chat


def letters(chat: FakeChat) -> list[Posted]:
    return [one for one in chat.in_channel("C0OPS") if "not delivered" in one.message.text.lower()]


def the_letter(chat: FakeChat) -> Posted:
    (letter,) = letters(chat)
    return letter


async def resolved(world: World) -> list[tuple[object, ...]]:
    """Return what the audit says of answers: who, about which release, what."""
    return await world.sql(
        "SELECT action, actor, surface, release, coalesce(json_extract(data, '$.detail'), json_extract(data, '$.act')) "
        "FROM audit WHERE action = 'resolved' OR action = 'refused' ORDER BY seq"
    )


async def test_an_announcement_that_could_not_be_posted_is_a_letter_and_sent_again_on_a_word(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    letter = the_letter(chat)
    assert letter.message.text == snapshot("""\
Not delivered: R-1.
What: the announcement that it is live.
Release: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production.
Why: <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: Slack answers is_archived.
Known as: effect-5.
May answer: <@U0SAM>.
Answers: Try again, Abandon.\
""")
    chat.closed.clear()
    await world.clicks("U0SAM", letter, "try_again")
    assert len(chat.in_channel("C0RELEASES")) == 1
    assert letter.message.text.splitlines()[-1] == snapshot(
        "Settled: <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>, <@U0SAM> said: try again. It is sent once more. If it did arrive the first time, it stands there twice."
    )
    assert [block["type"] for block in letter.message.blocks] == ["header", "section"]
    assert await resolved(world) == snapshot([("resolved", "sam", "button", 1, "effect-5: try again")])
    assert chat.whispers == []


async def test_one_that_fails_again_is_another_letter(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    await world.clicks("U0SAM", the_letter(chat), "try_again")
    first, second = letters(chat)
    assert first.message.text.startswith("Settled: not delivered: R-1.")
    assert second.message.text.startswith("Not delivered: R-1.")


async def test_an_abandoned_announcement_is_never_sent(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    chat.closed.clear()
    letter = the_letter(chat)
    button = letter.button("try_again")
    await world.clicks("U0SAM", letter, "abandon")
    world.passes(3600)
    await world.settle()
    assert chat.in_channel("C0RELEASES") == []
    await world.clicks("U0SAM", letter, "", handle=button)
    assert chat.whispers == snapshot(
        [
            (
                "C0OPS",
                "U0SAM",
                "Nothing was changed (effect-5): somebody has settled it already, or it was delivered meanwhile.",
            )
        ]
    )


async def test_what_a_channel_refuses_is_one_letter_and_sent_when_somebody_has_mended_that(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": GiveUp("The channel is archived.", mendable=True)})
    letter = the_letter(chat)
    world.passes(3600)
    await world.settle()
    assert chat.calls.count("post to C0RELEASES") == 2
    assert the_letter(chat) is letter
    assert letter.message.text.startswith("Not delivered: R-1.")
    chat.closed.clear()
    world.passes(3599)
    await world.settle()
    assert chat.in_channel("C0RELEASES") == []
    world.passes(1)
    await world.settle()
    (told,) = chat.in_channel("C0RELEASES")
    assert told.message.text.startswith("payments 1 is live in production")
    assert letter.message.text.splitlines()[0] == "Settled: not delivered: R-1."
    assert letter.message.text.splitlines()[-1].endswith("it was delivered after all.")


async def test_what_a_channel_refuses_for_a_day_is_given_up_until_somebody_says_so(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": GiveUp("The channel is archived.", mendable=True)})
    for _ in range(30):
        world.passes(3600)
        await world.settle()
    assert chat.calls.count("post to C0RELEASES") == 24
    assert await world.sql("SELECT state FROM effects WHERE kind = 'announce'") == [("dead",)]
    chat.closed.clear()
    await world.clicks("U0SAM", the_letter(chat), "try_again")
    assert len(chat.in_channel("C0RELEASES")) == 1


async def test_a_thread_that_was_closed_goes_on_when_it_is_open_again_and_floods_nobody(opening: Opening) -> None:
    world, chat = await opening(LOUD), Closed()
    world.chat = chat
    await world.crash()
    await world.looks()
    await world.looks(a_report(1))
    chat.closed["C0PAYMENTS"] = GiveUp("The channel is archived.", mendable=True)
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    assert letters(chat) == []
    chat.closed.clear()
    world.passes(3600)
    await world.settle()
    (notice,) = chat.in_channel("C0PAYMENTS")
    assert chat.in_thread(notice.ts)[-1].startswith("Live: payments 1 (0000001) in production.")


async def test_who_may_not_answer_is_told_so_and_nothing_changes(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    await world.clicks("U0PRIYA", the_letter(chat), "try_again")
    assert chat.whispers == snapshot(
        [
            (
                "C0OPS",
                "U0PRIYA",
                """\
Nothing was changed.
You do not have the permission `resolve`. It is held by <@U0SAM>.\
""",
            )
        ]
    )
    assert await resolved(world) == snapshot([("refused", "priya", "button", None, "effect-5: try again")])
    assert the_letter(chat).message.text.startswith("Not delivered: R-1.")
    assert chat.calls.count("post to C0RELEASES") == 1


async def test_an_announcement_whose_answer_was_lost_is_a_letter(opening: Opening) -> None:
    _, chat = await ships(opening, {"C0RELEASES": Unsure("Slack did not answer in time")})
    assert the_letter(chat).message.text.splitlines()[3] == snapshot(
        "Why: <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: Slack did not answer in time; this message is sent at most once by itself, so look before you have it sent again."
    )


async def test_a_failure_that_nobody_could_be_told_of_is_a_letter(opening: Opening) -> None:
    world = await opening(LOUD)
    world.chat = chat = Closed()
    await world.crash()
    await world.looks()
    await world.looks(a_report(1))
    chat.closed["C0PAYMENTS"] = ARCHIVED
    world.executor.says(ProgressStatus.FAILED, "out of disk")
    await world.follows()
    said = [line for one in letters(chat) for line in one.message.text.splitlines() if line.startswith("What")]
    assert said == ["What: the message that its deploy failed."]
    chat.closed.clear()
    world.passes(3600)
    await world.settle()
    assert chat.in_channel("C0PAYMENTS")[-1].message.text.startswith("Ann: the deploy of payments 1")
    assert the_letter(chat).message.text.splitlines()[-1].endswith("it was delivered after all.")


async def test_a_notice_that_could_not_be_posted_settles_its_letter_itself_when_it_can(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0PAYMENTS": ARCHIVED})
    letter = the_letter(chat)
    assert letter.message.text.splitlines()[1] == "What: its notice."
    chat.closed.clear()
    world.passes(3600)
    await world.settle()
    assert len(chat.in_channel("C0PAYMENTS")) == 1
    assert letter.message.text.splitlines()[-1] == snapshot(
        "Settled: <!date^1795266000^{date_short_pretty} {time}|2026-11-21 13:00 UTC>: it was delivered after all."
    )


async def test_a_letter_links_the_notice_as_soon_as_there_is_one(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0PAYMENTS": TryLater(60, "rate limited"), "C0RELEASES": ARCHIVED})
    release = [line for line in the_letter(chat).message.text.splitlines() if line.startswith("Release")]
    assert release == ["Release: R-1, payments 1 (0000001) to production."]
    del chat.closed["C0PAYMENTS"]
    world.passes(60)
    await world.settle()
    assert "|R-1>, payments 1 (0000001) to production." in the_letter(chat).message.text


async def test_a_notice_that_is_abandoned_waits_for_its_release(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy()))
    world.chat = chat = Closed(closed={"C0PAYMENTS": ARCHIVED})
    await world.crash()
    await world.looks()
    await world.looks(a_report(1))
    await world.clicks("U0SAM", the_letter(chat), "abandon")
    world.passes(7200)
    await world.settle()
    assert chat.calls.count("post to C0PAYMENTS") == 1
    await world.types("U0PRIYA", "approve R-1")
    assert chat.calls.count("post to C0PAYMENTS") > 1
    assert len(letters(chat)) == 1


async def test_what_concerns_the_operations_channel_itself_makes_no_letter(opening: Opening) -> None:
    _, chat = await ships(opening, {"C0OPS": ARCHIVED}, replace(LOUD, announcements="C0OPS"))
    assert [one.channel for one in chat.messages if "elivered" in one.message.text] == []


async def test_without_an_operations_channel_there_are_no_letters(opening: Opening) -> None:
    world, _ = await ships(opening, {"C0RELEASES": ARCHIVED}, replace(LOUD, operations=None))
    assert await world.sql("SELECT count(*) FROM letters") == [(0,)]


async def test_a_letter_that_cannot_be_posted_makes_no_letter(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED, "C0OPS": ARCHIVED})
    assert letters(chat) == []
    assert await world.sql("SELECT about FROM letters") == [("effect-5",)]
    chat.closed.clear()
    world.passes(3600)
    await world.settle()
    assert the_letter(chat).message.text.startswith("Not delivered: R-1.")


async def test_an_act_that_was_set_aside_is_decided_after_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.looks()
    await world.looks(a_report(1))

    def broken(*_: object) -> None:
        raise KeyError("a bug of ours")

    with monkeypatch.context() as patched:
        patched.setattr("handlers.asker.submit", broken)
        await world.types("U0PRIYA", "approve R-1")
        for tries in range(1, 7):
            world.passes(2 * tries)
            await world.settle()
    letter = the_letter(world.chat)
    assert letter.message.text == snapshot("""\
Not delivered.
What: something that somebody did in Slack.
Why: <!date^1795262430^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: our own code failed 5 times.
Known as: inbox-1.
May answer: <@U0SAM>.
Answers: Try again, Abandon.\
""")
    await world.clicks("U0SAM", letter, "try_again")
    assert await world.states() == [Lifecycle.DEPLOYING]
    assert [text.split(".")[0].split(" <")[0] for _, text in world.chat.responses] == snapshot(
        ["Something went wrong on our side, so this did not count, and nothing was changed", "You approved"]
    )


async def test_a_settled_question_says_who_answered(opening: Opening) -> None:
    world = await opening(automatic())
    question = await doubtful(world)
    await world.clicks("U0SAM", question, "did_not_run")
    assert question.message.text.splitlines()[-1] == snapshot(
        "Answer: <!date^1795262520^{date_short_pretty} {time}|2026-11-21 12:02 UTC>, <@U0SAM> said: it did not run. It counts as failed; nothing was sent again."
    )


# -- on the host -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("effects list", ListEffects()),
        ("  effects   list ", ListEffects()),
        ("effects retry effect-12", "SettleEffect(name='effect-12', answer=<Answer.TRY_AGAIN: 'try again'>)"),
        ("effects retry inbox 7", "SettleEffect(name='inbox-7', answer=<Answer.TRY_AGAIN: 'try again'>)"),
        ("effects resolve card-3 abandon", "SettleEffect(name='card-3', answer=<Answer.ABANDON: 'abandon'>)"),
        ("effects resolve effect 12 did-run", "SettleEffect(name='effect-12', answer=<Answer.DID_RUN: 'it did run'>)"),
        ("effects", USAGE),
        ("effects list all", USAGE),
        ("effects retry", USAGE),
        ("effects retry effect-0", USAGE),
        ("effects retry effect-12 now", USAGE),
        ("effects resolve effect-12", USAGE),
        ("effects resolve effect-12 maybe", USAGE),
        ("effects drop effect-12", USAGE),
        ("effectslist", None),
        ("status", None),
    ],
)
def test_what_words_about_effects_mean(words: str, wanted: object) -> None:
    understood = effects_words(words)
    assert (repr(understood) if isinstance(understood, SettleEffect) else understood) == wanted


async def test_the_host_lists_what_is_left_and_has_it_sent_again(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    listed = await says(world, "effects list")
    assert listed.text == snapshot(
        "effect-5: the announcement that it is live, R-1 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001), dead since 2026-11-21 12:00 UTC, not tried again by itself: Slack answers is_archived"
    )
    name = listed.text.split(":")[0]
    assert (await says(world, f"effects retry {name}")).verdict is Verdict.NOT_UNDERSTOOD
    assert (await says(world, f"effects retry {name}", "priya")).verdict is Verdict.NOT_DONE
    chat.closed.clear()
    reply = await says(world, f"effects retry {name}", "sam")
    assert (reply.verdict, reply.text) == (Verdict.DONE, snapshot("You said of effect-5: try again."))
    assert len(chat.in_channel("C0RELEASES")) == 1
    assert the_letter(chat).message.text.splitlines()[-1] == snapshot(
        "Settled: <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>, <@U0SAM> said: try again. It is sent once more. If it did arrive the first time, it stands there twice."
    )
    assert (await says(world, "effects list")).text == "Everything has been delivered, or waits for its first try."
    gone = await says(world, f"effects resolve {name} abandon", "sam")
    assert (gone.verdict, gone.text) == (
        Verdict.NOT_DONE,
        snapshot("Nothing was changed (effect-5): nothing of that name is undelivered."),
    )
    assert (await says(world, "effects nonsense", "sam")).text == USAGE


async def test_the_host_answers_whether_a_deploy_ran(opening: Opening) -> None:
    world = await opening(automatic())
    question = await doubtful(world)
    listed = (await says(world, "effects list")).text
    assert listed.split(" since")[0] == snapshot(
        "effect-1: its deploy, R-1 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001), unknown"
    )
    name = listed.split(":")[0]
    assert (await says(world, f"effects resolve {name} did-run", "priya")).verdict is Verdict.NOT_DONE
    assert (await says(world, f"effects resolve {name} did-run", "sam")).verdict is Verdict.DONE
    assert await world.states() == [Lifecycle.LIVE]
    assert "<@U0SAM> said: it did run" in question.message.text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("retry {}", snapshot("You said of effect-1: try again.")),
        ("resolve {} abandon", snapshot("Nothing was changed (effect-1): what it may have done is nothing to forget.")),
        ("resolve {} did-run", snapshot("Nothing was changed (effect-1): it can only be tried again or abandoned.")),
    ],
)
async def test_what_may_not_be_done_to_a_deploy_that_was_refused_or_waits(
    opening: Opening, words: str, told: str
) -> None:
    world = await opening(automatic())
    world.executor.will("start", TryLater(600, "rate limited"))
    await world.looks()
    await world.looks(a_report(1))
    name = (await says(world, "effects list")).text.split(":")[0]
    reply = await says(world, "effects " + words.format(name), "sam")
    assert (reply.text, await world.states()) == (
        told,
        [Lifecycle.OPEN if "retry" not in words else Lifecycle.DEPLOYING],
    )


async def test_a_deploy_whose_release_has_ended_is_not_tried_again(opening: Opening) -> None:
    world = await opening(automatic())
    world.executor.will("start", GiveUp("there is no environment production"))
    await world.looks()
    await world.looks(a_report(1))
    name = (await says(world, "effects list")).text.split(":")[0]
    assert (await says(world, f"effects retry {name}", "sam")).text == snapshot(
        "Nothing was changed (effect-1): its release has ended."
    )
    assert (await says(world, f"effects resolve {name} abandon", "sam")).verdict is Verdict.DONE
