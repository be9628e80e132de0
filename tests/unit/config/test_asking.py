"""Whoever writes a policy that asks GitHub too often hears it from `signoff check`, with the arithmetic."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.config.asking import too_often
from bot.config.load import load_policy
from bot.core.connections import Connection, GithubApp
from bot.core.policy import LaneId, LanePolicy, Policy, ServicePolicy
from bot.core.source import BuildbotSource, GithubSource
from bot.core.target import Command, GithubDeployment, GithubGate, GithubWorkflow, Target
from tests.factories import WORKFLOW, a_lane_policy, a_policy

ONE = GithubDeployment("production")


def a_lane(target: Target | None, number: int = 0) -> LanePolicy:
    return a_lane_policy(LaneId("payments", f"production-{number}"), target=target)


def a_service(source: GithubSource, *targets: Target | None) -> ServicePolicy:
    lanes = tuple(a_lane(target, number) for number, target in enumerate(targets))
    return replace(a_policy().services[0], source=source, lanes=lanes)


def policy_of(count: int, every: float, *targets: Target | None, **said: Any) -> Policy:
    source = GithubSource("acme/payments", "main", (WORKFLOW,), poll=timedelta(seconds=every), **said)
    return replace(a_policy(), services=(a_service(source, *targets),) * count)


def test_two_hundred_services_every_half_minute_are_too_many() -> None:
    assert list(too_often(policy_of(200, 30, ONE))) == snapshot(
        [
            "Looking for news would ask GitHub 1,200 times a minute, 72,000 an hour: one look at all 200 services is 600 requests, made as often as `poll` says. GitHub takes 900 a minute of one account (of an App at each owner), and 5,000 an hour that find something new. Write `poll: 60s` or longer for them, or set up webhooks."
        ]
    )


def test_what_the_warning_advises_is_enough() -> None:
    assert list(too_often(policy_of(200, 60, ONE))) == []
    assert list(too_often(policy_of(100, 30, ONE))) == []


@pytest.mark.parametrize(
    ("targets", "checks", "most"),
    [
        ((GithubWorkflow("deploy.yml", "main"),), (), 450),
        ((Command(("./deploy.sh",)),), (), 450),
        ((None,), (), 450),
        ((ONE,), (), 150),
        ((GithubGate("production"),), (), 150),
        ((ONE, ONE), (), 90),
        ((ONE,), ("ci/jenkins",), 50),
    ],
)
def test_each_part_of_a_look_counts(targets: tuple[Target | None, ...], checks: tuple[str, ...], most: int) -> None:
    assert list(too_often(policy_of(most, 30, *targets, checks=checks))) == []
    assert len(list(too_often(policy_of(most + 1, 30, *targets, checks=checks)))) == 1


CLOUD = Connection("second", "https://api.github.com", "https://github.com", "SECOND_TOKEN")


def test_each_connection_counts_for_itself() -> None:
    here, there = policy_of(100, 30, ONE), policy_of(100, 30, GithubDeployment("production", "second"))
    both = replace(here, services=(*here.services, *there.services), connections=(CLOUD,))
    assert list(too_often(both)) == []
    assert list(too_often(replace(both, services=both.services * 3))) == snapshot(
        [
            "Looking for news would ask GitHub 2,400 times a minute, 144,000 an hour: one look at all 600 services is 1,200 requests, made as often as `poll` says. GitHub takes 900 a minute of one account (of an App at each owner), and 5,000 an hour that find something new. Write `poll: 120s` or longer for them, or set up webhooks.",
            "Looking for news would ask the connection `second` 1,200 times a minute, 72,000 an hour: one look at all 300 services is 600 requests, made as often as `poll` says. GitHub takes 900 a minute of one account, and 5,000 an hour that find something new. Write `poll: 60s` or longer for them, or set up webhooks.",
        ]
    )


def test_an_app_counts_for_each_owner_and_a_server_of_ones_own_not_at_all() -> None:
    crowd = policy_of(152, 30, GithubDeployment("production", "second"), connection="second")
    app = replace(CLOUD, token_env=None, app=GithubApp("APP_ID", "APP_KEY"))
    assert list(too_often(replace(crowd, connections=(app,)))) == snapshot(
        [
            "Looking for news would ask the connection `second` 912 times a minute, 54,720 an hour: one look at all 152 services is 456 requests, made as often as `poll` says. GitHub takes 900 a minute of an App at acme, and 5,000 an hour that find something new. Write `poll: 50s` or longer for them, or set up webhooks."
        ]
    )
    own = [
        replace(one, source=GithubSource(f"org-{n % 2}/web", "main", (WORKFLOW,), connection="second"))
        for n, one in enumerate(crowd.services)
    ]
    assert list(too_often(replace(crowd, connections=(app,), services=tuple(own)))) == []
    for url, warned in (("https://acme.ghe.com/api", 1), ("https://ghe.example/api/v3", 0)):
        connection = replace(CLOUD, api_url=url)
        assert len(list(too_often(replace(crowd, connections=(connection,))))) == warned


def test_what_cannot_be_told_within_an_hour_is_said() -> None:
    assert list(too_often(policy_of(1_666, 600, ONE))) == []
    assert list(too_often(policy_of(1_667, 600, ONE))) == snapshot(
        [
            "After a start GitHub could not tell everything within an hour: one look at all 1,667 services is 5,001 requests, and GitHub takes 5,000 an hour of one account (of an App at each owner) that find something new. Give some of the services a connection of their own."
        ]
    )


def test_buildbot_is_asked_without_such_a_limit() -> None:
    service = replace(a_policy().services[0], source=BuildbotSource("build", "main", timedelta(seconds=5)))
    assert list(too_often(replace(a_policy(), services=(service,) * 500))) == []


def test_check_hears_of_it() -> None:
    services = "\n".join(
        f"  s{n}: {{channel: C0PAYMENTS, build: {{github: {{repository: acme/s{n}, branch: main, workflows: [ci.yml]}}}}, "
        "environments: {production: {mode: deployment, deploy: {github_deployment: {environment: production}}}}}"
        for n in range(160)
    )
    for webhooks, warned in ((False, 1), (True, 0)):
        loaded = load_policy(f"services:\n{services}\n", file="signoff.yml", webhooks=webhooks)
        assert isinstance(loaded, Policy)
        assert sum("960 times a minute" in one for one in loaded.warnings) == warned
