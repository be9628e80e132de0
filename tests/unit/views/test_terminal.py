"""What the host reads tells what to type on the host."""

import pytest

from bot.views.terminal import terminal
from tests.factories import a_policy


@pytest.mark.parametrize(
    ("slack", "host"),
    [
        ("`/deploy why payments production`", "`signoff why payments production`"),
        ("`/deploy payments 1 to production`", "`signoff request payments 1 to production`"),
        ("`/deploy payments`", "`signoff request payments`"),
        ("`/deploy help`", "`signoff --help`"),
        ("`/deploy help list`", "`signoff --help`"),
        ("“/deploy list”, `withdraw R-1`, `/deployed list`", "“/deploy list”, `withdraw R-1`, `/deployed list`"),
    ],
)
def test_the_command_in_slack_is_written_as_the_one_on_the_host(slack: str, host: str) -> None:
    assert terminal(f"Try {slack}.", a_policy()) == f"Try {host}."


def test_the_command_may_have_another_name() -> None:
    assert terminal("`/ship list`, `/deploy list`", a_policy(command="/ship")) == "`signoff list`, `/deploy list`"
