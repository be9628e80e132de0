"""Private keys for tests: what GitHub hands out, and what it does not."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sandbox.github.rs256 import generate


def of_github() -> str:
    """Return a key as GitHub lets people download it."""
    return generate("signoff").pem()


@cache
def of_another_kind() -> str:
    """Return a key that is no RSA key."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def too_short() -> str:
    """Return a key of half the bits."""
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def locked() -> str:
    """Return a key behind a passphrase."""
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase")).decode()


def in_pkcs8() -> str:
    """Return GitHub's key as other tools write it."""
    key = load_pem_private_key(of_github().encode(), None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
