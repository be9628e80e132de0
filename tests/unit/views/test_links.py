"""Links lead to the host on which the policy has a repository, and to no other."""

from dataclasses import replace

from bot.core.connections import Connection
from bot.core.policy import GithubSource, Policy, ServicePolicy, StandardSource
from bot.views.links import Links
from tests.factories import WORKFLOW, a_policy

GHE = Connection(
    "enterprise", "https://github.acme.example/api/v3", "https://github.acme.example", token_env="GHE_TOKEN"
)
SHA = "0123456789abcdef0123456789abcdef01234567"
HERE = Links("https://github.com")


def a_service(name: str, repository: str, connection: str | None = None) -> ServicePolicy:
    source = GithubSource(repository, "main", (WORKFLOW,), connection=connection)
    return replace(a_policy().services[0], name=name, source=source)


def knowing(*services: ServicePolicy, connections: tuple[Connection, ...] = (GHE,)) -> Links:
    return HERE.knowing(Policy(services, connections=connections))


def test_without_connections_nothing_is_elsewhere() -> None:
    assert knowing(a_service("pay", "acme/payments"), connections=()) is HERE


def test_each_repository_is_shown_where_it_is() -> None:
    links = knowing(a_service("pay", "acme/payments"), a_service("web", "Acme/Web", "enterprise"))
    assert links.repository("acme/payments") == "https://github.com/acme/payments"
    assert links.repository("Acme/Web") == "https://github.acme.example/Acme/Web"
    assert links.commit("acme/web", SHA) == f"https://github.acme.example/acme/web/commit/{SHA}"
    assert links.repository("acme/unknown") == "https://github.com/acme/unknown"


def test_where_two_hosts_have_a_repository_of_one_name_nobody_is_led_astray() -> None:
    links = knowing(a_service("pay", "acme/web"), a_service("web", "acme/web", "enterprise"))
    assert links.repository("acme/web") is None
    assert links.compare("acme/web", SHA, SHA) is None
    assert (
        knowing(a_service("pay", "acme/web", "enterprise"), a_service("web", "ACME/web", "enterprise")).repository(
            "acme/web"
        )
        == "https://github.acme.example/acme/web"
    )


def test_a_connection_that_the_policy_does_not_have_any_more_leads_to_the_first_host() -> None:
    assert knowing(a_service("pay", "acme/web", "gone")).repository("acme/web") == "https://github.com/acme/web"


def test_what_is_not_built_on_github_is_nowhere_else() -> None:
    docs = replace(a_policy().services[0], name="docs", source=StandardSource("docs-pipeline", "DOCS_SECRET"))
    assert knowing(docs).elsewhere == {}


def test_addresses_that_were_reported_are_shown_on_the_hosts_of_the_policy() -> None:
    links = knowing(a_service("pay", "acme/payments"), a_service("web", "acme/web", "enterprise"))
    ours = ["https://github.com/acme/payments/runs/1", "https://github.acme.example/acme/web/runs/1"]
    assert [links.own(url) for url in ours] == ours
    assert links.own("https://github.acme.example.evil/x") is None
    assert links.own("https://elsewhere.example/x") is None
    assert links.own(None) is None
    assert HERE.own(ours[1]) is None
