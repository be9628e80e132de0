"""A token of a GitHub App opens what the policy names on that connection, of that owner, for what is done there."""

from dataclasses import replace

from bot.core.policy import LaneId, Policy, ServicePolicy
from bot.core.source import GithubSource, StandardSource
from bot.core.target import GithubDeployment, GithubGate, GithubWorkflow, Target
from handlers.ci.github_app import Scope
from handlers.ci.github_scope import Asked, scope_of
from tests.factories import WORKFLOW, a_lane_policy, a_policy

READS = (("actions", "read"), ("contents", "read"), ("pull_requests", "read"))


def test_checks_are_read_where_the_policy_asks_for_any() -> None:
    service = a_service("acme/payments")
    checked = replace(service, source=GithubSource("acme/payments", "main", (WORKFLOW,), checks=("ci/jenkins",)))
    policy = replace(a_policy(), services=(checked,))
    rights = tuple(sorted((*READS, ("checks", "read"), ("statuses", "read"))))
    assert scope_of(policy, None, "acme/payments") == Scope(frozenset({"acme/payments"}), rights)


def a_service(repository: str, *targets: Target, connection: str | None = None) -> ServicePolicy:
    lanes = tuple(
        replace(a_lane_policy(LaneId(repository, f"env-{number}")), target=target)
        for number, target in enumerate(targets)
    )
    source = GithubSource(repository, "main", (WORKFLOW,), connection=connection)
    return replace(a_policy().services[0], name=repository, source=source, lanes=lanes)


def of(repository: str, *services: ServicePolicy, connection: str | None = None) -> Scope:
    return scope_of(Policy(services), connection, repository)


def test_it_opens_all_repositories_of_one_owner_and_no_others() -> None:
    services = [a_service(name) for name in ("acme/pay", "Acme/web", "beta/shop")]
    assert of("acme/pay", *services) == Scope(frozenset({"acme/pay", "Acme/web"}), READS)
    assert of("beta/shop", *services) == Scope(frozenset({"beta/shop"}), READS)
    assert of("gamma/x", *services) == Scope(frozenset(), ())


def test_what_is_done_there_says_what_is_needed() -> None:
    assert of("acme/pay", a_service("acme/pay", GithubDeployment("p"))).permissions == (
        ("actions", "read"),
        ("contents", "read"),
        ("deployments", "write"),
        ("pull_requests", "read"),
    )
    both = [a_service("acme/pay", GithubWorkflow("d.yml", "main")), a_service("acme/web", GithubGate("p"))]
    assert dict(of("acme/pay", *both).permissions) == {
        "actions": "write",
        "contents": "read",
        "deployments": "write",
        "pull_requests": "read",
    }
    assert dict(of("acme/pay", *reversed(both)).permissions) == dict(of("acme/pay", *both).permissions)


def test_each_connection_has_its_own_part() -> None:
    service = a_service("acme/pay", GithubDeployment("p", "writer"), connection="reader")
    assert of("acme/pay", service, connection="reader") == Scope(frozenset({"acme/pay"}), READS)
    assert of("acme/pay", service, connection="writer") == Scope(frozenset({"acme/pay"}), (("deployments", "write"),))
    assert of("acme/pay", service) == Scope(frozenset(), ())


def test_whoever_builds_sees_whether_the_run_waits_at_a_gate_that_another_answers() -> None:
    service = a_service("acme/pay", GithubGate("p", connection="reviewer"))
    assert dict(of("acme/pay", service).permissions) == dict(READS) | {"deployments": "read"}
    assert dict(of("acme/pay", service, connection="reviewer").permissions) == {
        "actions": "read",
        "deployments": "write",
    }


def test_what_is_built_elsewhere_needs_nothing() -> None:
    docs = replace(a_service("acme/docs"), source=StandardSource("docs", "S"))
    assert of("acme/docs", docs) == Scope(frozenset(), ())


def test_what_a_release_was_opened_with_counts_beside_todays_policy() -> None:
    """The lane was deployed by a workflow, on another connection, when an open release was approved."""
    today = Policy((a_service("acme/pay", GithubDeployment("p")),))
    opened = Asked("acme/pay", GithubWorkflow("d.yml", "main"))
    assert dict(scope_of(today, None, "acme/pay", [opened]).permissions) == {
        "actions": "write",
        "contents": "read",
        "deployments": "write",
        "pull_requests": "read",
    }
    moved = Asked("acme/pay", GithubDeployment("p", "former"))
    assert scope_of(today, "former", "acme/pay", [opened, moved]) == Scope(
        frozenset({"acme/pay"}), (("deployments", "write"),)
    )
    assert scope_of(today, None, "beta/shop", [opened]) == Scope(frozenset(), ())
