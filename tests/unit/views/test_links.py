"""Links lead to the host on which the policy has a repository, and to no other."""

from dataclasses import replace

from bot.core.connections import Connection
from bot.core.policy import LaneId, Policy, ServicePolicy
from bot.core.source import GithubSource, StandardSource
from bot.views.links import Links, place_of
from bot.views.naming import repository
from tests.factories import WORKFLOW, a_policy

GHE = Connection("enterprise", "https://ghe.acme.example/api/v3", "https://ghe.acme.example", token_env="GHE_TOKEN")
SHA = "0123456789abcdef0123456789abcdef01234567"
HERE = Links("https://github.com")
BOTH = HERE.knowing(Policy((), connections=(GHE,)))


def a_service(name: str, connection: str | None = None) -> ServicePolicy:
    source = GithubSource("acme/web", "main", (WORKFLOW,), connection=connection)
    return replace(a_policy().services[0], name=name, source=source)


def test_without_connections_there_is_one_host() -> None:
    assert HERE.knowing(a_policy()) is HERE


def test_each_repository_is_shown_where_it_is_though_two_have_one_name() -> None:
    policy = Policy((a_service("ours"), a_service("theirs", "enterprise")), connections=(GHE,))
    ours, theirs = (repository(LaneId(name, "production"), policy) for name in ("ours", "theirs"))
    assert (ours, theirs) == ("acme/web", "enterprise:acme/web")
    assert BOTH.repository(ours) == "https://github.com/acme/web"
    assert BOTH.repository(theirs) == "https://ghe.acme.example/acme/web"
    assert BOTH.commit(theirs, SHA) == f"https://ghe.acme.example/acme/web/commit/{SHA}"
    assert BOTH.compare(theirs, SHA, SHA) == f"https://ghe.acme.example/acme/web/compare/{SHA}...{SHA}"


def test_what_is_on_no_host_that_is_known_is_nowhere() -> None:
    assert BOTH.repository("gone:acme/web") is None
    assert HERE.repository("enterprise:acme/web") is None
    assert BOTH.repository("enterprise:acme/web/x") is None
    assert BOTH.repository("enterprise:") is None
    assert BOTH.repository(":acme/web") is None
    assert BOTH.repository(None) is None


def test_what_is_not_built_on_github_has_the_repository_that_it_names_if_any() -> None:
    docs = replace(a_service("docs"), source=StandardSource("docs-pipeline", "DOCS_SECRET"))
    assert place_of(docs) is None
    assert place_of(replace(docs, source=StandardSource("x", "S", repository="acme/docs"))) == "acme/docs"
    assert place_of(None) is None


def test_t15_addresses_that_were_reported_are_shown_on_the_hosts_of_the_policy() -> None:
    ours = ["https://github.com/acme/web/runs/1", "https://ghe.acme.example/acme/web/runs/1"]
    assert [BOTH.own(url) for url in ours] == ours
    assert BOTH.own("https://ghe.acme.example.evil/x") is None
    assert BOTH.own("https://elsewhere.example/x") is None
    assert BOTH.own(None) is None
    assert HERE.own(ours[1]) is None
    ci = "https://ci.acme.example/builds/1"
    assert (replace(BOTH, others=("https://ci.acme.example",)).own(ci), BOTH.own(ci)) == (ci, None)
