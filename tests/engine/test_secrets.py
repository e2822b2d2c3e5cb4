from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from pulumi_smtpconfig.emulator import Fault
from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.conftest import PASSWORD
from tests.engine.conftest import MAIL, PROGRAMS, UP, declare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

VARIABLE = "ACME_SMTP_PASSWORD"
ROTATED = PASSWORD + "-rotated"
BACKUPS = ["backup-canary-1", "backup-canary-2"]


@pytest.fixture
def referring(open_stack: Callable[[Path], Stack]) -> Stack:
    """A stack of one tenant whose password is in a variable, and whose trigger is a secret."""
    stack = open_stack(PROGRAMS / "referring")
    stack.environment[VARIABLE] = PASSWORD
    stack.configure_secret("backup", BACKUPS[0])
    return stack


def stored(stack: Stack) -> str:
    """Return everything that the engine keeps in files: config, state and history."""
    files = [*stack.state.rglob("*"), *stack.project.glob("Pulumi.*")]
    return "\n".join(file.read_text(errors="replace") for file in files if file.is_file())


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """Return the secrets in a text, plain or as URLs and the JSON of Python and Go escape them."""
    found = []
    for secret in secrets:
        forms = {secret, quote(secret), quote(secret, safe="")}
        for is_ascii in (True, False):
            for dump in (partial(json.dumps, ensure_ascii=is_ascii), as_go_dumps):
                escaped = dump(secret)[1:-1]
                forms |= {escaped, dump(escaped)[1:-1]}
        found += [form for form in forms if form in text]
    return found


def as_go_dumps(text: str) -> str:
    """Return JSON as the engine writes it to its files."""
    special = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}
    return json.dumps(text, ensure_ascii=False).translate(special)


def test_what_the_engine_writes_in_plain_text_would_be_found(
    declared: Stack, emulator: Emulator
) -> None:
    """An argument that is no secret stands in the state as the engine escapes it."""
    declare(declared, {"mail": MAIL | {"from_display_name": PASSWORD}})
    declared.must(*UP)
    assert leaks(stored(declared), [PASSWORD])
    assert leaks(declared.must("stack", "export"), [PASSWORD])
    assert emulator.tenants


def test_passwords_and_tokens_are_never_shown_or_stored_in_plain_text(
    declared: Stack, emulator: Emulator
) -> None:
    """No output, error, state, history or config has them, even if the platform echoes them."""
    declared.configure_secret("smtpconfig:token", emulator.token)
    del declared.environment["SMTPCONFIG_TOKEN"]
    passwords = [PASSWORD, ROTATED, "rejected-" + PASSWORD]
    echo = f"cannot log in with {passwords[-1]}, {json.dumps(passwords[-1])}, {emulator.token}"
    rejection = Fault(400, json.dumps({"message": echo}))
    printed = []
    for password, fault in zip(passwords, [None, None, rejection], strict=True):
        mail, secret = MAIL | {"user": "acme"}, {"password": password}
        plain, marked = mail | {"tenant_id": "plain"} | secret, mail | {"secret": secret}
        declare(declared, {"plain": plain, "marked": marked})
        emulator.order(*([fault] * 2 if fault else []))
        printed += [declared.run("preview", "--diff").output, declared.run(*UP, "--diff").output]
    printed += [declared.must(*command) for command in (("stack", "export"), ("stack", "history"))]
    printed += [declared.must("refresh", "--yes"), declared.must("destroy", "--yes", "--diff")]
    assert {request.json()["password"] for request in emulator.requests} == set(passwords)
    assert "not shown" in "".join(printed)
    assert leaks("\n".join([*printed, stored(declared)]), [*passwords, emulator.token]) == []


def test_a_problem_does_not_show_the_value_of_a_secret(declared: Stack) -> None:
    """Any input may be a secret."""
    canary = "canary\n" + PASSWORD
    keys = [*MAIL, "user", "port", "ssl", "starttls", "reply_to", "envelope_from", "password"]
    declare(declared, {"mail": dict.fromkeys(MAIL) | {"secret": dict.fromkeys(keys, canary)}})
    output, status = declared.run("preview", "--diff")
    assert status
    assert set(re.findall(r"^ +([a-z_]+): ", output, re.MULTILINE)) >= set(keys)
    assert "canary" not in output


def test_rotated_passwords_and_triggers_are_sent_and_never_shown(
    referring: Stack, emulator: Emulator
) -> None:
    """A preview shows the change, and no output, state or history contains a secret.

    The state hides the fingerprint of the password too.
    """
    printed = [referring.must(*UP, "--diff")]
    referring.must("preview", "--expect-no-changes")
    referring.environment[VARIABLE] = ROTATED
    printed += [referring.must("preview", "--diff")]
    assert f"env:{VARIABLE} contains another password than the one that was sent" in printed[-1]
    assert "1 to update" in printed[-1]
    printed += [referring.must(*UP, "--diff")]
    referring.configure_secret("backup", BACKUPS[1])
    printed += [referring.must(*UP, "--diff")]
    del referring.environment[VARIABLE]
    printed += [referring.must("refresh", "--yes"), referring.must("destroy", "--yes", "--diff")]
    sent = [request.json()["password"] for request in emulator.requests]
    assert sent == [PASSWORD, ROTATED, ROTATED]
    text = "\n".join([*printed, stored(referring)])
    assert "passwordFingerprint" in text
    assert leaks(text, [PASSWORD, *BACKUPS]) == []
    assert "$scrypt$" not in text


def test_an_unreadable_password_stops_only_operations_that_need_it(
    referring: Stack, emulator: Emulator
) -> None:
    """Without another change it is a warning, in preview and update; with one nothing is sent."""
    referring.must(*UP)
    del referring.environment[VARIABLE]
    for command in (("preview",), UP):
        output = referring.must(*command, "--expect-no-changes")
        assert f"from env:{VARIABLE}: the environment variable is not set." in output
    referring.configure(smtpHost="mail.acme.example")
    output, status = referring.run(*UP)
    assert status
    assert 'Mail settings of tenant "acme": reading the password failed.' in output
    assert len(emulator.requests) == 1


def test_a_password_in_a_live_setting_is_hidden_and_put_right(
    declared: Stack, emulator: Emulator
) -> None:
    """Refresh and preview show and keep a placeholder, and the next up sends what is declared."""
    declared.configure(**{"smtpconfig:readBack": "admin"})
    shift = MAIL | {"platform": "shift", "user": "acme", "secret": {"password": PASSWORD}}
    declare(declared, {"mail": shift})
    declared.must(*UP)
    shown = f'"{NOT_SHOWN}" => "acme"'
    for commands in ([("refresh", "--yes"), UP], [(*UP, "--refresh")]):
        emulator.tenants["acme"]["user"] = f"acme:{PASSWORD}"
        output, status = declared.run("preview", "--refresh", "--diff", "--expect-no-changes")
        assert status
        assert re.search(f"user +: {re.escape(shown)}", output)
        printed = [output, *(declared.must(*command, "--diff") for command in commands)]
        assert "what the platform has in user may contain a password" in "".join(printed)
        assert leaks("\n".join([*printed, stored(declared)]), [PASSWORD]) == []
        assert emulator.tenants["acme"]["user"] == "acme"
        declared.must("preview", "--refresh", "--expect-no-changes")
    assert not any(NOT_SHOWN in request.body.decode() for request in emulator.requests)


def test_a_mail_clients_secret_is_never_shown_or_stored_in_plain_text(
    declared: Stack, emulator: Emulator
) -> None:
    """Given plain, by a secret or by reference, also when it rotates and the platform echoes it."""
    variable, secrets = "MAIL_CLIENT_SECRET", [PASSWORD, ROTATED]
    realm = MAIL | {"platform": "keycloak", "base_path": "/auth", "user": "acme"}
    realm |= {"auth_token_url": "https://login.acme.example/token", "auth_token_client_id": "mail"}
    printed = []
    for secret in secrets:
        declared.environment[variable] = secret
        key = "auth_token_client_secret"
        given: dict[str, dict[str, Any]] = {
            "plain": {key: f"{secret}-plain"},  # the engine hides each value that is a secret once
            "marked": {"secret": {key: secret}},
        }
        given["by-reference"] = {f"{key}_from": f"env:{variable}"}
        declare(declared, {name: realm | {"tenant_id": name} | how for name, how in given.items()})
        emulator.order(Fault(400, json.dumps({"errorMessage": f"no {secret}"}), on="read"))
        printed += [declared.run("preview", "--diff").output, declared.run(*UP, "--diff").output]
        printed.append(declared.run(*UP, "--diff", "--parallel", "1").output)
    assert '"authTokenClientSecretFingerprint"' in declared.must("stack", "export")
    printed += [declared.must("stack", "export"), stored(declared)]
    assert not leaks("\n".join(printed), secrets)
