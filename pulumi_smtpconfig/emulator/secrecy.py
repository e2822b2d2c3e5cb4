"""What may be shown: values that hide themselves in `repr`, and text without known secrets."""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self

MASK = "********"
PUBLIC_FIELDS = frozenset(
    {
        *("host", "port", "starttls", "ssl", "from", "fromDisplayName", "replyTo"),
        *("replyToDisplayName", "envelopeFrom", "user", "auth", "authType", "allowutf8", "debug"),
        *("timeout", "connectionTimeout", "writeTimeout"),
        *("authTokenUrl", "authTokenScope", "authTokenClientId"),
    }
)
"""The settings without secrets; all others are masked, such as a misspelt password."""
MOST_MASKED = 256
"""Secrets that a text is searched for: a limit, because a client can send thousands of fields."""
Value = TypeVar("Value")


class Secret(str):
    """A text whose `repr` is a mask, as a dictionary's `repr` shows it; otherwise as any text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)


class _Converting(dict[str, Value], Generic[Value]):
    """A dictionary that converts each value, however it is put in."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__()
        self.update(*given, **named)

    def _convert(self, name: str, value: Any) -> Any:
        raise NotImplementedError

    def __setitem__(self, name: str, value: Value) -> None:
        super().__setitem__(name, self._convert(name, value))

    def update(self, *given: Any, **named: Any) -> None:
        """Put in all items."""
        for name, value in dict(*given, **named).items():
            self[name] = value

    def __ior__(self, given: Any) -> "Self":  # type: ignore[misc,override]  # dict's has overloads
        self.update(given)
        return self

    def setdefault(self, name: str, default: Any = None) -> Any:
        """Put in the default if there is no such item; return the item."""
        if name not in self:
            self[name] = default
        return self[name]


class Settings(_Converting[str]):
    """A tenant's settings, or another JSON object; its `repr` masks all but the public fields."""

    def _convert(self, name: str, value: Any) -> Any:
        is_secret = isinstance(value, str) and value and not is_public(name, value)
        return Secret(value) if is_secret else value


class Tenants(_Converting[dict[str, str]]):
    """The settings of each tenant, by its id."""

    def _convert(self, _: str, value: Any) -> Any:
        return value if isinstance(value, Settings) else Settings(value)


def is_public(name: str, value: str) -> bool:
    """Return whether a setting may be shown and stored; a URL's user and query may be secrets."""
    return name in PUBLIC_FIELDS and not (name == "authTokenUrl" and re.search("[?@]", value))


def shown(name: str, value: str) -> str:
    """Return a setting as it may be shown."""
    return value if is_public(name, value) or not value else MASK


def secret_values(settings: Mapping[str, object]) -> list[str]:
    """Return the values of settings, or of any JSON object, that must not be shown elsewhere."""
    texts = ((name, value) for name, value in settings.items() if isinstance(value, str))
    return [value for name, value in texts if not is_public(name, value)]


def without(secrets: Iterable[str], text: str) -> str:
    """Mask known secrets of four characters or more in a text, and all that looks like a JWT."""
    for secret in sorted({*secrets}, key=len, reverse=True)[:MOST_MASKED]:
        if len(secret) > len("***"):
            text = text.replace(secret, MASK)
    return re.sub(r"[\w.-]+", _without_jwt, text, flags=re.ASCII)


def _without_jwt(word: re.Match[str]) -> str:
    """Mask anything like a JWT, as a granted token is, in time linear in the word."""
    before, start, token = word[0].partition("eyJ")
    return before + MASK if start and token.count(".") > 1 else word[0]


printable = functools.partial(re.sub, r"[^ -~]", lambda character: ascii(character[0])[1:-1])
"""Return a text as printable ASCII: Escape becomes `\\x1b`."""
