"""Quoting others: their words are shown as they are, or left out because of a secret in them."""

from __future__ import annotations

import json
import sys
import unicodedata
from base64 import b64encode
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig import redaction
from pulumi_smtpconfig.redaction import (
    EMPTY,
    MAX_QUOTE,
    MAX_SECRET,
    MAX_TEXT,
    MESSAGE_KEYS,
    NO_ADDRESS,
    NOT_SHOWN,
    SAME_HOST,
    TOKEN_KEYS,
    contains_secret,
    quote_body,
    quote_host,
    quote_text,
)
from tests.secrets import CHARSETS, CODES, ESCAPES, FORMS, PIECE, leaks, legible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Form = Callable[[str], str]

SECRET = "Tr0ub4dor&3-correct-hörse"
RANDOM = "q7Vx0Zr2mKc9Lw4TsB8n"
TYPEABLE = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"))
HARD = st.sampled_from("\"'\\/üß%&+<>=?#😀[]s,.")
CHARACTERS = TYPEABLE | HARD
LONG_SECRETS = st.text(CHARACTERS, min_size=PIECE, max_size=40)
SHORT_SECRETS = st.text(CHARACTERS, min_size=1, max_size=PIECE - 1)

EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
EVERY_ESCAPE = pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())


def shows_nothing(form: Form, secret: str) -> bool:
    """Tell whether a form leaves nothing of a secret, as charsets do that lack its script."""
    return form is CHARSETS["another charset"] and legible(form(secret)) < PIECE


@EVERY_FORM
@given(secret=LONG_SECRETS)
@example(secret="correct horse ")
@example(secret="👩\u200d💻 at work")
@example(secret="tag<in>side")
@example(secret='"quoted" & <tagged>')
@example(secret="\\" * 30)
@example(secret="a\\" * 12 + "b")
@example(secret="abc%41%42%43%44%45")
@example(secret="++++++++")
@example(secret="\N{FULLWIDTH LOW LINE}" * PIECE)
def test_a_secret_is_found_in_every_form(form: Form, secret: str) -> None:
    """However others write it, the quote is left out."""
    if not shows_nothing(form, secret):
        assert quote_text(f"cannot use {form(secret)}!", [secret]) == NOT_SHOWN


@EVERY_FORM
@given(secret=SHORT_SECRETS)
@example(secret="s3cr3t")
def test_a_short_secret_is_found_as_a_whole(form: Form, secret: str) -> None:
    """It may be guessed from less, but less cannot be told from ordinary text."""
    assert quote_text(f"«{form(secret)}»", [secret]) == NOT_SHOWN


@EVERY_ESCAPE
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("secret", [SECRET, 'a"b\\c/d<e>&f g%h', RANDOM])
def test_escapes_of_a_form_and_within_it_are_undone(form: Form, escape: Form, secret: str) -> None:
    """Who passes a text on escapes it once more."""
    assert contains_secret(escape(form(secret)), [secret])
    assert form in CHARSETS.values() or contains_secret(form(escape(secret)), [secret])


@EVERY_ESCAPE
def test_a_line_break_within_an_escape_does_not_hide_it(escape: Form) -> None:
    """Quoted-printable breaks lines wherever they are too long, and others escape the break."""
    lines = ESCAPES["quoted-printable"](ESCAPES["octal"](CHARSETS["full width"](RANDOM)))
    assert contains_secret(escape(lines)[:MAX_TEXT], [RANDOM])


@given(secret=LONG_SECRETS, start=st.integers(0, 32), length=st.integers(PIECE, 40))
@example(secret="!@#$%^&*()!@#$%", start=0, length=9)
@example(secret="abc%41%42%43%44%45", start=0, length=11)
@example(secret="abcdefge\u0301", start=0, length=8)
def test_a_piece_of_a_secret_is_found(secret: str, start: int, length: int) -> None:
    """Wherever it is cut, eight characters tell too much."""
    start = min(start, len(secret) - PIECE)
    assert contains_secret(f"«{secret[start : start + length]}»", [secret])


@pytest.mark.parametrize("form", [str, *CODES.values()], ids=["raw", *CODES])
@pytest.mark.parametrize("cut", [slice(0, -3), slice(3, None), slice(5, -5)])
def test_a_piece_of_a_code_is_found(form: Form, cut: slice) -> None:
    """A code is cut wherever a group of it may end."""
    assert contains_secret(f"wrong: {form(SECRET)[cut]} x", [SECRET])


@settings(max_examples=10)  # for each of 108 combinations
@given(secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=PIECE))
@pytest.mark.parametrize("between", [", ", "\n", "\r\n ", "<wbr>", "=\r\n", "=, "], ids=ascii)
@pytest.mark.parametrize("width", [1, 5, 12])
@pytest.mark.parametrize("form", [str, *CODES.values()], ids=["raw", *CODES])
def test_a_secret_that_is_wrapped_is_found(
    form: Form, width: int, between: str, secret: str
) -> None:
    """Lines of any length are searched as one, whatever joins them."""
    shown = form(secret.replace("<", "(").replace("=", "-").replace(",", "."))
    lines = [shown[at : at + width] for at in range(0, min(len(shown), 400), width)]
    known = secret.replace("<", "(").replace("=", "-").replace(",", ".")
    assert contains_secret(between.join(lines), [known])


@pytest.mark.parametrize("between", [".", " ", " - ", "::", "*"])
def test_what_is_no_word_between_characters_does_not_hide_them(between: str) -> None:
    """A separator is no disguise."""
    assert contains_secret(between.join(RANDOM), [RANDOM])


@given(
    secret=st.text(st.sampled_from("abcXYZ019"), min_size=1, max_size=60), at=st.integers(0, 260)
)
def test_a_secret_at_the_cut_leaves_no_piece(secret: str, at: int) -> None:
    """What is shown is searched with what follows it."""
    shown = quote_text("«" * at + secret + "»" * 40, [secret])
    assert shown == NOT_SHOWN or at + min(len(secret), PIECE) > MAX_QUOTE
    assert not leaks(shown, [secret] if len(secret) >= PIECE else [])


LEGITIMATE = [
    "HTTP 401 Unauthorized",
    "Invalid user credentials",
    "invalid_client: Invalid client or Invalid client credentials",
    "Realm not found.",
    "5.7.8 Username and Password not accepted. https://support.google.com/mail/?p=BadCredentials",
    "Try again. d2e1a72fcca58-7b9a3c1f5d4sm12345678b3a.21 - gsmtp",
    "5.7.57 Client not authenticated to send mail. [AM0PR10CA0012.EURPRD10.PROD.OUTLOOK.COM]",
    "unable to get local issuer certificate",
    "Name or service not known",
    "Über den Server konnte keine Verbindung hergestellt werden: 100 % <nicht> möglich = 0",
]


@given(st.text(st.characters() | st.sampled_from("\ufeff\U0001f600\x1c\u2028")))
def test_a_text_without_escapes_has_nothing_to_undo(text: str) -> None:
    """So most texts are searched as they are."""
    if not redaction.ESCAPED.search(text):
        assert {undo(text) for undo in redaction.UNDO} == {text}


@given(st.text(st.characters(), max_size=40), st.lists(LONG_SECRETS | SHORT_SECRETS, max_size=3))
def test_a_search_for_many_texts_finds_the_same(text: str, secrets: list[str]) -> None:
    """What is found of each secret alone is found of all together."""
    search = redaction.SecretSearch(secrets)
    for each in (text, *(f"{text}{secret}" for secret in secrets)):
        assert search.finds(each) == any(contains_secret(each, [one]) for one in secrets)


@pytest.mark.parametrize("words", LEGITIMATE)
@given(secret=st.text(st.sampled_from("BCDFGHJKLMNPQRSTVWXZ23456789-_!$%+/="), min_size=8))
def test_words_without_a_secret_are_shown_as_they_are(words: str, secret: str) -> None:
    """The search mistakes no ordinary message for a secret."""
    assert quote_text(words, [secret, secret * 40]) == f'"{words}"'


@pytest.mark.parametrize("secret", ["hunter", "hunter2"])
def test_a_piece_of_a_short_secret_is_ordinary_text(secret: str) -> None:
    """Words are kept that a secret of under eight characters has in common with them."""
    assert quote_text("the hunt is over", [secret]) == '"the hunt is over"'


@given(text=st.text(st.characters()))
def test_a_quote_is_short_and_printable(text: str) -> None:
    """Whatever comes, a terminal shows one line, and nothing that controls it."""
    shown = quote_text(text, [])
    assert len(shown) <= MAX_QUOTE + len('""')
    assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & set(map(unicodedata.category, shown))


def test_white_space_is_folded_and_a_cut_is_marked() -> None:
    """A quote is one line."""
    assert quote_text(" no\x1b\r\n way \x00 \t", [""]) == '"no way"'
    assert quote_text("x" * 201, []) == f'"{"x" * 199}…"'
    assert quote_text("\x00 \n", []) == quote_text("", []) == EMPTY


BODIES: dict[str, tuple[bytes, str]] = {
    "message and status": (
        b'{"message": "Host is mandatory", "status": "BAD_REQUEST", "subSystem": 8}',
        '"BAD_REQUEST: Host is mandatory"',
    ),
    "error": (b'{"error": "unknown_error"}', '"unknown_error"'),
    "errorMessage": (b'{"errorMessage": "Realm exists"}', '"Realm exists"'),
    "OAuth2": (b'{"error": "a", "error_description": "Token expired"}', '"a: Token expired"'),
    "a number as status": (b'{"status": 400, "error": "Bad Request"}', '"Bad Request"'),
    "UTF-16": ('{"error": "ö"}'.encode("utf-16"), '"ö"'),
    "half a character": (b'{"error": "half \\ud83d here"}', '"half here"'),
    "another object": (b'{"teapot": true}', "(a JSON object of 16 bytes, not shown)"),
    "an empty object": (b'{"error": " "}', "(a JSON object of 14 bytes, not shown)"),
    "a list": (b'["x"]', "(a JSON list of 5 bytes, not shown)"),
    "a page": (
        b"<!DOCTYPE html>\n<html><head><TITLE lang=en>502 Bad\n Gateway</title>",
        '"502 Bad Gateway"',
    ),
    "a title alone": (b"<title>Sign in</title>", '"Sign in"'),
    "a title that is not closed": (b"<title>Sign<wbr>in", "(an HTML page of 18 bytes, not shown)"),
    "no title": (b"<html><h1>It works!</h1></html>", "(an HTML page of 31 bytes, not shown)"),
    "XML": (b"<error>no</error>", "(a text of 17 bytes, not shown)"),
    "text": (b"slow down", "(a text of 9 bytes, not shown)"),
    "one byte": (b"x", "(a text of 1 byte, not shown)"),
    "much text": (b"x" * 1234, "(a text of 1,234 bytes, not shown)"),
    "Latin-1": ("zu groß".encode("latin-1"), "(a text of 7 bytes, not shown)"),
    "binary": (b"\x00\xff\x1b[2J", "(binary data of 6 bytes, not shown)"),
    "nothing": (b"", EMPTY),
}


@pytest.mark.parametrize(("body", "shown"), BODIES.values(), ids=BODIES.keys())
def test_of_a_body_the_message_is_shown(body: bytes, shown: str) -> None:
    """Each shape has one place for words; of any other body it is said what it is."""
    assert quote_body(body, [SECRET]) == shown


KEYS = st.sampled_from([*MESSAGE_KEYS, "token", "detail", "Message"]) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=8,
)
WORD = "zebracrossing"


@given(content=JSON, key=st.text().filter(lambda key: key not in MESSAGE_KEYS))
def test_nothing_outside_the_keys_is_shown(content: Any, key: str) -> None:
    """Unknown keys, inner objects and lists may hold what nobody knows to be a secret."""
    for body in ({key: WORD}, {"error": {"message": WORD}, "x": content}, [content, WORD], WORD):
        assert WORD not in quote_body(json.dumps(body).encode(), [])


def test_of_a_token_endpoint_two_keys_are_shown() -> None:
    """RFC 6749 has two, and none of an answer's own tokens is repeated in them."""
    answer = {"error": "invalid_grant", "error_description": "expired", "message": WORD}
    shown = '"invalid_grant: expired"'
    assert quote_body(json.dumps(answer).encode(), [], TOKEN_KEYS) == shown
    for key in ("access_token", "refresh_token", "id_token", "accessToken"):
        mixed = json.dumps(answer | {key: RANDOM, "error_description": f"not {RANDOM[3:15]}"})
        assert quote_body(mixed.encode(), [], TOKEN_KEYS) == NOT_SHOWN


@EVERY_FORM
@pytest.mark.parametrize("frame", ["<title>{}</title>", "<p>{}</p>", "{}", '["{}"]'])
def test_a_body_shows_no_secret(form: Form, frame: str) -> None:
    """Whatever repeats it."""
    said = form(SECRET)
    bodies = [frame.format(said), *(json.dumps({key: said}) for key in MESSAGE_KEYS)]
    for body in bodies:
        assert not leaks(quote_body(body.encode(), [SECRET]), [SECRET])


LONG_NUMBERS = "&&#" + "1" * 100 + "#" + "1" * 5000
"""A number that is too long for Python once another one is taken out of it."""

HOSTILE = {
    "lists": b"[" * 60_000,
    "objects": b'{"error":' * 10_000,
    "a number": b"1" * 60_000,
    "digits": json.dumps({"error": "&#" + "1" * 5000 + ";"}).encode(),
    "title of digits": b"<title>&#" + b"1" * 5000,
    "half UTF-16": b"\xff\xfe{",
    "half UTF-8": b'{"error": "\xc3',
    "NUL": b'{"error": "a\x00b"}',
    "infinite": b'{"error": Infinity}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
@given(
    secret=st.sampled_from(
        ["", "&#" + "1" * 5000, LONG_NUMBERS, "\ud83d" * 9, "\\" * 9, "&#x110000;%FF"]
    )
)
def test_no_hostile_body_raises(body: bytes, secret: str) -> None:
    """An error about an error helps nobody."""
    assert quote_body(body, [secret])


@given(
    body=st.binary() | st.text(st.characters()).map(lambda text: text.encode("utf-8", "replace"))
)
def test_no_body_raises(body: bytes) -> None:
    """Nor do any bytes."""
    assert quote_body(body, [SECRET, "\udc80" * 9])
    assert quote_text(body.decode("latin-1"), [SECRET])
    assert quote_host(body.decode("utf-8", "replace"), [SECRET])


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://login.example.com/x?token=abc", '"login.example.com"'),
        ("https://user:word@login.example.com:8443/x#y", '"login.example.com:8443"'),
        ("//login.example.com/x", '"login.example.com"'),
        ("http://[2001:db8::1]:80/", '"[2001:db8::1]:80"'),
        ("http://127.0.0.1", '"127.0.0.1"'),
        ("/login", SAME_HOST),
        ("?a", SAME_HOST),
        ("", NO_ADDRESS),
        ("mailto:a@example.com", NO_ADDRESS),
        ("https://[broken", NO_ADDRESS),
        ("https://a b/", NO_ADDRESS),
        ("https://w\u00f6rd.example/", NO_ADDRESS),
        (f"https://{'a' * 101}/", NO_ADDRESS),
        (f"https://{RANDOM}.example.com/", NO_ADDRESS),
        (f"https://x@{RANDOM.lower()}.example.com/", NO_ADDRESS),
        (f"https://login.example.com/?a={RANDOM}", NO_ADDRESS),
    ],
    ids=ascii,
)
def test_of_a_redirect_the_host_is_shown(location: str, shown: str) -> None:
    """Where it leads is told without user, path and query, which may hold secrets."""
    assert quote_host(location, [RANDOM]) == shown


@EVERY_FORM
@given(secret=LONG_SECRETS)
@example(secret="hunter2/and-more")
@pytest.mark.parametrize("frame", ["https://{}/", "https://a:{}@example.com/", "//{}", "/{}"])
def test_a_redirect_shows_no_secret(form: Form, frame: str, secret: str) -> None:
    """Nor a beginning of one that looks like a host."""
    assert not leaks(quote_host(frame.format(form(secret)), [secret]), [secret])


def test_what_is_too_long_to_search_is_left_out() -> None:
    """No text and no secret can make the search slow or blind."""
    assert contains_secret("x" * (MAX_TEXT + 1), ["y"])
    assert contains_secret("x", ["y" * (MAX_SECRET + 1)])
    assert not contains_secret("x" * (MAX_TEXT + 1), [""])


def test_the_work_is_bounded_whatever_comes(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """The characters that are searched do not grow with a body; the time is told, not judged."""
    searched: list[int] = []
    pieces = redaction._pieces

    def counted(text: str) -> Iterator[str]:
        searched.append(len(text))
        return pieces(text)

    monkeypatch.setattr(redaction, "_pieces", counted)
    fillings = [
        "%25",
        "\\u0061",
        "&amp;",
        "=",
        "<",
        "\ufdfa",
        "a\u0301",
        "\u0301",
        "61",
        "%5Cu0026",
    ]
    fillings += [b64encode(bytes(range(256)) * 3).decode(), "\\", "&#0000", "a b, c"]
    secrets = [SECRET, RANDOM * 60, "ab+c/d%41" * 130]
    slowest = 0.0
    for filling in fillings:
        work = []
        for size in (16 * 1024, 64 * 1024):
            searched.clear()
            text = filling * (size // len(MESSAGE_KEYS) // len(filling))
            body = json.dumps(dict.fromkeys(MESSAGE_KEYS, text), ensure_ascii=False).encode()
            began = perf_counter()
            quote_body(body, secrets)
            slowest = max(slowest, perf_counter() - began)
            work.append(sum(searched))
        assert work[0] == work[1] < 200 * MAX_TEXT
    record_property("note", f"the slowest of {len(fillings)} bodies took {slowest * 1000:.0f} ms")


def test_it_needs_the_standard_library_alone() -> None:
    """What quotes secrets is read in one place."""
    held = [value for key, value in vars(redaction).items() if key != "__loader__"]  # pytest's
    modules = {getattr(value, "__module__", None) for value in held} - {None}
    names = {str(name).partition(".")[0] for name in modules} - {"pulumi_smtpconfig"}
    assert names <= sys.stdlib_module_names
