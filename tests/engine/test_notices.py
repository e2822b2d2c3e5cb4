"""What a program shows on its resources: likely mistakes, and two for one tenant."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
import pytest
from pulumi import automation

from pulumi_smtpconfig import SmtpConfig
from tests.engine.conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.stack import Stack

PROGRAMS = CHECKOUT / "tests/engine/programs"
TWINS = "for the same tenant"


@pytest.fixture
def notices(open_stack: Callable[[Path], Stack]) -> Stack:
    """A stack of a program with likely mistakes."""
    return open_stack(PROGRAMS / "notices")


def shown(output: str) -> dict[str, list[str]]:
    """Return the warnings of a run by the resource that they stand on."""
    blocks = re.findall(r"^  \S+ \((\S+)\):\n((?:    .+\n)+)", output, re.MULTILINE)
    return {name: re.findall(r"warning: (.+)", block) for name, block in blocks}


def test_likely_mistakes_and_twins_are_shown_on_their_resource_at_preview(notices: Stack) -> None:
    """Each says why, what to do and its code, also where another value is not known yet.

    Of tenants that differ in case alone, SSMS knows one and other platforms know two.
    """
    warnings = shown(notices.must("preview"))
    (odd,), (later,) = warnings["odd"], warnings["later"]
    assert odd.startswith("port: is for implicit TLS, but ssl is off; turn on ssl")
    assert (odd[-6:], later[-6:]) == ("[W101]", "[W102]")
    (twins,) = {text for texts in warnings.values() for text in texts if TWINS in text}
    assert twins.startswith('"first" and "second" are ')


def test_a_warning_is_silenced_by_its_code(notices: Stack) -> None:
    """The others stay."""
    notices.configure(ignored="W101")
    warnings = shown(notices.must("preview"))
    assert "odd" not in warnings
    assert "later" in warnings


def test_a_code_that_cannot_be_silenced_is_refused(notices: Stack) -> None:
    """A mistyped code would silence nothing, and what is never right is not ignored."""
    notices.configure(ignored="W999 E101")
    run = notices.run("preview")
    assert run.status
    assert "lint_ignore of " in run.output
    assert "holds what is no code of a warning: E101, W999." in run.output
    assert "Traceback" not in run.output


def test_an_error_of_lint_stops_the_preview_once_and_without_noise(
    open_stack: Callable[[Path], Stack],
) -> None:
    """What is never right is one line on the resource, with its code."""
    stack = open_stack(PROGRAMS / "declared")
    wrong = {
        "platform": "ssms",
        "hostname": "idp.example.com",
        "tenant_id": "acme",
        "host": "https://smtp.acme.example",
        "from_": "no-reply@acme.example",
    }
    (stack.project / "declared.json").write_text(json.dumps({"mail": wrong}))
    run = stack.run("preview")
    assert run.status
    diagnostics = run.output.split("Diagnostics:")[1]
    assert len(re.findall(r"has a problem: host: .* \[E\d{3}\]", diagnostics)) == 1
    assert "Traceback" not in run.output


def declare() -> None:
    """Declare a tenant, as an inline program."""
    SmtpConfig(
        pulumi.get_stack(),
        platform="ssms",
        hostname="idp.example.com",
        tenant_id="acme",
        host="smtp.acme.example",
        from_="no-reply@acme.example",
    )


def test_two_runs_in_one_process_do_not_warn_of_each_other(
    engine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process may preview the same tenant for two stacks, one after the other."""
    for folder in (str(engine), str(Path(sys.executable).parent)):
        monkeypatch.setenv("PATH", folder, prepend=os.pathsep)
    variables = {
        "PULUMI_BACKEND_URL": tmp_path.as_uri(),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "x",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    options = automation.LocalWorkspaceOptions(env_vars=variables, pulumi_home=str(tmp_path))
    for name in ("one", "two"):
        stack = automation.create_stack(name, "inline", program=declare, opts=options)
        assert TWINS not in stack.preview().stdout
