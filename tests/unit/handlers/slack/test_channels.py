"""Channels by name and by id, in a policy."""

import pytest

from bot.core.policy import LaneId, Policy
from handlers.slack.channels import names_in, with_ids
from tests.factories import a_lane_policy, a_policy


def named() -> Policy:
    """Return a policy that names some of its channels and has the ids of others."""
    lanes = (a_lane_policy(channel="#payments-live"), a_lane_policy(LaneId("payments", "staging"), channel="C0STAGING"))
    return a_policy(*lanes, announcements="#releases", operations=None)


def test_every_name_is_found_once() -> None:
    assert names_in(named()) == {"#payments-live", "#releases"}
    assert names_in(a_policy()) == frozenset()


def test_names_become_ids_and_ids_stay() -> None:
    policy = with_ids(named(), {"#payments-live": "C0LIVE", "#releases": "C0RELEASES", "#other": "C0OTHER"})
    assert policy.announcements == "C0RELEASES"
    assert policy.operations is None
    assert policy.services[0].channel == "C0PAYMENTS"
    assert [lane.channel for lane in policy.services[0].lanes] == ["C0LIVE", "C0STAGING"]
    assert names_in(policy) == frozenset()


def test_a_name_without_an_id_is_an_error() -> None:
    with pytest.raises(KeyError, match="#releases"):
        with_ids(named(), {"#payments-live": "C0LIVE"})
