"""The folder that lets the next emulator have the same authority and the same tenants.

Passwords and other secrets of tenants are not written: a tenant that had one has a placeholder at
the next start, which reads as the same mask. The authority's key is written, for its owner only.
"""

import asyncio
import json
import logging
import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, get_args

from .endpoints import Product
from .secrecy import is_public

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # asked for below

PLACEHOLDER = "a secret of an earlier run, which the state folder does not keep"
AUTHORITY, CA_BUNDLE, TENANTS, LOCK = "authority.pem", "ca.pem", "tenants.json", "lock"
FORMAT = 1
SAVE_SECONDS = 0.2
MOST_BYTES = 256 * 1024 * 1024
Loaded = dict[str, tuple[dict[str, str], Product | None]]
"""The settings of each tenant, and through which platform's endpoint they last changed."""


class StateFolderError(Exception):
    """The state folder could not be used, or is damaged."""


class StateFolder:
    """A folder that one emulator uses at a time.

    Raises:
        StateFolderError: In each method, if the folder cannot be used or is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._lock: IO[bytes] | None = None

    @property
    def ca_bundle(self) -> Path:
        """Where the certificate of the authority is."""
        return self._folder / CA_BUNDLE

    def open(self) -> None:
        """Create the folder if it is missing, and keep other emulators out."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = (self._folder / LOCK).open("wb")
            if fcntl:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            problem = "another emulator uses it"
            raise self._error(problem, "Stop that one, or choose another folder.") from None
        except OSError as error:
            raise self._error(error, "Choose a folder that you may write to.") from None

    def close(self) -> None:
        """Let other emulators in."""
        if self._lock:
            self._lock.close()

    def load_authority(self) -> bytes | None:
        """Return key and certificate of the authority as PEM; None at the first start."""
        path = self._folder / AUTHORITY
        pem = self._read(path)
        if pem is not None and os.name == "posix" and path.stat().st_mode & 0o077:
            mode = stat.filemode(path.stat().st_mode)
            advice = f"Run: chmod 600 '{path}'"
            raise self._error(f"others may read the key in {AUTHORITY} ({mode})", advice)
        return pem

    def save_authority(self, pem: bytes) -> None:
        """Keep key and certificate of the authority."""
        self._write(self._folder / AUTHORITY, pem)

    def load(self) -> Loaded:
        """Return the tenants of the last run."""
        text = self._read(self._folder / TENANTS)
        if text is None:
            return {}
        try:
            return _tenants(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise self.damaged(TENANTS, error) from None

    def save(
        self,
        tenants: Mapping[str, Mapping[str, str]],
        platforms: Mapping[str, Product],
    ) -> None:
        """Keep the tenants, without their secrets."""
        content = {
            tenant: {
                "settings": {name: _kept(name, value) for name, value in settings.items()},
                "platform": platforms.get(tenant),
            }
            for tenant, settings in tenants.items()
        }
        text = json.dumps({"format": FORMAT, "tenants": content}, indent=1)
        self._write(self._folder / TENANTS, text.encode())

    def damaged(self, name: str, problem: object) -> StateFolderError:
        """Return the error for a file that no emulator wrote so."""
        detail = f"{problem} is missing" if isinstance(problem, KeyError) else problem
        what = f"{name} is damaged ({detail})"
        return self._error(what, f"Restore it, or delete {self._folder / name} to start anew.")

    def _read(self, path: Path) -> bytes | None:
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._error(error, "Choose another folder.") from None
        if len(content) > MOST_BYTES:
            raise self.damaged(path.name, "it is too large")
        return content

    def _write(self, path: Path, content: bytes) -> None:
        """Write the whole file or nothing, for its owner only."""
        try:
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                new = Path(file.name)  # tempfile creates it with mode 0600
                try:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                except BaseException:
                    new.unlink()
                    raise
            new.replace(path)
        except OSError as error:
            advice = "The tenants of this run were not saved. Make room or choose another folder."
            raise self._error(error, advice) from None

    def _error(self, problem: object, advice: str) -> StateFolderError:
        text = str(problem).rstrip(".")
        return StateFolderError(f"Could not use the state folder {self._folder}: {text}. {advice}")


class Saver:
    """Saves a moment after a change, in the server's thread, so that a kill loses little."""

    def __init__(self, save: Callable[[], None]) -> None:
        self._save = save
        self._waits = False

    def soon(self) -> None:
        """Save after a moment, once for all changes until then."""
        if not self._waits:
            self._waits = True
            asyncio.get_running_loop().call_later(SAVE_SECONDS, self._now)

    def _now(self) -> None:
        self._waits = False
        try:
            self._save()
        except StateFolderError as problem:
            logging.getLogger(__name__).error("%s", problem)  # noqa: TRY400 - says it all


def _kept(name: str, value: str) -> str | None:
    return value if is_public(name, value) or not value or value.startswith("${vault.") else None


def _tenants(content: Mapping[str, Any]) -> Loaded:
    if content["format"] != FORMAT:
        raise ValueError(f"its format is {content['format']!r}, not {FORMAT}")
    return {tenant: _tenant(each) for tenant, each in content["tenants"].items()}


def _tenant(given: object) -> tuple[dict[str, str], Product | None]:
    if not isinstance(given, dict):
        raise ValueError("a tenant is no object")  # noqa: TRY004 - one kind of damage
    settings: dict[str, str] = {}
    for name, value in given["settings"].items():
        if not isinstance(value, str | None):
            raise ValueError("a setting is no text")  # noqa: TRY004 - likewise
        settings[name] = PLACEHOLDER if value is None else value
    product: Product | None = given["platform"]
    if product is not None and product not in get_args(Product):
        raise ValueError("a tenant's platform is unknown")
    return settings, product
