"""Where Buildbot is: read from the environment whole or not at all, and asked for where a policy needs it."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.config.buildbot import BuildbotAccess, buildbot_access, lacking_buildbot, needs_buildbot
from bot.config.environment import Settings, Variables
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce
from tests.factories import a_lane_policy, a_policy

ALL = {
    "BUILDBOT_URL": "https://buildbot.acme.example/ci/",
    "BUILDBOT_USER": "signoff",
    "BUILDBOT_PASSWORD": "p w:ü",
    "BUILDBOT_WEBHOOK_SECRET": "s3cret",
}


def test_everything_can_be_set() -> None:
    assert buildbot_access(Variables(ALL)) == BuildbotAccess(
        "https://buildbot.acme.example/ci", "signoff", SecretStr("p w:ü"), SecretStr("s3cret")
    )
    read = Settings.from_environ(ALL, needs_slack=False)
    assert isinstance(read, Settings)
    assert (read.buildbot_url, read.other_web_urls) == (
        "https://buildbot.acme.example/ci",
        ("https://buildbot.acme.example/ci",),
    )


def test_nothing_need_be_set() -> None:
    assert buildbot_access(Variables({})) == BuildbotAccess()
    read = Settings.from_environ({}, needs_slack=False)
    assert isinstance(read, Settings)
    assert (read.buildbot_url, read.other_web_urls) == (None, ())


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"BUILDBOT_URL": "http://buildbot.acme.example"},
            "BUILDBOT_URL would send the token in the clear; write https (http is for this machine only).",
        ),
        (
            {"BUILDBOT_PASSWORD": ""},
            "BUILDBOT_USER is set and BUILDBOT_PASSWORD is not; Buildbot takes both or neither.",
        ),
        ({"BUILDBOT_USER": ""}, "BUILDBOT_PASSWORD is set and BUILDBOT_USER is not; Buildbot takes both or neither."),
        (
            {"BUILDBOT_USER": "sign:off"},
            "BUILDBOT_USER holds a character that no user's name has, such as a colon.",
        ),
        (
            {"BUILDBOT_WEBHOOK_SECRET": "two words"},
            (
                "BUILDBOT_WEBHOOK_SECRET holds a character that cannot stand in a header, such as a space; "
                "write letters and digits."
            ),
        ),
    ],
)
def test_what_cannot_work_is_told(more: dict[str, str], told: str) -> None:
    assert Settings.from_environ({**ALL, **more}, needs_slack=False) == (told,)


def test_a_policy_that_names_it_needs_its_address() -> None:
    nothing = a_policy()
    deploys = a_policy(a_lane_policy(target=BuildbotForce("force", "deploy")))
    service = replace(nothing.services[0], source=BuildbotSource("legacy-build", "main"))
    builds = replace(nothing, services=(service,))
    assert (lacking_buildbot(nothing, None), needs_buildbot(nothing)) == ((), ())
    assert lacking_buildbot(builds, "https://buildbot.acme.example") == ()
    assert lacking_buildbot(builds, None) == (
        "BUILDBOT_URL is not set; `build` of payments in the policy needs it, such as https://buildbot.acme.example.",
    )
    assert needs_buildbot(deploys) == (
        "needs BUILDBOT_URL, BUILDBOT_USER and BUILDBOT_PASSWORD for `deploy` of payments/production",
    )
