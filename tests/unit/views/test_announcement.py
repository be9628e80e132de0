"""What people outside the team read: changes by kind, in our own words or in those of the service's template."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.core.changelog import Comparison, Relation
from bot.core.lane import Live
from bot.core.policy import Policy
from bot.core.release import Lifecycle, Release
from bot.core.speaking import Announcement
from bot.ports.slack import Message
from bot.views.announcement import announce, written
from bot.views.scene import Scene
from tests.unit.views.compared import REMOVED, SPAN, compared, many
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.test_hostile import EVIL, HOSTILE, hostile_releases
from tests.unit.views.values import LIVE, POLICY, a_scene, a_yes, ended

RELEASE = ended(Lifecycle.LIVE, approvals=(a_yes(),))


def templated(template: str | None, policy: Policy = POLICY) -> Policy:
    """Return the policy with a template in every lane."""
    service = policy.services[0]
    lanes = tuple(replace(lane, announcement=Announcement(template)) for lane in service.lanes)
    return replace(policy, services=(replace(service, lanes=lanes), *policy.services[1:]))


def told(
    known: Comparison | None = None, template: str | None = None, release: Release = RELEASE, before: Live | None = LIVE
) -> Message:
    policy = templated(template)
    scene = replace(a_scene(policy), compared={known.span: known} if known else {})
    message = announce(release, scene, before)
    check(message)
    return message


NEWER = Live("3" * 40, "119 <!here>", LIVE.since)


def test_what_is_told_late_is_not_said_to_be_live() -> None:
    message = announce(RELEASE, a_scene(), LIVE, NEWER)
    check(message)
    assert seen(message) == snapshot("""\
This comes late: by now, *payments 119 &lt;!here&gt; (3333333)* is live in *production*.
*payments 118* became live in *production*
*What changed:* Add the refund endpoint
*By:* Ann
*Before:* 117 (1a2b3c4); <https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|all changes since>
*Approved by:* <@U0PRIYA>\
""")
    assert message.text.splitlines()[:2] == snapshot(
        [
            "This comes late: by now, payments 119 &lt;!here&gt; (3333333) is live in production.",
            "payments 118 became live in production",
        ]
    )
    template = announce(RELEASE, a_scene(templated("{version} is out")), LIVE, NEWER)
    check(template)
    assert seen(template) == snapshot("""\
This comes late: by now, *payments 119 &lt;!here&gt; (3333333)* is live in *production*.
118 is out\
""")
    assert seen(written("It is live!", RELEASE, NEWER)) == snapshot("""\
This comes late: by now, *payments 119 &lt;!here&gt; (3333333)* is live in *production*.
It is live!\
""")
    assert seen(written("It is live!", RELEASE)) == "It is live!"


def test_changes_are_told_by_kind() -> None:
    message = told(compared())
    assert seen(message) == snapshot("""\
*payments 118* is live in *production*
*Features:* 1
• Add the refund endpoint
*Fixes:* 1
• Round down
*Other:* 1
• Tidy up
*By:* Ann, <@U0SAM>, <@U0PRIYA>
*Before:* 117 (1a2b3c4); <https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|all changes since>
*Approved by:* <@U0PRIYA>\
""")
    assert shortened(message.text) == snapshot("""\
payments 118 is live in production
Features: 1
• Add the refund endpoint
Fixes: 1
• Round down
Other: 1
• Tidy up
By: Ann, <@U0SAM>, <@U0PRIYA>
Before: 117 (1a2b3c4); <https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|all changes since>
Approved by: <@U0PRIYA>\
""")


def test_what_is_taken_back_is_told_too() -> None:
    assert seen(told(compared(Relation.DIVERGED, removed=REMOVED))) == snapshot("""\
*payments 118* is live in *production*
*Features:* 1
• Add the refund endpoint
*Fixes:* 1
• Round down
*Other:* 1
• Tidy up
*Also taken back:* 1
• Stop charging twice
*By:* Ann, <@U0SAM>, <@U0PRIYA>
*Before:* 117 (1a2b3c4); <https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|all changes since>
*Approved by:* <@U0PRIYA>\
""")


def test_many_changes_are_counted() -> None:
    lines = told(compared(added=many(30), added_total=30)).text.splitlines()
    assert lines[1:3] + lines[20:24] == snapshot(
        ["Fixes: 30", "• Number 1", "• Number 19", "• Number 20", "• and 10 more", "By: Ann"]
    )


def test_nothing_that_concerns_the_service() -> None:
    nothing = compared(added=(), added_total=0, files=())
    assert seen(told(nothing)).splitlines()[1:3] == snapshot(
        ["*What changed:* nothing that concerns this service", "*By:* Ann"]
    )


def test_the_same_commit_again() -> None:
    again = replace(LIVE, sha=RELEASE.build.sha)
    assert seen(told(before=again)).splitlines()[1] == snapshot(
        "*What changed:* nothing: the same commit was live before"
    )


def test_a_template_says_it_in_the_services_words() -> None:
    template = (
        "*{service} {version}* is out in {environment}!\n\nWhat is new:\n{changes}\nThanks to {authors}. ({release})"
    )
    message = told(compared(), template)
    assert seen(message) == snapshot("""\
*payments 118* is out in production!

What is new:
*Features:* 1
• Add the refund endpoint
*Fixes:* 1
• Round down
*Other:* 1
• Tidy up
Thanks to Ann, <@U0SAM>, <@U0PRIYA>. (R-42)\
""")
    assert shortened(message.text) == snapshot("""\
payments 118 is out in production!

What is new:
Features: 1
• Add the refund endpoint
Fixes: 1
• Round down
Other: 1
• Tidy up
Thanks to Ann, <@U0SAM>, <@U0PRIYA>. (R-42)\
""")


def test_a_template_before_anything_is_compared_tells_the_commit() -> None:
    assert seen(told(None, "{service} is new: {changes}, enjoy {sha}")) == snapshot("""\
payments is new:
*What changed:* Add the refund endpoint
, enjoy 9f3c2ab..\
""")


def test_changes_alone_and_twice() -> None:
    lines = told(None, "{changes}{changes}").text.splitlines()
    assert lines == ["What changed: Add the refund endpoint"] * 2


def test_a_template_mentions_and_links_nobody() -> None:
    assert seen(told(None, "<!channel> <https://evil.example|{service}> `{version}` @here {")) == snapshot(
        "&lt;!channel&gt; &lt;https://evil.example|payments&gt; '118' @here {"
    )


def test_the_lanes_own_template_counts_where_the_policy_has_forgotten_the_lane() -> None:
    own = replace(RELEASE, policy=replace(RELEASE.policy, announcement=Announcement("old {service}")))
    scene = a_scene(replace(POLICY, services=()))
    assert announce(own, scene).text == "old payments"
    assert told(None, "new {service}", own).text == "new payments"


def test_what_somebody_has_written_is_shown_and_does_nothing() -> None:
    message = written("*We* ship <!channel> & <@U0EVIL>\n\n• refunds\n  • <https://evil.example|free>")
    check(message)
    assert seen(message) == snapshot("""\
*We* ship &lt;!channel&gt; &amp; &lt;@U0EVIL&gt;

• refunds
• &lt;https://evil.example|free&gt;\
""")
    assert message.text == snapshot("""\
We ship &lt;!channel&gt; &amp; &lt;@U0EVIL&gt;

• refunds
• &lt;https://evil.example|free&gt;\
""")


VALUE = st.sampled_from(["{version}", "{changes}", "{sha}", "{authors}", "{release}", "{{service}}", "{nothing}"])


@settings(max_examples=60)
@given(hostile_releases(), st.lists(st.one_of(HOSTILE, VALUE), max_size=6).map("".join), HOSTILE)
def test_hostile_text_does_nothing_in_a_template(release: Release, template: str, title: str) -> None:
    lane = replace(release.policy, announcement=Announcement(template))
    known = compared(added=tuple(replace(one, title=title, pull=None) for one in many(25)))
    span = replace(SPAN, service=release.lane.service)
    scene: Scene = replace(a_scene(replace(POLICY, services=())), compared={span: replace(known, span=span)})
    if any(char.isprintable() and not char.isspace() for char in template):
        check(announce(replace(release, policy=lane), scene, LIVE))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(HOSTILE, st.sampled_from(EVIL)), min_size=1, max_size=8).map("\n".join))
def test_hostile_text_that_somebody_wrote_does_nothing(text: str) -> None:
    check(written(f"read this\n{text}"))


@pytest.mark.parametrize("nothing", ["", " \n ", "\u200b", "*", "**\n\u2060"])
def test_an_announcement_in_which_nothing_can_be_seen_says_so(nothing: str) -> None:
    for message in (written(nothing), told(template=nothing)):
        check(message)
        assert (message.text, seen(message)) == ("(no text)", "(no text)")
