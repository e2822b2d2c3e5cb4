"""Settings that nobody reads, usually because their name is misspelt."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pulumi_smtpconfig.config import KEYS, NAMESPACE, variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pulumi_smtpconfig.config import Config

OTHERS = {variable("smtpPassword"), variable("authTokenClientSecret")}
"""The variables that the command line reads besides."""

SIMILAR, VERY_SIMILAR = 0.6, 0.8
NO_LETTER = re.compile("[^A-Z0-9]")
READ_BACK = {"admin", "off"}
ALL = f"The settings are {', '.join(KEYS)}."


def find_unused_settings(config: Config, keys: Iterable[str], project: str) -> Iterator[str]:
    """Yield a sentence for each setting that is given but has no effect, never with its value.

    Args:
        config: The connection settings.
        keys: All keys of the stack's config, with their namespaces.
        project: The project's name, which is the namespace of its own keys.
    """
    yield from find_misspelt_keys(keys, project, config.place)
    yield from find_misspelt_variables(os.environ)
    read_back = config.get("readBack")
    if read_back and read_back.text not in READ_BACK:
        yield f"{read_back.source} is neither admin nor off, so it leaves reading off."


def find_misspelt_keys(
    keys: Iterable[str], project: str, place: Callable[[str], str] = f"{NAMESPACE}:{{}}".format
) -> Iterator[str]:
    """Yield a sentence for each key of a stack's config that looks like a setting but is none."""
    for name in sorted(keys):
        namespace, _, key = name.partition(":")
        is_ours = namespace == NAMESPACE
        if (is_ours and key in KEYS) or not (is_ours or _letters(namespace).endswith(PREFIX)):
            continue
        meant = closest(key, KEYS, VERY_SIMILAR if namespace == project else SIMILAR)
        if namespace == project and (not meant or not is_ours):
            continue
        given = place(key) if is_ours else name
        yield f"{given} is not a connection setting. {_advice(place(meant), meant)}"


def find_misspelt_variables(names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each environment variable whose name is almost that of a setting."""
    for name in sorted(names):
        letters = _letters(name)
        if name in VARIABLES or name in OTHERS or not letters.startswith(PREFIX):
            continue
        if any(name.startswith(f"{known}_") for known in VARIABLES):
            continue  # one of the user's own, such as SMTPCONFIG_TOKEN_ACME
        ends = {_letters(each).removeprefix(PREFIX): each for each in VARIABLES}
        if meant := closest(letters.removeprefix(PREFIX), ends, VERY_SIMILAR):
            yield f"{name} is not a connection setting. {_advice(ends[meant], meant)}"


def closest(name: str, known: Iterable[str], similarity: float = SIMILAR) -> str:
    """Return the known name that one resembles, cases and separators aside; empty if none does."""
    by_letters = {_letters(each): each for each in known}
    found = get_close_matches(_letters(name), by_letters, n=1, cutoff=similarity)
    return by_letters[found[0]] if found else ""


def _letters(name: str) -> str:
    return NO_LETTER.sub("", name.upper())


def _advice(setting: str, meant: str) -> str:
    return f"If {setting} is meant, correct the name." if meant else ALL


PREFIX = _letters(NAMESPACE)
VARIABLES = frozenset(map(variable, KEYS))
