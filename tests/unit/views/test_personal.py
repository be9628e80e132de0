"""What somebody is told personally, message by message."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.core.lane import Live
from bot.core.personal import Concern, Ending, Theirs
from bot.core.policy import Kind, Person
from bot.core.release import Lifecycle, Release
from bot.views.personal import muted_now, tell_author, unmuted_now
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.test_hostile import HOSTILE, hostile_releases
from tests.unit.views.values import NINE, POLICY, a_build, a_scene, ended

ANN = Person("ann", "U0ANN", "1004")
REFUNDS = Theirs(a_build().sha, "Add the refund endpoint")
ROUNDING = Theirs("1" * 40, "fix: round down <!channel>")


def one(*commits: Theirs) -> Concern:
    return Concern(ANN, commits)


def test_live() -> None:
    message = tell_author(ended(Lifecycle.LIVE), Ending.LIVE, one(REFUNDS, ROUNDING), a_scene())
    check(message)
    assert seen(message) == snapshot("""\
Your changes are live: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) in production.
• <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
• <https://github.example/acme/payments/commit/1111111..|1111111> fix: round down &lt;!channel&gt;
There is nothing to do. `/deploy status payments production` shows what is live.
[Mute these messages] signoff:mute = mute
  read aloud: Mute what Signoff tells you personally\
""")
    assert shortened(message.text) == snapshot("""\
Your changes are live: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) in production.
• <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
• <https://github.example/acme/payments/commit/1111111..|1111111> fix: round down &lt;!channel&gt;
There is nothing to do. `/deploy status payments production` shows what is live.\
""")


def test_what_is_told_late_says_what_is_live_by_now() -> None:
    newer = Live("3" * 40, "119 <!here>", NINE)
    message = tell_author(ended(Lifecycle.LIVE), Ending.LIVE, one(REFUNDS), a_scene(), by_now=newer)
    check(message)
    assert seen(message) == snapshot("""\
Your change became live: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) in production. By now, 119 &lt;!here&gt; (3333333) is live there.
• <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
There is nothing to do. `/deploy status payments production` shows what is live.
[Mute these messages] signoff:mute = mute
  read aloud: Mute what Signoff tells you personally\
""")


def test_rejected() -> None:
    release = ended(Lifecycle.REJECTED)
    message = tell_author(release, Ending.REJECTED, one(REFUNDS), a_scene(), by="priya", why="the migration locks")
    check(message)
    assert seen(message) == snapshot("""\
Your change was rejected: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, by <@U0PRIYA>: “the migration locks”. Nothing was deployed.
• <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
Its thread says who said what. A newer build is asked for anew, with your change in it.
[Mute these messages] signoff:mute = mute
  read aloud: Mute what Signoff tells you personally\
""")


def test_rolled_back() -> None:
    release = ended(Lifecycle.ROLLED_BACK)
    message = tell_author(release, Ending.ROLLED_BACK, one(REFUNDS), a_scene(), by="sam", why="it loses money")
    check(message)
    assert seen(message) == snapshot("""\
Your change was rolled back: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) in production, by <@U0SAM>: “it loses money”.
• <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
Please look into it with them; `/deploy why payments production` tells what waits now.
[Mute these messages] signoff:mute = mute
  read aloud: Mute what Signoff tells you personally\
""")


@pytest.mark.parametrize("ending", list(Ending))
def test_whoever_asked_for_it_is_told_without_commits(ending: Ending) -> None:
    message = tell_author(ended(Lifecycle.LIVE, kind=Kind.HOTFIX), ending, one(), a_scene())
    check(message)
    assert (
        message.text.splitlines()[0]
        == {
            Ending.LIVE: snapshot(
                "What you asked for is live: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) in production (HOTFIX)."
            ),
            Ending.REJECTED: snapshot(
                "What you asked for was rejected: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production (HOTFIX). Nothing was deployed."
            ),
            Ending.ROLLED_BACK: snapshot(
                "What you asked for was rolled back: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) in production (HOTFIX)."
            ),
        }[ending]
    )


def test_of_many_commits_the_first_are_named() -> None:
    commits = tuple(Theirs(f"{number:07x}" + "0" * 33, f"Change {number}") for number in range(12))
    message = tell_author(ended(Lifecycle.LIVE), Ending.LIVE, one(*commits), a_scene())
    check(message)
    lines = message.text.splitlines()
    assert lines[10].endswith("Change 9")
    assert lines[11:] == ["and 2 more of yours", lines[-1]]


def test_muted_and_unmuted() -> None:
    assert seen(muted_now(POLICY)) == snapshot("""\
Muted: Signoff no longer tells you personally when your changes are live, rejected or rolled back, nor when approvals have been missing for long.
A deploy that fails still mentions you in its channel, and `/deploy status` always tells.
[Unmute] signoff:mute = unmute
  read aloud: Unmute what Signoff tells you personally\
""")
    assert seen(unmuted_now()) == snapshot("""\
Unmuted: Signoff tells you personally when your changes are live, rejected or rolled back, and when approvals have been missing for long and you could help.
[Mute these messages] signoff:mute = mute
  read aloud: Mute what Signoff tells you personally\
""")
    check(muted_now(POLICY))
    check(unmuted_now())


@settings(max_examples=60)
@given(hostile_releases(), st.sampled_from(Ending), HOSTILE, HOSTILE, HOSTILE)
def test_hostile_text_does_nothing(release: Release, ending: Ending, title: str, why: str, by: str) -> None:
    concern = one(*(Theirs(a_build().sha, title) for _ in range(14)))
    check(tell_author(release, ending, concern, a_scene(), by=by, why=why))
