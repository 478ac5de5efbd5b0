"""Secrets at rest: tokens are encrypted, and ids that must outlive an erasing are kept as keyed hashes alone."""

import os
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from tempfile import mkstemp

_MARK_BYTES = 16
_KEY_BYTES = 32


class Sealer:
    """Seals with one secret, fetched at first use. With another one nothing opens, and no mark is known again."""

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret
        self._marks: bytes | None = None

    @cached_property
    def _key(self) -> bytes:
        return blake2b(self._secret().encode(), digest_size=_KEY_BYTES, person=b"teamcheck").digest()

    def seal(self, text: str) -> bytes:
        """Encrypt a text."""
        from cryptography.fernet import Fernet  # noqa: PLC0415  slow to import, and a terminal seals nothing

        return Fernet(self._fernet_key()).encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str | None:
        """Decrypt a text; None where it was sealed with another secret, or is damaged."""
        from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415  as above

        try:
            return Fernet(self._fernet_key()).decrypt(sealed).decode()
        except (InvalidToken, UnicodeDecodeError):
            return None

    def mark(self, *parts: str) -> bytes:
        """Return 16 bytes by which these parts are known again, and from which nobody gets them back."""
        digest = blake2b(key=self._marks or self._key, digest_size=_MARK_BYTES)
        for part in parts:
            encoded = part.encode(errors="surrogatepass")
            digest.update(len(encoded).to_bytes(4) + encoded)
        return digest.digest()

    def keep_marks(self, other: "Sealer") -> bytes:
        """Mark as another sealer does, whose secret this one's takes the place of; return what says so, sealed."""
        self._marks = other._marks or other._key  # noqa: SLF001  one of the same kind
        return self.seal(self._marks.hex())

    def go_on_marking(self, sealed: bytes | None) -> None:
        """Mark as what `keep_marks` returned says."""
        if sealed and (found := self.unseal(sealed)):
            self._marks = bytes.fromhex(found)

    def _fernet_key(self) -> bytes:
        return urlsafe_b64encode(blake2b(b"tokens", key=self._key, digest_size=_KEY_BYTES).digest())


def secret_beside(path: Path) -> str:
    """Return the secret in the file beside a database, made on first use for this user alone.

    Raises:
        OSError: it can neither be read nor made.

    """
    file = path.with_name(path.name + ".key")
    if not file.exists():
        # Written whole under another name first: another process may be reading by now.
        descriptor, new = mkstemp(dir=path.parent, prefix=file.name)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as writing:
                writing.write(os.urandom(_KEY_BYTES).hex())
                writing.flush()
                os.fsync(writing.fileno())
            with suppress(FileExistsError):
                os.link(new, file)
        finally:
            Path(new).unlink()
    return _read(file)


def _read(file: Path) -> str:
    secret = file.read_text(encoding="ascii").strip()
    if len(secret) < _KEY_BYTES:
        raise OSError("the key file is empty or cut off")
    return secret
