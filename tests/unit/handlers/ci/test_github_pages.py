"""Addresses: on the configured host, every part quoted."""

from handlers.ci.github_pages import Pages, api


def test_pages_are_under_the_configured_address() -> None:
    pages = Pages("https://github.example/")
    assert pages.run("acme/payments", 7) == "https://github.example/acme/payments/actions/runs/7"
    assert pages.deployments("acme/payments", "eu/live?") == (
        "https://github.example/acme/payments/deployments/eu%2Flive%3F"
    )


def test_an_address_of_the_sandbox_is_our_own_when_it_is_configured() -> None:
    pages = Pages("http://127.0.0.1:8021")
    assert pages.own("http://127.0.0.1:8021/acme") == "http://127.0.0.1:8021/acme"
    assert pages.own("http://127.0.0.1:80210/acme") is None
    assert pages.own("http://127.0.0.1:8021/" + "x" * 600) is None


def test_every_segment_of_a_path_is_quoted() -> None:
    assert api("acme/pay ments", "actions", "a/b?c#d%2e") == "/repos/acme/pay%20ments/actions/a%2Fb%3Fc%23d%252e"
