"""Private answers to buttons that no longer apply: what is so now, and where to go on."""

import pytest
from inline_snapshot import snapshot

from bot.core.release import Lifecycle, Release
from bot.ports.slack import Message
from bot.views import answers, done
from tests.unit.views.reading import check, seen
from tests.unit.views.values import PERMALINKS, POLICY, a_release, ended


def read(message: Message) -> str:
    """Return what somebody is told."""
    check(message)
    return seen(message)


@pytest.mark.parametrize(
    ("release", "act", "says"),
    [
        (
            a_release(),
            "schedule",
            snapshot(
                "<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has changed since: please look at its card again, then decide."
            ),
        ),
        (
            ended(Lifecycle.SUPERSEDED, superseded_by=43),
            "hold",
            snapshot(
                "<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, was superseded by <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, which carries a newer build. Please decide there."
            ),
        ),
        (
            ended(Lifecycle.EXPIRED),
            "schedule",
            snapshot(
                "There is nothing to schedule here any more: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has expired. `/deploy status payments production` shows what is live and what waits there."
            ),
        ),
        (
            ended(Lifecycle.LIVE),
            "hold",
            snapshot(
                "There is nothing to hold here any more: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, is live already. `/deploy hold payments production REASON` holds it."
            ),
        ),
    ],
)
def test_a_form_that_has_nothing_to_do(release: Release, act: str, says: str) -> None:
    assert read(answers.nothing_to_do(release, act, POLICY, PERMALINKS)) == says


def test_a_way_back_that_leads_elsewhere_by_now() -> None:
    assert read(done.no_way_back(ended(Lifecycle.LIVE), POLICY, PERMALINKS)) == snapshot(
        "What is live or under way in payments in production has changed since that button of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, was shown, so nothing was started. `/deploy status payments production` shows what is live; to go back to a build of your choice: `/deploy rollback payments to VERSION in production REASON`."
    )


def test_what_did_not_fail_is_not_marked_as_done() -> None:
    assert read(done.not_failed(ended(Lifecycle.LIVE), PERMALINKS)) == snapshot(
        "There is nothing to mark as done any more: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, is live already."
    )


def test_what_waits_for_no_time_goes_on_as_it_does() -> None:
    assert read(done.not_scheduled(a_release(), PERMALINKS)) == snapshot(
        "<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, waits for no time any more, so nothing was changed: it ships as soon as nothing is in its way."
    )
