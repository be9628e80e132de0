"""When time alone changes a release."""

from datetime import timedelta

import pytest

from bot.core.due import due_at
from bot.core.release import Approval, Deployment, DeployStatus, Lifecycle, Surface, Verdict
from tests.factories import NOON, a_lane_policy, a_policy, a_release

YES = Approval("priya", "U0PRIYA", Verdict.APPROVE, 1, ("qa",), NOON, Surface.BUTTON)


def test_an_open_release_is_due_when_it_expires() -> None:
    assert due_at(a_release(), a_policy()) == NOON + timedelta(hours=24)


def test_an_approved_release_waits_without_a_time() -> None:
    assert due_at(a_release(approvals=(YES,)), a_policy()) is None


def test_a_release_that_never_expires_is_never_due() -> None:
    assert due_at(a_release(policy=a_lane_policy(expires_after=None)), a_policy()) is None


@pytest.mark.parametrize("status", [DeployStatus.ATTEMPTED, DeployStatus.ACCEPTED, DeployStatus.RUNNING])
def test_a_deploy_is_due_when_its_time_has_run_out(status: DeployStatus) -> None:
    flying = a_release(state=Lifecycle.DEPLOYING, deployment=Deployment(status, NOON))
    assert due_at(flying, a_policy()) == NOON + timedelta(minutes=30)


def test_where_a_person_was_asked_time_is_no_answer() -> None:
    asked = a_release(state=Lifecycle.DEPLOYING, deployment=Deployment(DeployStatus.UNKNOWN, NOON))
    assert due_at(asked, a_policy()) is None


@pytest.mark.parametrize("state", [state for state in Lifecycle if state.ended])
def test_what_has_ended_is_never_due(state: Lifecycle) -> None:
    ended = a_release(state=state, ended_at=NOON, deployment=Deployment(DeployStatus.SUCCEEDED, NOON))
    assert due_at(ended, a_policy()) is None


def test_a_deploy_without_a_deployment_is_never_due() -> None:
    assert due_at(a_release(state=Lifecycle.DEPLOYING), a_policy()) is None
