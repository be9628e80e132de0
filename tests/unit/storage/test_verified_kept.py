"""A release keeps how it is verified and by which command it is deployed, each kind told from the others."""

from datetime import timedelta

import pytest

from bot.core.target import Command
from bot.core.verification import CommandProbe, HttpProbe, Signal, Verification
from storage.rows import LANE_POLICY
from tests.factories import a_lane_policy


@pytest.mark.parametrize(
    "verify",
    [
        Verification(probe=HttpProbe("https://payments.example/version", equals="{version}")),
        Verification(probe=CommandProbe(("./check.sh", "{version}"), timedelta(seconds=9), "/srv/pay")),
        Verification(timedelta(minutes=1), signal=Signal("prometheus", "PROM_SECRET")),
    ],
)
def test_how_it_is_verified(verify: Verification) -> None:
    policy = a_lane_policy(verify=verify)
    assert LANE_POLICY.validate_json(LANE_POLICY.dump_json(policy)) == policy


def test_the_command() -> None:
    policy = a_lane_policy(target=Command(("./deploy.sh", "{sha}"), timedelta(minutes=5), "/srv/pay"))
    assert LANE_POLICY.validate_json(LANE_POLICY.dump_json(policy)) == policy
