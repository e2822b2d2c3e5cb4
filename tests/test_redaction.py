"""Quoting others: their words are shown, the secrets in them are not."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.redaction import LONGEST_QUOTE, MOST_BACKSLASHES, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "ASCII JSON": lambda secret: json.dumps(secret)[1:-1],
    "UTF-8 JSON": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "JSON in JSON": lambda secret: json.dumps(json.dumps(secret)[1:-1])[1:-1],
    "URL path": lambda secret: quote(secret, safe=""),
    "URL in lower case": lambda secret: quote(secret, safe="").replace("%C3", "%c3"),
    "form": quote_plus,
    "HTML attribute": html.escape,
    "HTML text": lambda secret: html.escape(secret, quote=False),
    "PHP's JSON": lambda secret: json.dumps(secret)[1:-1].replace("/", r"\/"),
    "Gson's JSON": lambda secret: re.sub("[<>&='/]", lambda c: f"\\u{ord(c[0]):04x}", secret),
    "JSON in an URL": lambda secret: quote(json.dumps(secret)[1:-1]),
    "URL in an URL": lambda secret: quote(quote(secret, safe="")),
    "HTML in decimals": lambda secret: "".join(f"&#{ord(character)};" for character in secret),
    "HTML in an URL": lambda secret: quote(html.escape(secret)),
    "HTML in HTML": lambda secret: html.escape(html.escape(secret)),
    "a page in another charset": lambda secret: re.sub("[^ -~]", "\ufffd", secret),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "URL-safe base64": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
}
EVERY_FORM = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
LEGIBLE_FORMS = {name: form for name, form in FORMS.items() if "base64" not in name}

FRAME = "«{}»"


def legible(text: str) -> bool:
    """Tell whether anything is left of a text without its invisible format characters."""
    return any(unicodedata.category(c) != "Cf" for c in text)


def searchable(text: str) -> bool:
    """Tell whether a text has so few backslashes that it is replaced and not left out."""
    return text.count("\\") <= MOST_BACKSLASHES


TYPEABLE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="«»")
HARD = st.sampled_from("\"'\\/ üß%&+<>=?#😀👩\u200d💻[]s")
SECRETS = st.text(TYPEABLE | HARD, min_size=6, max_size=40).filter(legible).filter(searchable)
SHORT_SECRETS = st.text(TYPEABLE | HARD, min_size=1, max_size=5).filter(legible)


@EVERY_FORM
@given(secret=SECRETS)
@example(secret="correct horse ")
@example(secret="👩\u200d💻 at work")
@example(secret="tag<in>side")
@example(secret='"quoted" & <tagged>')
def test_a_secret_is_replaced_whole_in_every_form(form: Callable[[str], str], secret: str) -> None:
    """Of an echoed secret nothing is left, and nothing else is lost."""
    assert quoted(FRAME.format(form(secret)), [secret]) == '"«[secret]»"'


ODD: dict[str, Callable[[str], str]] = {
    "Java's XML": lambda secret: secret.replace("'", "&apos;"),
    "HTML 5": lambda secret: secret.replace("!", "&excl;").replace("@", "&commat;"),
    "octal": lambda secret: secret.replace("'", r"\047"),
    "decomposed": lambda secret: unicodedata.normalize("NFD", secret),
}


@pytest.mark.parametrize("form", ODD.values(), ids=ODD.keys())
def test_a_secret_in_an_odd_spelling_is_not_shown(form: Callable[[str], str]) -> None:
    """What no pattern knows is found when all escapes are undone."""
    secret = "it's!a@canary-äöü"
    assert "canary" not in quoted(FRAME.format(form(secret)), [secret])


@given(user=st.text(TYPEABLE | HARD, max_size=10), secret=SECRETS)
@example(user="a", secret="abc123")
def test_basic_credentials_do_not_tell_the_password(user: str, secret: str) -> None:
    """Of base64 of `user:password` at most the user and less than a byte of the password stays."""
    head = f"{user}:".encode()
    basic = base64.b64encode(head + secret.encode()).decode()
    shown, marker, rest = quoted(FRAME.format(basic), [secret])[2:-2].partition("[secret]")
    assert (marker, rest) == ("[secret]", "")
    assert len(shown) * 6 < (len(head) + 1) * 8


@pytest.mark.parametrize("form", LEGIBLE_FORMS.values(), ids=LEGIBLE_FORMS.keys())
@given(secret=SHORT_SECRETS)
def test_a_text_with_a_short_secret_is_left_out(form: Callable[[str], str], secret: str) -> None:
    """A secret of under six characters could be guessed from a gap, so nothing is quoted."""
    assert "«" not in quoted(FRAME.format(form(secret)), [secret])


@given(secret=SECRETS, before=st.integers(200, 320))
@example(secret="p" * 200, before=290)
def test_a_secret_at_the_limit_leaks_no_part(secret: str, before: int) -> None:
    """A secret is replaced before the text is cut, never after."""
    text = "«" * before + "{}" + "»" * 40
    assert quoted(text.format(secret), [secret]) == quoted(text.format("[secret]"), [])


@given(one=SECRETS, other=SECRETS)
@example(one="abcdef", other="abcdef-ghijkl")
def test_secrets_are_all_replaced(one: str, other: str) -> None:
    """Each of several secrets goes, also one that is a part of another."""
    expected = '"«[secret]» «[secret]»"'
    assert quoted(f"«{one}» «{other}»", [one, other]) == expected


@given(text=st.text(st.characters()))
def test_a_quote_is_short_and_printable(text: str) -> None:
    """Whatever comes, a terminal shows at most 300 characters, none of which controls it."""
    shown = quoted(text, [])
    assert len(shown) <= LONGEST_QUOTE + len('""')
    assert not {"Cc", "Cf", "Cs"} & set(map(unicodedata.category, shown))


def test_a_quote_keeps_the_words() -> None:
    """What holds no secret is repeated as it was said."""
    assert quoted("Realm not found.", ["hunter2-hunter2"]) == '"Realm not found."'


def test_a_page_is_quoted_without_its_tags() -> None:
    """Of HTML the words are shown."""
    assert quoted("<html><h1>Bad gateway</h1></html>", []) == '"Bad gateway"'


def test_nothing_is_not_quoted() -> None:
    """An answer of nothing but control characters, tags and spaces is called empty."""
    assert quoted("\x00 <br>\n", []) == quoted("", []) == "(an empty answer)"


def test_an_empty_secret_replaces_nothing() -> None:
    """A setting that is not given is no secret."""
    assert quoted("as it was", [""]) == '"as it was"'
