"""Which forced builds are whose: only what is the same in each build of a lane tells it from another."""

import pytest

from bot.core.forced import always, may_be_taken
from bot.core.target import BuildbotForce


def forced(**properties: str) -> BuildbotForce:
    return BuildbotForce("force", "deploy", tuple(properties.items()))


@pytest.mark.parametrize(
    ("properties", "environment", "known"),
    [
        ({}, "production", {}),
        ({"app": "one", "version": "{version}"}, "production", {"app": "one"}),
        ({"app": "{service}-{environment}"}, "production", {"app": "ledger-production"}),
        ({"app": "{service}", "env": "{environment}"}, None, {"app": "ledger"}),
        ({"odd": "}", "other": "{"}, "production", {}),
        ({"app": ""}, "production", {"app": ""}),
    ],
    ids=str,
)
def test_what_differs_from_release_to_release_is_left_out(
    properties: dict[str, str], environment: str | None, known: dict[str, str]
) -> None:
    assert always(forced(**properties), "ledger", environment) == known


@pytest.mark.parametrize(
    ("known", "other", "taken"),
    [
        ({}, {}, True),
        ({}, {"app": "two"}, True),
        ({"app": "one"}, {"app": "two"}, False),
        ({"app": "one"}, {"app": "one", "env": "x"}, True),
        ({"app": "one"}, {}, False),
        ({"app": ""}, {}, True),
        ({"app": "one"}, {"app": "{version}"}, True),
        ({"app": "ledger"}, {"app": "{service}"}, True),
        ({"app": "billing"}, {"app": "{service}"}, False),
        ({"env": "staging"}, {"env": "{environment}"}, True),
        ({"env": "production"}, {"env": "{environment}"}, False),
        ({"app": "one", "env": "production"}, {"app": "one", "env": "staging"}, False),
    ],
    ids=str,
)
def test_a_build_is_taken_for_a_lanes_unless_a_value_says_no(
    known: dict[str, str], other: dict[str, str], *, taken: bool
) -> None:
    assert may_be_taken(known, forced(**other), "ledger", "staging") is taken
