"""Each variable that a policy names holds one thing: nobody hears a token that is another host's."""

import pytest

from tests.unit.config.files import SMALL, changed, loaded, told

GITHUB = "github: {repository: acme/payments, branch: main, workflows: [build.yml]}"
TARGET = "{github_deployment: {environment: production}}"
ONE = "{api_url: 'https://one.example/api/v3', token_env: SHARED}"
TWO = "{api_url: 'https://two.example/api/v3', token_env: SHARED}"
APP = "{api_url: 'https://one.example/api/v3', app: {id_env: APP_ID, private_key_env: APP_KEY}, secret_env: APP_SECRET}"


def with_connections(*written: str, text: str = SMALL) -> str:
    lines = (f"  host-{number}: {{github: {one}}}\n" for number, one in enumerate(written))
    return f"connections:\n{''.join(lines)}{text}"


def built_by(secret: str, source: str = "pipeline") -> str:
    return changed(
        GITHUB, f"standard: {{source: {source}, secret_env: {secret}}}", changed(TARGET, deployed_by("DEPLOY"))
    )


def deployed_by(secret: str, url: str = "https://deployer.example/hooks") -> str:
    return f"{{webhook: {{url: '{url}', secret_env: {secret}}}}}"


def watched_by(secret: str, text: str, source: str = "watch") -> str:
    return f"{text}        verify: {{signal: {{source: {source}, secret_env: {secret}}}, within: 5m}}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            with_connections(ONE, TWO),
            "3: SHARED is the token of one.example already; name a variable of its own.",
        ),
        (
            with_connections(ONE, "{api_url: 'https://one.example/other', token_env: SHARED}"),
            "3: SHARED is the token of one.example already; name a variable of its own.",
        ),
        (
            with_connections(
                APP, APP.replace("one.example", "two.example").replace("APP_ID", "ID").replace("APP_S", "S")
            ),
            "3: APP_KEY is the App's private key at one.example already; name a variable of its own.",
        ),
        (
            with_connections(ONE.replace("token_env: SHARED", "token_env: SHARED, secret_env: SHARED")),
            "2: SHARED is the token of one.example already; name a variable of its own.",
        ),
        (
            with_connections(ONE, text=built_by("SHARED")),
            "11: SHARED is the token of one.example already; name a variable of its own.",
        ),
        (
            with_connections(ONE, text=changed(TARGET, deployed_by("SHARED"))),
            "16: SHARED is the token of one.example already; name a variable of its own.",
        ),
        (
            with_connections(ONE, text=watched_by("SHARED", SMALL)),
            "17: SHARED is the token of one.example already; name a variable of its own.",
        ),
        (built_by("DEPLOY"), "14: DEPLOY is the secret of `pipeline` already; name a variable of its own."),
        (
            watched_by("BUILD", built_by("BUILD")),
            "15: BUILD is the secret of `pipeline` already; name a variable of its own.",
        ),
        (
            built_by("GITHUB_TOKEN"),
            "9: GITHUB_TOKEN is the environment's own already; name a variable of its own.",
        ),
        (
            f"heartbeat: {{secret_env: BUILD}}\n{built_by('BUILD')}",
            "1: BUILD is the secret of `pipeline` already; name a variable of its own.",
        ),
    ],
    ids=[
        "two hosts",
        "two addresses of one host",
        "an App's key on two hosts",
        "to prove us and to sign",
        "a token that a pipeline signs with",
        "a token that a deployer signs with",
        "a token that a watch signs with",
        "a pipeline and a deployer",
        "a pipeline and a watch",
        "what is the environment's",
        "an address and a secret",
    ],
)
def test_a_variable_that_holds_something_else_already_is_refused(text: str, sentence: str) -> None:
    assert told(text) == [sentence]


@pytest.mark.parametrize(
    "text",
    [
        with_connections(ONE, ONE),
        with_connections(ONE, ONE.replace("one.example/api/v3", "ONE.example/api/v3/")),
        with_connections(APP, APP),
        watched_by("BUILD", built_by("BUILD", source="argo"), source="argo"),
        built_by("BUILD")
        + "      staging:\n        mode: deployment\n"
        + f"        deploy: {deployed_by('DEPLOY', 'https://deployer.example/staging')}\n",
    ],
    ids=["a token", "a host in other letters", "an App", "one who builds and watches", "a deployer of two lanes"],
)
def test_one_host_and_one_signer_have_theirs_in_several_places(text: str) -> None:
    assert loaded(text).services


def test_what_stands_in_for_a_refused_part_names_nothing() -> None:
    text = watched_by("PROMETHEUS_SECRET", built_by("BUILD").replace("secret_env: BUILD", "secret: PROMETHEUS_SECRET"))
    assert not any("already" in sentence for sentence in told(text))
    text = with_connections(ONE.replace("api_url: 'https", "api_url: 'ftp"), TWO)
    assert not any("already" in sentence for sentence in told(text))
