"""Addresses of APIs: which are accepted, and where people see what they serve."""

from ipaddress import ip_address
from urllib.parse import urlsplit

SLACK_API = "https://slack.com/api/"
GITHUB_API = "https://api.github.com"


def check_api(address: str) -> str | None:
    """Return what is wrong with an API's address, as the end of a sentence; None when nothing is."""
    if not address.isascii() or not address.isprintable() or " " in address:
        return "is not an address; write one such as https://api.acme.example"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address; write one such as https://api.acme.example"
    if parts.scheme not in {"http", "https"} or not host:
        return "is not an address; write one such as https://api.acme.example"
    if "@" in parts.netloc or parts.query or parts.fragment or "?" in address or "#" in address:
        return "may hold neither a user, nor a query, nor a fragment; write scheme, host and path only"
    if parts.scheme == "http" and not _is_loopback(host):
        return "would send the token in the clear; write https (http is for this machine only)"
    return None


def check_heartbeat(address: str) -> str | None:
    """Return what is wrong with a heartbeat's address, as the end of a sentence; None when nothing is.

    Such an address is often a secret: no sentence shows it.
    """
    problem, clear = _asked(address, "write one such as https://monitor.acme.example/ping/42")
    if clear and not _is_loopback(clear):
        return "would be sent in the clear; write https (http is for this machine only)"
    return problem


def check_target(address: str) -> str | None:
    """Return what is wrong with the address of a deploy webhook, as the end of a sentence; None when nothing is."""
    problem, clear = _asked(address, "write one such as https://deployer.acme.example/hooks/docs")
    if clear and not (_is_loopback(clear) or _is_private(clear)):
        return "would be sent in the clear; write https (http is for this machine and for private addresses only)"
    return problem


def _asked(address: str, example: str) -> tuple[str | None, str | None]:
    """Return what is wrong with an address that is asked as it stands, and its host where it would be in the clear."""
    no_address = f"is not an address; {example}"
    if not address.isascii() or not address.isprintable() or " " in address:
        return no_address, None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return no_address, None
    if parts.scheme not in {"http", "https"} or not host:
        return no_address, None
    if "@" in parts.netloc or "#" in address:
        return f"may hold neither a user nor a fragment; {example}", None
    return None, host if parts.scheme == "http" else None


def web_of(api: str) -> str:
    """Return the origin where people see the GitHub whose API is at `api`.

    GitHub Enterprise Server keeps its API at https://HOST/api/v3, beside its pages; GitHub Enterprise Cloud with data
    residency at https://api.NAME.ghe.com.
    """
    if api.rstrip("/") == GITHUB_API:
        return "https://github.com"
    parts = urlsplit(api)
    resident = (parts.hostname or "").endswith(".ghe.com")
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.') if resident else parts.netloc}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_private(host: str) -> bool:
    """Whether it is the address of a private network, written as a number: a name may lead anywhere tomorrow."""
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.is_private and not found.is_link_local and not found.is_unspecified
