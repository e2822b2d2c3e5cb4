from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pulumi_smtpconfig.fleet import FleetError
from pulumi_smtpconfig.fleet.document import parse_text
from pulumi_smtpconfig.fleet.formatting import format_text

UNTIDY = """\
# yaml-language-server: $schema=tenants.schema.json
groups:   [eu,us]   # the groups
defaults:
    # where
    platform:    shift
    port: 0587
    starttls:


# tenants follow

tenants:
      # acme is first
      acme: {group: eu,   host: "smtp.acme.example" , password: {env:   SMTP_PASSWORD_ACME}} # eol
      "globex":
        group: us # after a value
        # before host
        host: smtp.globex.example
        triggers:
        - 1e3
        # in a list
        - ~
      # before initech
      initech:
        fromDisplayName: 'it''s # no comment'
        replyToDisplayName: |
            # nor is
              this
# the end
"""
TIDY = """\
# yaml-language-server: $schema=tenants.schema.json
groups: [eu, us]  # the groups
defaults:
  # where
  platform: shift
  port: 0587
  starttls: null

# tenants follow

tenants:
  # acme is first
  acme: {group: eu, host: "smtp.acme.example", password: {env: SMTP_PASSWORD_ACME}}  # eol
  "globex":
    group: us  # after a value
    # before host
    host: smtp.globex.example
    triggers:
      - 1e3
      # in a list
      - null
  # before initech
  initech:
    fromDisplayName: 'it''s # no comment'
    replyToDisplayName: |
      # nor is
        this
# the end
"""


def test_a_file_is_laid_out_with_its_comments() -> None:
    """Values, order and quotation marks stay; each comment stands where it stood."""
    assert format_text("tenants.yaml", UNTIDY) == TIDY
    assert format_text("tenants.yaml", TIDY) == TIDY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: &x 1\n", "1: anchors are not allowed"),
        ("a: !x 1\n", "1: tags are not allowed"),
        ("a: 1\na: 2\n", "2: repeats the key in line 1"),
        ("a: [1\n", "is not valid YAML"),
        ("a: 1\n---\nb: 1\n", "2: is not valid YAML"),
        ("? [a]\n: 1\n", "1: keys must be text"),
        ("a: {\n  b: 1,  # lost\n  c: 1}  # kept\n", "2: cannot be .* losing this comment"),
        ("a: [1,  # lost\n  2]\n", "1: cannot be formatted without losing this comment"),
        ("# lost\n---\na: 1\n", "1: cannot be formatted without losing this comment"),
        ("a: 1\n...\n# lost\n", "3: cannot be formatted without losing this comment"),
        ("a: {b: 'x # y', # x # y\n c: 1}\n", "1: cannot be .* losing this comment"),
    ],
)
def test_what_may_say_something_else_is_not_laid_out(text: str, why: str) -> None:
    """The file is left as it is."""
    with pytest.raises(FleetError, match=why):
        format_text("tenants.yaml", text)


@pytest.mark.parametrize("text", ["", "# only this\n", "\n\n"])
def test_a_file_that_says_nothing_is_left_as_it_is(text: str) -> None:
    """Its comments are all that it has."""
    assert format_text("tenants.yaml", text) == text


@pytest.mark.parametrize(
    "text",
    [
        'a: "x\n  y # z"  # kept\n',
        "a: x\n  y  # kept\n",
        "a: |  # kept\n  x # y\n",
        "a: >-2 # kept\n    x # y\n# kept too\n",
        "a: {b: 1}  # kept\n",
        "a: 'x # y'\n",
        "a: x#y\n",
    ],
)
def test_what_looks_like_a_comment_is_told_from_one(text: str) -> None:
    """Beside texts over several lines too."""
    kept = text.count("kept")
    once = format_text("tenants.yaml", text)
    assert once.count("# kept") == kept
    assert format_text("tenants.yaml", once) == once


@pytest.mark.parametrize("text", ["a: 1", "a: 1\r\nb: 2  # c\r\n"])
def test_small_files_are_laid_out_too(text: str) -> None:
    """Or are told to be no files of tenants; nothing fails in another way."""
    try:
        once = format_text("tenants.yaml", text)
    except FleetError:
        return
    assert format_text("tenants.yaml", once) == once


PLAIN = (
    st.text("abz019.-_ ", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda text: text and text[0].isalnum())
)
ANY = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
SCALARS = st.one_of(
    PLAIN,
    st.sampled_from(
        ["true", "no", "0123", "1e3", "0x1F", "2001-01-01", ".5", "1_000", "<<", "=", "null"]
    ),
    ANY.map(lambda text: json.dumps(text, ensure_ascii=False)),
    ANY.map(lambda text: "'" + text.replace("'", "''") + "'"),
)
KEYS = st.sampled_from(["host", "from", "port", "ssl", "user", "fromDisplayName"])
SPACES = st.integers(1, 4).map(lambda number: " " * number)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, int]:
    """Return the text of a file in some format, and the number of its comments."""
    lines, comments = [], 0

    def comment(indent: str, line: str = "") -> str:
        nonlocal comments
        if not draw(st.integers(0, 3)):
            comments += 1
            mark = f"# c{comments}."
            return f"{line}{draw(SPACES)}{mark}" if line else f"{indent}{mark}"
        return line

    outer, inner = draw(SPACES), draw(SPACES)
    lines += [comment(""), comment("", f"groups:{draw(SPACES)}[eu,{draw(SPACES)}us]")]
    lines += ["", comment("", "tenants:")]
    for number in range(draw(st.integers(1, 3))):
        lines += [comment(draw(SPACES)), *[""] * draw(st.integers(0, 3))]
        pairs = draw(st.dictionaries(KEYS, SCALARS, min_size=1, max_size=4))
        if draw(st.booleans()):
            flow = ", ".join(f"{key}: {json.dumps(key)}" for key in pairs)
            lines.append(comment(outer, f"{outer}t{number}: {{{flow}}}"))
            continue
        lines.append(comment(outer, f"{outer}t{number}:"))
        for key, value in pairs.items():
            lines.append(comment(draw(SPACES)))
            lines.append(comment("", f"{outer}{inner}{key}:{draw(SPACES)}{value}"))
    lines.append(comment(""))
    return "\n".join([*filter(None, lines)]) + "\n", comments


@examples(max_examples=300)
@given(files())
def test_laying_out_twice_is_laying_out_once_and_keeps_values_and_comments(
    drawn: tuple[str, int],
) -> None:
    """Whatever the format was; what cannot be kept is refused."""
    text, comments = drawn
    try:
        before = parse_text("tenants.yaml", text)
    except FleetError:
        return  # the text of a scalar is no YAML
    once = format_text("tenants.yaml", text)
    assert format_text("tenants.yaml", once) == once
    assert parse_text("tenants.yaml", once).values == before.values
    for number in range(1, comments + 1):
        assert once.count(f"# c{number}.") == 1
    assert all(line == line.rstrip() for line in once.split("\n"))
