"""A GitHub App's id and private key as the environment holds them, checked before anything is started."""

import re
from pathlib import Path

from pydantic import SecretStr

LEAST_BITS = 2048
LARGEST_KEY = 64 * 1024
"""Bytes of a file that holds a key."""
_ID = re.compile(r"[1-9][0-9]{0,17}|Iv[0-9A-Za-z.]{4,60}", re.ASCII)
_BEGINS = "-----BEGIN "
_REMEDY = "generate one in the App's settings under Private keys, and name the .pem file that is downloaded"


def check_app_id(value: str) -> str | None:
    """Return what is wrong with an App's id, as the end of a sentence; None when nothing is."""
    if _ID.fullmatch(value):
        return None
    return "is no App's id; copy the App ID, a number, or the Client ID from the App's settings"


def private_key(value: str) -> SecretStr | str:
    r"""Return the key as PEM, or what is wrong with it as the end of a sentence, which never shows it.

    Args:
        value: the PEM itself, its line breaks also written as `\n`, or the path of a file that holds it.
    """
    value = value.strip()
    if not value.startswith(_BEGINS):
        try:
            value = _content(value)
        except (OSError, ValueError):  # a text with NUL is no path, and bytes may be no text
            return f"is neither a private key nor the path of one that can be read; {_REMEDY}"
    pem = value if "\n" in value else value.replace("\\n", "\n")
    problem = _problem(pem)
    return problem or SecretStr(pem)


def _content(path: str) -> str:
    with Path(path).open("rb") as opened:
        return opened.read(LARGEST_KEY).decode().strip()


def _problem(pem: str) -> str | None:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - only Apps need it
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - the same

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        return f"holds an encrypted private key; {_REMEDY}"
    except Exception:  # noqa: BLE001 - cryptography has many words for a text that is no key, and some would show it
        return f"holds no private key; {_REMEDY}"
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        return f"holds no RSA private key of {LEAST_BITS} bits or more; {_REMEDY}"
    return None
