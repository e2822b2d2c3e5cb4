"""What each rule matches and what it leaves alone."""

from __future__ import annotations

import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.lint.linter import WARNING_CODES, find_errors, find_warnings
from pulumi_smtpconfig.lint.rules import BASE, CONTROL, RULES, TOKEN, Rule
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import SmtpSettings
from pulumi_smtpconfig.settings.parsing import parse
from tests.lint.find import codes, find

EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
EVERY_PROPERTY = pytest.mark.parametrize(
    ("rule", "key"),
    [(rule, key) for rule in RULES for key in rule.on],
    ids=lambda each: getattr(each, "code", each),
)
NAMES = pytest.mark.parametrize("key", ["fromDisplayName", "replyToDisplayName"])
REQUIRED = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
CANARY = "c4n4ry"


def errors(**properties: object) -> list[str]:
    """Return the properties with an error, once the defaults are filled in."""
    settings = parse(SmtpSettings, REQUIRED | properties)[0].stored()
    return [error.property for error in find_errors(settings)]


def password_codes(password: str) -> list[str]:
    """Return the codes of what the rules find in a password."""
    return codes(user="acme", password=password)


@EVERY_RULE
def test_only_its_rule_matches_a_bad_example(rule: Rule) -> None:
    """An example shows one mistake."""
    assert codes(**rule.bad_example) == [rule.code]


@EVERY_RULE
def test_no_rule_matches_a_good_example(rule: Rule) -> None:
    """Following the remedy fixes the problem and causes no other."""
    assert not codes(**rule.good_example)


@EVERY_RULE
def test_examples_pass_the_parser(rule: Rule) -> None:
    """The parser accepts every example, so each rule is needed."""
    for example in (rule.bad_example, rule.good_example):
        assert not parse(SmtpSettings, BASE | example)[1]


@EVERY_PROPERTY
def test_a_rule_checks_each_of_its_properties(rule: Rule, key: str) -> None:
    """A value that is wrong for one display name or text is wrong for each."""
    settings = BASE | rule.bad_example
    (found,) = find(settings)
    moved = settings | {key: settings.get(found.property, "")}
    assert (rule.code, key) in [(each.code, each.property) for each in find(moved)]


def test_no_rule_matches_the_base_settings() -> None:
    """Examples start from settings without a problem."""
    assert not codes()


@pytest.mark.parametrize("ssl", [True, False, None, UNKNOWN])
@pytest.mark.parametrize("login", [{}, {"user": "acme", "password": CANARY}], ids=str)
def test_defaults_cause_no_warning(ssl: object, login: dict[str, object]) -> None:
    """The default port and starttls are safe."""
    settings = parse(SmtpSettings, REQUIRED | login | {"ssl": ssl})[0].stored()
    assert not list(find_warnings(settings))


@pytest.mark.parametrize(("ssl", "starttls"), list(product([True, False, None, UNKNOWN], repeat=2)))
def test_ssl_and_starttls_exclude_each_other(ssl: object, starttls: object) -> None:
    """Only both on is an error, reported on starttls."""
    expected = ["starttls"] if ssl is starttls is True else []
    assert errors(ssl=ssl, starttls=starttls) == expected


@pytest.mark.parametrize(
    ("user", "password", "expected"),
    [
        (None, None, []),
        ("", "", []),
        ("acme", CANARY, []),
        ("acme", None, ["password"]),
        ("acme", "", ["password"]),
        (None, CANARY, ["user"]),
        ("", CANARY, ["user"]),
        ("acme", UNKNOWN, []),
        (None, UNKNOWN, []),
        (UNKNOWN, CANARY, []),
        (UNKNOWN, None, []),
        (UNKNOWN, UNKNOWN, []),
    ],
)
def test_user_and_password_come_together(
    user: object, password: object, expected: list[str]
) -> None:
    """The error is on the missing one, if that is known to be missing."""
    assert errors(user=user, password=password) == expected


@pytest.mark.parametrize("key", ["password", "passwordFrom"])
def test_a_password_reference_is_a_password(key: str) -> None:
    """A user needs one of the two, and either one needs a user."""
    assert not codes(user="acme", **{key: "env:SMTP_PASSWORD"})
    assert codes(**{key: "env:SMTP_PASSWORD"}) == ["E202"]


def test_an_invalid_login_is_reported_once() -> None:
    """An invalid password is not also missing, and does not ask for a user."""
    assert not errors(user="acme", password=5)
    assert not errors(user=5, password=CANARY)
    assert errors(user="acme", password="***") == errors(password="***") == ["password"]
    assert errors(password="${SMTP_PASSWORD}") == ["password"]


@pytest.mark.parametrize(
    "password",
    [
        *("***a***", "p", "correct horse battery staple", "SG.x1y2", "äöü", "$ecret-1", "a}"),
        *("${a", "{{a}", "<>", "<3 mails", "<b>", "$(a)", "xx", "my password is 7", "{a}"),
        *("${vault.smtp}", "${vault.acme_smtp.password}", "password1", "abcd efgh ijkl mnop"),
    ],
)
def test_any_other_password_is_fine(password: str) -> None:
    """Generated passwords and references to Keycloak's vault are accepted."""
    assert password_codes(password) == []


@given(password=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16))
def test_a_long_password_is_fine_unless_it_is_a_template(password: str) -> None:
    """No generated password is refused by accident."""
    is_template = password.startswith(("${", "{{", "<")) and password.endswith(("}", ">"))
    errors = [code for code in password_codes(password) if code not in WARNING_CODES]
    assert is_template or not set(password) - {"*"} or not errors


@given(count=st.integers(1, 40))
def test_a_masked_password_is_an_error(count: int) -> None:
    """Platforms show asterisks instead of a password, and somebody pastes them."""
    assert password_codes("*" * count) == ["E203"]


@pytest.mark.parametrize(
    "password",
    [
        *("${SMTP_PASSWORD}", "${}", "{{ smtp_password }}", "{{}}", " ${SMTP_PASSWORD} "),
        *("<password>", "<your password>", "<SMTP-Passwort>", "<client secret>", "${vaults.a}"),
    ],
)
def test_an_unfilled_template_is_an_error(password: str) -> None:
    """A pipeline that forgets to fill it in would break the tenant's mail."""
    assert password_codes(password) == ["E204"]


@pytest.mark.parametrize(
    "password",
    [
        *("changeme", "change-me", "CHANGE_ME!", "ChangeMe", "password", "Passwort", "secret"),
        *("TODO", "tbd", "xxx", "XXXXXXXXXX", "your-password", "YOUR_API_KEY", "<changeme>"),
        *("[redacted]", "replace me", "placeholder"),
    ],
)
def test_a_placeholder_password_is_a_warning(password: str) -> None:
    """A test server may really use it, so it can be silenced."""
    assert password_codes(password) == ["W201"]


@pytest.mark.parametrize(
    "host",
    [
        *("smtp.acme.example", "SMTP.Acme.Example", "smtp.acme.example.", "mail-1", "localhost"),
        *(
            "192.0.2.25",
            "2001:db8::25",
            "::1",
            "[2001:db8::25]",
            "[IPv6:2001:db8::25]",
            "fe80::1%eth0",
        ),
        *("_smtp.acme.example", "smtp.müller.example", "xn--mller-kva.example", "changeme.example"),
        *("password.example", "smtp", "mail", "xxx.example", "invalid.example"),
    ],
)
def test_host_names_and_ip_addresses_are_fine(host: str) -> None:
    """Every host that can be connected to is accepted."""
    assert codes(host=host) == []


@given(labels=st.lists(LABELS, min_size=2, max_size=5))
def test_every_dns_name_is_fine(labels: list[str]) -> None:
    """No DNS name is mistaken for a URL, an address or a placeholder."""
    assert codes(host=".".join([*labels, "example"])) == []


@pytest.mark.parametrize(
    ("host", "code"),
    [
        *[(f"{scheme}://mail.acme.example", "E301") for scheme in ("smtp", "smtps", "https")],
        *[("smtp://mail.acme.example:587", "E301"), ("mail.acme.example/", "E301")],
        *[("https://user:pw@mail.acme.example", "E301"), ("//mail.acme.example", "E301")],
        *[("mail.acme.example:587", "E302"), ("192.0.2.25:25", "E302"), ("mail:", "E302")],
        *[("[2001:db8::25]:587", "E302"), ("mail.acme.example:smtp", "E302")],
        *[("no-reply@acme.example", "E303"), ("acme@mail.acme.example:25", "E303")],
        *[("two words", "E304"), (" mail.acme.example", "E304"), ("mail\u00a0acme", "E304")],
        *[("${SMTP_HOST}", "E305"), ("{{ smtp.host }}", "E305"), ("<host>", "E305")],
        *[("smtp.${DOMAIN}", "E305"), ("smtp://{{ host }}:25", "E305"), ("<your host>", "E305")],
        *[("mail.acme.example\n", "E401"), ("\tmail", "E401"), ("mail\u2028acme", "E401")],
        *[("changeme", "W301"), ("CHANGE_ME", "W301"), ("your-smtp-server", "W301")],
        *[("your-smtp-host", "W301"), ("todo", "W301"), ("xxxx", "W301"), ("mail.invalid", "W301")],
    ],
)
def test_a_wrong_host_is_reported_once(host: str, code: str) -> None:
    """A host with several mistakes gets the most useful message only."""
    assert codes(host=host) == [code]


@pytest.mark.parametrize(
    "host",
    [
        *("mail-server", "mail_server", "mailserver", "smtp-server", "smtp_host", "mailhost"),
        *("postfix.mail.svc.cluster.local", "host.docker.internal", "mailpit", "server"),
    ],
)
def test_a_service_of_a_cluster_is_a_host(host: str) -> None:
    """What compose files and clusters name their mail servers is no stand-in."""
    assert codes(host=host) == []


@pytest.mark.parametrize(
    "host",
    [
        *("a;b", "a,b", "a..b", ".a", ".", "..", "a b;c".replace(" ", ""), "mail!", "a+b", "a*b"),
        *("999.1.1.1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "0x7f.1", "0x7f000001"),
        *("2130706433", "127.1", "mail.0x7f", "mail.123", "::g", "1:2:3", "[::1", "a:b:c", "[]"),
        *("a" * 64 + ".example", f"{'a.' * 130}example", "ü" * 60 + ".example", "💌.example"),
    ],
)
def test_a_host_that_no_look_up_can_find_is_an_error(host: str) -> None:
    """Neither DNS nor an address can have this form."""
    assert codes(host=host) == ["E306"]


@pytest.mark.parametrize(
    "host",
    [
        *("ma\u00adil.acme.example", "mail\u200b.acme.example", "mail.acme\u2060.example"),
        *("\uff4dail.acme.example", "mail\uff0eacme.example", "mail\u3002acme.example"),
        *("straße.example", "ﬁrma.example", "mail\ufeff.acme.example", "\u202eacme.example"),
    ],
)
def test_a_host_that_a_server_reads_otherwise_is_an_error(host: str) -> None:
    """What is dropped or replaced before the look-up leads to somebody else's server."""
    assert codes(host=host) == ["E307"]


@pytest.mark.parametrize("host", ["MÜLLER.example", "mu\u0308ller.example", "例え.テスト"])
def test_a_host_in_another_script_is_fine(host: str) -> None:
    """A server looks up the same name in punycode."""
    assert codes(host=host) == []


@pytest.mark.parametrize("key", ["user", "password"])
@pytest.mark.parametrize("blank", [" ", "\u00a0", "  "])
def test_a_blank_at_an_end_of_the_login_is_a_warning(key: str, blank: str) -> None:
    """It was probably pasted; a platform sends it all the same."""
    login = {"user": "acme", "password": "n0t-a-w0rd"}
    assert codes(**login | {key: f"{blank}{login[key]}"}) == ["W203"]
    assert codes(**login | {key: f"{login[key]}{blank}"}) == ["W203"]
    assert codes(**login | {key: f"{login[key]}{blank}{login[key]}"}) == []


@pytest.mark.parametrize("key", ["tenantId", "from", "replyTo", "user", "fromDisplayName"])
@pytest.mark.parametrize("text", ["${NAME}", "{{ name }}", "a-{{name}}-b", "${a}${b}", "{{}}"])
def test_an_unfilled_template_in_a_text_is_an_error(key: str, text: str) -> None:
    """It is found anywhere in the text, in each that a template engine may fill in."""
    assert codes(**{"password": "n0t-a-w0rd", "user": "acme"} | {key: text}) == ["E402"]


@pytest.mark.parametrize("key", ["tenantId", "user", "fromDisplayName", "authTokenClientId"])
@pytest.mark.parametrize(
    "text",
    [
        *("$(NAME)", "a-$(name)-b", "%USER%", "%mail_user%@acme.example", "$MAIL_USER"),
        *("#{user}", "<host>", "<your user>", "svc-<env>", "<tenant>-prod", "__USER__"),
    ],
)
def test_other_engines_templates_are_found_too(key: str, text: str) -> None:
    """Shells, Windows, pipelines, and documentation that writes <name>."""
    known = TOKEN if key.startswith("auth") else {"password": "n0t-a-w0rd", "user": "acme"}
    found = codes(**known | {key: text})
    assert [code for code in found if code != "W402"] == ["E402"]


def test_a_url_with_braces_is_an_unfilled_template() -> None:
    """Documentation writes token endpoints so; escapes of a URL are none."""
    for path, found in [("{tenant}/token", ["E402"]), ("%C3%A4%ADa%2F/token", [])]:
        assert codes(**TOKEN | {"authTokenUrl": f"https://login.acme.example/{path}"}) == found


@pytest.mark.parametrize(
    "text",
    [
        *("50% off 20% more", "Acme <EU>", "Acme & Co <mail@acme.example>", "US$ 100", "$100"),
        *("A$AP", "100%", "__init", "Acme (EU)", "#1 {Mail}"),
    ],
)
def test_a_name_with_such_signs_is_no_template(text: str) -> None:
    """Prices, percentages and regions in angle brackets occur in names."""
    assert set(codes(fromDisplayName=text)) <= {"W402"}


@pytest.mark.parametrize(
    "tenant", [" sp", "sp ", "s p", "\u00a0sp", "s\u200bp", "sp\ufeff", "\u3000sp", "s\u202ep"]
)
def test_a_blank_in_a_tenant_is_an_error(tenant: str) -> None:
    """A realm that is really called so is for `lint_ignore`; any other is a slip of a paste."""
    assert codes(tenantId=tenant) == ["E406"]


@pytest.mark.parametrize("text", ["{a}", "$a", "${a", "a}}", "{{a}", "Acme {Mail}", "$ {a}"])
def test_a_single_brace_is_no_template(text: str) -> None:
    """Braces alone may be part of a name."""
    assert codes(fromDisplayName=text) == []


@pytest.mark.parametrize("key", ["host", "from", "replyTo", "user", "password", "fromDisplayName"])
def test_keycloak_stores_255_characters(key: str) -> None:
    """A longer value is refused by the server, so the preview says so; elsewhere it is unknown."""
    login = {"platform": "keycloak", "user": "acme", "password": "n0t-a-w0rd"}
    long = f"{'a.' * 125}a.de@a" if key in {"from", "replyTo"} else "a." * 125 + "aa.de"
    assert "E403" not in codes(**login | {key: long[:255]})
    assert "E403" in codes(**login | {key: f"{long}b"})
    assert "E403" not in codes(**login | {key: f"{long}b", "platform": "ssms"})


def test_control_matches_unicodes_control_characters() -> None:
    """It matches exactly the categories of controls, surrogates and line separators."""
    characters = list(map(chr, range(0x110000)))
    categories = {"Cc", "Cs", "Zl", "Zp"}
    expected = {each for each in characters if unicodedata.category(each) in categories}
    assert set(CONTROL.findall("".join(characters))) == expected


@NAMES
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[(name, []) for name in ("Acme", "Acme, Inc.", "O'Neill (help)", "a@acme.example", "")],
        *[(name, ["W401"]) for name in ("Müller", "Grüße", "株式会社", "Acme™", "\u00a0")],
        *[(name, ["W402"]) for name in ("<", ">", '"Acme"', "Acme <a@acme.example>")],
    ],
)
def test_a_display_name_is_plain_text(key: str, name: str, expected: list[str]) -> None:
    """Names that need encoding, or that contain an address, are warnings."""
    assert codes(**{key: name, "platform": "shift"}) == expected
    on_keycloak = [code for code in expected if code != "W401"]
    assert codes(**{key: name, "platform": "keycloak"}) == on_keycloak


@pytest.mark.parametrize(
    ("envelope_from", "expected"),
    [
        *[("b@acme.example", []), ("b@ACME.example", []), ("b@acme.example.", []), ("", [])],
        *[("b@bounces.acme.example", []), ("b@example", [])],
        *[("b@badacme.example", ["W403"]), ("b@mailer.example", ["W403"])],
        *[("b@acme.example.net", ["W403"]), ('"a@acme.example"@b.example', ["W403"])],
    ],
)
def test_envelope_from_and_from_share_a_domain(envelope_from: str, expected: list[str]) -> None:
    """One may be a subdomain of the other, as in DMARC's relaxed mode."""
    assert codes(envelopeFrom=envelope_from) == expected
    swapped = {"from": envelope_from, "envelopeFrom": "no-reply@acme.example"}
    assert codes(**swapped) == expected
