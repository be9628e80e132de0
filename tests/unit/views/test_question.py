"""The card about a lost request, in the operations channel."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.core.inputs import Answer
from bot.core.policy import Policy
from bot.core.release import Deployment, DeployStatus, Lifecycle, Release, StopAsked
from bot.core.target import GithubDeployment
from bot.ports.slack import Message
from bot.views.question import Said, question
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.values import IN_PRODUCTION, LINKS, PERMALINKS, POLICY, TEN, a_policy, a_release, deploying, ended

HANDLES = {act: f"h-{act}" for act in ("did_run", "did_not_run", "try_again", "abandon")}


def shown(release: Release, policy: Policy = POLICY, said: Said | None = None) -> Message:
    message = question(release, policy, LINKS, HANDLES, PERMALINKS, 3, said=said)
    check(message)
    return message


def test_asked() -> None:
    message = shown(deploying(DeployStatus.UNKNOWN))
    assert seen(message) == snapshot("""\
# Did this deploy start? payments 118 to production
*Release:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production
*What was sent:* start of the workflow .github/workflows/deploy.yml on main for commit 9f3c2ab
*When:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
*Key:* R-42-abcdefgh
*Where to look:* <https://github.example/acme/payments/actions/workflows/deploy.yml|the runs of that workflow>, for this key
*Why you are asked:* the answer was lost and the CI system does not know the key
*Until then:* nothing is sent again by itself, and the lane stays busy
*May answer:* <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>
[It did run] signoff:did_run = h-did_run
  read aloud: It did run: payments 118 to production
  asks: It did run: R-42? payments 118 to production: R-42 becomes live without another request. Only if you saw the job succeed. [It did run] [Go back]
[It did not run] signoff:did_not_run = h-did_not_run
  read aloud: It did not run: payments 118 to production
  asks: It did not run: R-42? payments 118 to production: R-42 ends as failed. Nothing is sent; a new release can be asked for. [It did not run] [Go back]
[Try again] signoff:try_again = h-try_again
  read aloud: Try again: payments 118 to production
  asks: Try again: R-42? payments 118 to production: It is looked for once more, then sent again. If it did run, it may run twice. [Try again] [Go back]
[Abandon] signoff:abandon = h-abandon
  read aloud: Abandon: payments 118 to production
  asks: Abandon: R-42? payments 118 to production: R-42 ends as failed, and the lane is free. If the job does run, nobody follows it. [Abandon] [Go back]\
""")
    assert shortened(message.text) == snapshot("""\
Did this deploy start? payments 118 (9f3c2ab) to production.
Release: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production.
What was sent: start of the workflow .github/workflows/deploy.yml on main for commit 9f3c2ab.
When: <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
Key: R-42-abcdefgh.
Where to look: <https://github.example/acme/payments/actions/workflows/deploy.yml|the runs of that workflow>, for this key.
Why you are asked: the answer was lost and the CI system does not know the key.
Until then: nothing is sent again by itself, and the lane stays busy.
May answer: <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
Answers: It did run, It did not run, Try again, Abandon.\
""")


def test_who_is_asked_reads_that_somebody_wants_it_to_end() -> None:
    deployment = Deployment(DeployStatus.UNKNOWN, TEN, stop=StopAsked("priya", TEN))
    message = shown(a_release(state=Lifecycle.DEPLOYING, deployment=deployment))
    assert [line for line in seen(message).splitlines() if line.startswith("*Cancel:*")] == [
        "*Cancel:* asked for by <@U0PRIYA> <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>; the CI system was not asked, as it is not known which job it is: please end it there should it run"
    ]


def test_asked_about_a_deployment_where_nobody_may_answer() -> None:
    target = replace(IN_PRODUCTION, target=GithubDeployment("production"))
    message = shown(deploying(DeployStatus.UNKNOWN, policy=target), a_policy(permissions=()))
    assert seen(message).partition("[")[0] == snapshot("""\
# Did this deploy start? payments 118 to production
*Release:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production
*What was sent:* a deployment of commit 9f3c2ab to the environment production
*When:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
*Key:* R-42-abcdefgh
*Where to look:* <https://github.example/acme/payments/deployments|the deployments of that repository>, for this key
*Why you are asked:* the answer was lost and the CI system does not know the key
*Until then:* nothing is sent again by itself, and the lane stays busy
*May answer:* nobody yet (the policy file gives `resolve` to no one)
""")


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (Answer.DID_RUN, "*Answer:* <@U0ALEX> said: it did run. It counts as live; nothing was sent again"),
        (Answer.DID_NOT_RUN, "*Answer:* <@U0ALEX> said: it did not run. It counts as failed; nothing was sent again"),
        (Answer.TRY_AGAIN, "*Answer:* <@U0ALEX> said: try again. It is looked for once more, then sent again"),
        (Answer.ABANDON, "*Answer:* <@U0ALEX> said: abandon. It counts as failed, and the lane is free"),
    ],
)
def test_answered(answer: Answer, line: str) -> None:
    said = Said("alex", answer, TEN)
    when = "<!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>"
    shows = seen(shown(deploying(DeployStatus.ATTEMPTED), said=said)).splitlines()[-1]
    assert shows == line.replace("<@", f"{when}, <@")


def test_settled_by_the_ci_system() -> None:
    assert seen(shown(deploying(DeployStatus.ACCEPTED))) == snapshot("""\
# Settled: did this deploy start? payments 118 to production
*Release:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production
*What was sent:* start of the workflow .github/workflows/deploy.yml on main for commit 9f3c2ab
*When:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
*Key:* R-42-abcdefgh
*Where to look:* <https://github.example/acme/payments/actions/workflows/deploy.yml|the runs of that workflow>, for this key
*Settled:* the release is on its way; its thread says how it came to that\
""")


def test_settled_by_an_ending() -> None:
    lines = seen(shown(ended(Lifecycle.LIVE))).splitlines()
    assert lines[-1] == "*Settled:* the release is live; its thread says how it came to that"


def test_an_act_without_a_handle_has_no_button() -> None:
    message = question(deploying(DeployStatus.UNKNOWN), POLICY, LINKS, {}, PERMALINKS, 1)
    assert [block["type"] for block in message.blocks] == ["header", "section"]


def test_a_release_that_was_never_sent_is_settled() -> None:
    assert seen(shown(a_release(state=Lifecycle.DEPLOYING))).startswith(
        "# Settled: did this deploy start? payments 118"
    )
