"""Pseudonyms of subjects: lines of one subject can be found together, and the subject cannot be found from them."""

import hmac
from secrets import token_bytes

PURPOSE = b"quadrangle: pseudonyms of subjects in logs"
"""What the secret of tokens is used for here: a key that is derived from it verifies no token."""
CHARACTERS = 16
"""64 bits: two of a million subjects share a pseudonym with a probability of 1 in 30 million."""


class Pseudonyms:
    """The HMAC-SHA256 of subjects under a key, shortened."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def derived(cls, *, key: str | None, secret: str | None) -> "Pseudonyms":
        """Under `key`; else under a key that is derived from the `secret` of tokens; without both, under a random key:
        the pseudonyms change when the process restarts, and differ between processes."""
        if key is not None:
            return cls(key.encode())
        if secret is not None:
            return cls(hmac.digest(secret.encode(), PURPOSE, "sha256"))
        return cls(token_bytes(32))

    def of(self, subject: str) -> str:
        """The pseudonym of a subject."""
        return hmac.digest(self._key, subject.encode(errors="surrogatepass"), "sha256").hex()[:CHARACTERS]
