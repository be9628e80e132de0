"""The thread of a card: one line for everything that happened."""

import pytest
from inline_snapshot import snapshot

from bot.core.effects import Happened, Happening
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.views.thread import line
from tests.unit.views.reading import check, seen
from tests.unit.views.values import (
    IN_STAGING,
    JOB,
    SAM,
    STAGING,
    a_build,
    a_lane,
    a_policy,
    a_release,
    a_scene,
    a_yes,
    deploying,
    ended,
)

BY_SAM = a_build(authors=(SAM,))


def said(happening: Happening, release: Release) -> str:
    message = line(happening, release, a_lane(release), a_scene())
    assert message is not None
    check(message)
    assert message.text == seen(message)
    return message.text


def test_the_whole_log_of_a_release() -> None:
    approved = a_release(approvals=(a_yes(),))
    running = deploying(DeployStatus.RUNNING)
    log = [
        said(Happening(Happened.APPROVED, 42, "priya"), approved),
        said(Happening(Happened.WITHDRAWN, 42, "priya"), a_release()),
        said(Happening(Happened.REJECTED, 42, "priya", "It rounds up.\n\nAsk <!channel>"), a_release(build=BY_SAM)),
        said(Happening(Happened.CANCELLED, 42, "kim"), a_release()),
        said(Happening(Happened.EXPIRED, 42), ended(Lifecycle.EXPIRED)),
        said(Happening(Happened.SUPERSEDED, 42, other=43), ended(Lifecycle.SUPERSEDED, superseded_by=43)),
        said(Happening(Happened.REBUILT, 42, detail="run 2.2"), a_release(generation=2)),
        said(Happening(Happened.BUILD_BROKE, 42, url=JOB), a_release(build=BY_SAM)),
        said(Happening(Happened.DEPLOY_ATTEMPTED, 42), running),
        said(Happening(Happened.DEPLOY_ACCEPTED, 42, detail="9", url=JOB), running),
        said(Happening(Happened.DEPLOY_RUNNING, 42, url=JOB), running),
        said(Happening(Happened.ASKED_TO_STOP, 42, "alex"), running),
        said(Happening(Happened.DEPLOY_LOST, 42), deploying(DeployStatus.UNKNOWN)),
        said(Happening(Happened.RESOLVED, 42, "alex", "it did run"), running),
        said(Happening(Happened.LIVE, 42, "alex", "somebody looked and says that it ran"), ended(Lifecycle.LIVE)),
        said(Happening(Happened.LIVE, 42, detail="success", url=JOB), ended(Lifecycle.LIVE)),
        said(Happening(Happened.FAILED, 42, detail="exit status 3", url=JOB), ended(Lifecycle.FAILED)),
    ]
    assert "\n---\n".join(log) == snapshot("""\
Approved by <@U0PRIYA> (1 of 1 of qa).
---
<@U0PRIYA> withdrew their approval (0 of 1 of qa).
---
Rejected by <@U0PRIYA>. For the authors, <@U0SAM>:
> It rounds up.
> Ask &lt;!channel&gt;
---
Cancelled by kim. Nothing was deployed.
---
Expired: not all approvals came in time. A timeout is not a rejection, nobody said no. To ask again: `/deploy payments 118 to production`
---
Superseded by <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, which carries a newer build. Nothing failed; please look there.
---
Rebuilt: the same commit now ships another artifact. Former approvals do not count; please look again.
---
The build broke: a pipeline of this commit no longer succeeds. Authors: <@U0SAM>.
---
Asking the CI system to deploy payments 118 (9f3c2ab) to production.
---
The CI system accepted the deploy. <https://github.example/acme/payments/actions/runs/9|Open the deploy job>.
---
The deploy job runs. <https://github.example/acme/payments/actions/runs/9|Open the deploy job>.
---
<@U0ALEX> cancels the deploy: the CI system is asked to end its job, and how that ends is what counts.
---
Nobody can tell whether the deploy started: the answer was lost and the CI system does not know the request. Nothing is sent again by itself; somebody is asked in <#C0OPS>.
---
<@U0ALEX> looked and answers: it did run.
---
Live: payments 118 (9f3c2ab) in production. <@U0ALEX> looked and says that it ran.
---
Live: payments 118 (9f3c2ab) in production. <https://github.example/acme/payments/actions/runs/9|Open the deploy job>.
---
The deploy failed: exit status 3. <https://github.example/acme/payments/actions/runs/9|Open the deploy job>.\
""")


def test_a_deploy_that_could_not_be_handed_over() -> None:
    assert said(Happening(Happened.DEPLOY_PUT_OFF, 42, detail="no route to <!here>"), a_release()) == (
        "The deploy could not be handed over yet: no route to &lt;!here&gt;. Nothing was sent; it is tried again by itself."
    )


def test_lines_that_miss_something_are_still_sentences() -> None:
    staging = a_release(lane=STAGING, policy=IN_STAGING)
    log = [
        said(Happening(Happened.APPROVED, 42), staging),
        said(Happening(Happened.WITHDRAWN, 42, "U0ELSE"), staging),
        said(Happening(Happened.REJECTED, 42), staging),
        said(Happening(Happened.SUPERSEDED, 42), staging),
        said(Happening(Happened.FAILED, 42, url="https://evil.example/x"), staging),
    ]
    assert "\n---\n".join(log) == snapshot("""\
Approved by Somebody (0 of 1 of qa).
---
<@U0ELSE> withdrew their approval (0 of 1 of qa).
---
Rejected by Somebody. For the authors, Ann:
> (no reason stored)
---
Superseded by a newer release, which carries a newer build. Nothing failed; please look there.
---
The deploy failed: no reason was told.\
""")


def test_a_lost_request_without_an_operations_channel() -> None:
    release = deploying(DeployStatus.UNKNOWN)
    message = line(Happening(Happened.DEPLOY_LOST, 42), release, a_lane(release), a_scene(a_policy(operations=None)))
    assert message is not None
    assert message.text.endswith("somebody is asked in the operations channel.")


@pytest.mark.parametrize("kind", [Happened.OPENED, Happened.ADOPTED])
def test_the_card_itself_says_that_it_was_opened(kind: Happened) -> None:
    assert line(Happening(kind, 42), a_release(), a_lane(), a_scene()) is None


def test_what_was_cancelled_by_nobody_says_why() -> None:
    assert said(Happening(Happened.CANCELLED, 42, detail="its build was rebuilt"), a_release()) == snapshot(
        "Cancelled: its build was rebuilt. Nothing was deployed."
    )
