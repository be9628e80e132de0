"""RS256 without a library: the key pair of an App, signing, and the check that the API makes of a signature.

PKCS #1 v1.5 with SHA-256 (RFC 8017 8.2). Good enough for keys that open nothing but this sandbox.
"""

import base64
import functools
import hashlib
import hmac
import random
from dataclasses import dataclass

EXPONENT = 65537
BITS = 2048
_ROUNDS = 20
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before the digest: the name of the hash (RFC 8017 9.2, note 1)."""
_SMALL = [n for n in range(3, 2000, 2) if all(n % m for m in range(3, int(n**0.5) + 1, 2))]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a signature is checked with."""

    modulus: int
    exponent: int = EXPONENT

    def verifies(self, signed: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over these bytes."""
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature, "big")
        if len(signature) != size or number >= self.modulus:
            return False
        said = pow(number, self.exponent, self.modulus).to_bytes(size, "big")
        return hmac.compare_digest(said, _padded(signed, size))


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key pair."""

    p: int
    q: int

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        return PublicKey(self.p * self.q)

    def sign(self, text: bytes) -> bytes:
        """Return the signature over some bytes."""
        modulus = self.p * self.q
        size = (modulus.bit_length() + 7) // 8
        return pow(int.from_bytes(_padded(text, size), "big"), self._secret, modulus).to_bytes(size, "big")

    def pem(self) -> str:
        """Return it as the file that GitHub lets people download: PKCS #1."""
        secret, p, q = self._secret, self.p, self.q
        numbers = (0, p * q, EXPONENT, secret, p, q, secret % (p - 1), secret % (q - 1), pow(q, -1, p))
        der = _told(0x30, b"".join(_integer(number) for number in numbers))
        text = base64.encodebytes(der).decode().replace("\n", "")
        lines = [text[begin : begin + 64] for begin in range(0, len(text), 64)]
        return "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----", ""])

    @property
    def _secret(self) -> int:
        return pow(EXPONENT, -1, (self.p - 1) * (self.q - 1))


@functools.cache
def generate(seed: str, bits: int = BITS) -> PrivateKey:
    """Return the key pair of a seed, always the same one; it takes about half a second."""
    rng = random.Random(seed)  # noqa: S311 - a demo's key, which is to be the same each time
    p = _prime(rng, bits // 2)
    q = _prime(rng, bits // 2)
    while q == p:
        q = _prime(rng, bits // 2)
    return PrivateKey(max(p, q), min(p, q))


def _padded(text: bytes, size: int) -> bytes:
    digest = _SHA256 + hashlib.sha256(text).digest()
    return b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


def _prime(rng: random.Random, bits: int) -> int:
    """Return a prime whose two highest bits are set, so that the product of two has twice the bits."""
    while True:
        number = rng.getrandbits(bits) | 3 << (bits - 2) | 1
        if all(number % small for small in _SMALL) and number % EXPONENT != 1 and _likely_prime(rng, number):
            return number


def _likely_prime(rng: random.Random, number: int) -> bool:
    """Miller and Rabin's test."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(_ROUNDS):
        value = pow(rng.randrange(2, number - 1), odd, number)
        if value in {1, number - 1}:
            continue
        for _ in range(twos - 1):
            value = value * value % number
            if value == number - 1:
                break
        else:
            return False
    return True


def _integer(number: int) -> bytes:
    return _told(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _told(kind: int, content: bytes) -> bytes:
    """Return DER: the kind, the length, the content."""
    size = len(content)
    if size < 0x80:  # the short form
        return bytes([kind, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([kind, 0x80 | len(length)]) + length + content
