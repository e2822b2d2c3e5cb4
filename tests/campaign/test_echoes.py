"""Hostile echoes: secrets in any form, written in any other, wherever others may repeat them."""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import reduce
from random import Random
from string import ascii_letters, digits, punctuation
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.redaction import (
    NO_ADDRESS,
    NOT_SHOWN,
    SAME_HOST,
    TOKEN_KEYS,
    quote_body,
    quote_host,
    quote_text,
)
from tests.secrets import CHARSETS, CODES, ESCAPES, PIECE, cores, leaks

if TYPE_CHECKING:
    from collections.abc import Callable

    Form = Callable[[str], str]

SEED = os.environ.get("SMTPCONFIG_CAMPAIGN_SEED", "4")
ECHOES = int(os.environ.get("SMTPCONFIG_CAMPAIGN_ECHOES", "2000"))
OMITTED = {NOT_SHOWN, NO_ADDRESS, SAME_HOST}

ALPHABETS = {
    ascii_letters + digits: 4,
    ascii_letters + digits + "-_.": 2,
    ascii_letters + digits + punctuation: 4,
    ascii_letters + digits + punctuation + "äöüßÄÖÜéñ ": 2,
    "абвгдежзиклмнопрст漢字仮名交文😀👩💻äöü" + digits: 1,
}
LENGTHS = {(3, 7): 2, (8, 12): 3, (13, 40): 6, (200, 1200): 1}
LOSSLESS = [form for name, form in CHARSETS.items() if name != "another charset"]
JOINTS = ("\n", "\r\n ", ", ", " ", "<wbr>", "=\r\n")


class Echo(NamedTuple):
    """A secret as it is repeated, and the forms in which a piece of it would stand there."""

    secret: str
    text: str
    forms: list[Form]
    piece: int = PIECE


def chain(*forms: Form) -> Form:
    """Return the form that applies others, the first one first."""
    return lambda text: reduce(lambda written, form: form(written), forms, text)


def draw(random: Random) -> Echo:
    """Draw a secret, or a piece of one, and how it is written: up to four forms, maybe one code."""
    alphabet = random.choices(list(ALPHABETS), list(ALPHABETS.values()))[0]
    shortest, longest = random.choices(list(LENGTHS), list(LENGTHS.values()))[0]
    length = random.randint(shortest, longest)
    secret = "".join(random.choices(alphabet, k=length)).strip() or "s3cret"
    if random.random() < 0.05:  # others would hide how little of it is left
        return Echo(secret, CHARSETS["another charset"](secret), [str])
    inner = random.choices(list(LOSSLESS), k=random.choice([0, 0, 1]))
    inner += random.choices(list(ESCAPES.values()), k=random.choice([0, 0, 1, 1, 2]))
    outer = random.choices(list(ESCAPES.values()), k=random.choice([0, 0, 0, 1, 2]))
    code = random.choice(list(CODES)) if random.random() < 0.4 else ""
    said = _piece(random, secret)
    written = chain(*inner, *([CODES[code]] if code else []), *outer)(said)
    if random.random() < 0.2:
        written = _wrapped(random, written)
    codes = cores(code) if code else [str]
    if code and said == secret and len(secret) < PIECE:  # less than the whole of it tells nothing
        codes = [lambda text: CODES[code](text).rstrip("=")]
    # At each end a code of a piece says less, as its neighbours share digits with it.
    piece = PIECE + 3 if code else PIECE
    return Echo(secret, written, [chain(*inner, core, *outer) for core in codes], piece)


def _piece(random: Random, secret: str) -> str:
    if len(secret) < 12 or random.random() < 0.7:
        return secret
    length = random.randint(12, len(secret))
    start = random.randint(0, len(secret) - length)
    return secret[start : start + length]


def _wrapped(random: Random, text: str) -> str:
    width, joint = random.randint(1, 76), random.choice(JOINTS)
    return joint.join(text[at : at + width] for at in range(0, len(text), width))


def answer(random: Random, echo: Echo, others: list[str]) -> str:
    """Return what is quoted of an answer that repeats a secret somewhere."""
    before = "x" * random.randint(150, 210) if random.random() < 0.1 else "cannot use"
    text = random.choice([echo.text, f"{before} {echo.text}", f"{before} '{echo.text}', sorry"])
    known = random.sample([echo.secret, *others], len(others) + 1)
    where = random.choice(["mail", "error", "page", "token", "own token", "smtp", "host", "other"])
    if where == "mail":
        body = {"message": text, "status": "BAD_REQUEST", "subSystem": 8}
    elif where == "error":
        body = {random.choice(["error", "errorMessage"]): text, "stack": echo.secret}
    elif where == "token":
        body = {"error": "invalid_request", "error_description": text, "message": echo.secret}
    elif where == "own token":
        body, known = {"error": text, "refresh_token": echo.secret}, others
    if where == "page":
        return quote_body(f"<html>\n<title>{text}</title>{echo.secret}".encode(), known)
    if where == "smtp":
        return quote_text(text.replace("\n", ", "), known)
    if where == "host":
        frame = random.choice(["https://{}/", "https://a:{}@x.example/", "/{}", "//x.example/{}"])
        return quote_host(frame.format(echo.text), known)
    if where == "other":
        return quote_body(random.choice([text, json.dumps([text]), f"<p>{text}"]).encode(), known)
    raw = json.dumps(body, ensure_ascii=random.random() < 0.5).encode()
    return quote_body(raw, known, TOKEN_KEYS) if "token" in where else quote_body(raw, known)


def test_no_hostile_echo_tells_a_secret(record_property: Callable[[str, object], None]) -> None:
    """Whatever is written in whatever form wherever it may be repeated, nothing of it is shown."""
    random = Random(SEED)  # noqa: S311 - to be repeated, not to be secret
    tally = Counter[str]()
    others = ["".join(random.choices(ascii_letters, k=length)) for length in (16, 40)]
    for number in range(ECHOES):
        echo = draw(random)
        shown = answer(random, echo, others)
        tally["left out"] += shown in OMITTED or shown.endswith(", not shown)")
        if shown in OMITTED:
            continue
        found = leaks(shown, [echo.secret])
        found += leaks(shown, [echo.secret], echo.forms, echo.piece)
        assert not found, f"echo {number}: {echo.secret!r} as {echo.text!r}: {shown} tells {found}"
    note = f"{ECHOES:,} hostile echoes, 0 leaks; {tally['left out']:,} quotes were left out"
    record_property("note", note)
