"""The pipelines of examples/pipeline that audit every night."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from pulumi_smtpconfig.cli.exit_codes import EXIT_FAILED
from pulumi_smtpconfig.config import variable
from tests.docs.pages import CHECKOUT
from tests.docs.test_reference import connection_settings

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tests.audit.dns_server import DnsServer

FOLDER = CHECKOUT / "examples/pipeline"
PAGE = "audit.html"


def parsed(name: str) -> Any:
    """Return what a file says."""
    return YAML(typ="safe").load((FOLDER / name).read_text("utf-8"))


GITHUB, GITLAB = parsed("audit-github-actions.yml"), parsed("audit-gitlab-ci.yml")["audit"]
STEPS: list[dict[str, Any]] = GITHUB["jobs"]["audit"]["steps"]
INSTALL, AUDIT = (step["run"] for step in STEPS if "run" in step)
UPLOAD = STEPS[-1]


def test_both_run_the_same_commands() -> None:
    """What is tested of one holds for the other."""
    assert GITLAB["before_script"] == [INSTALL]
    assert GITLAB["script"] == [AUDIT]


def test_the_page_of_a_bad_night_is_kept(
    emulator: Emulator, dns_server: DnsServer, tmp_path: Path
) -> None:
    """The command fails, and has written the page at the path that both keep even then."""
    emulator.tenants["acme"] = {"host": "smtp://smtp.acme.invalid", "from": "a@acme.invalid"}
    ours = Path(sys.executable).parent
    environment = {
        **{key: os.environ[key] for key in os.environ if not key.startswith("SMTPCONFIG_")},
        **emulator.environment,
        "PATH": f"{ours}{os.pathsep}{os.environ['PATH']}",
        "KEYCLOAK_HOST": "sso.example.com",
        "SMTPCONFIG_TOKEN_URL": GITHUB["env"]["SMTPCONFIG_TOKEN_URL"],
    }
    command = f"{AUDIT} --dns-server {dns_server.address}"
    night = subprocess.run(
        ["bash", "-e", "-c", command], cwd=tmp_path, env=environment, check=False
    )
    assert night.returncode == EXIT_FAILED
    assert ">acme<" in (tmp_path / PAGE).read_text("utf-8")
    assert (UPLOAD["with"]["path"], UPLOAD["if"]) == (PAGE, "always()")
    assert GITLAB["artifacts"]["paths"] == [PAGE]
    assert GITLAB["artifacts"]["when"] == "always"


def test_the_variables_are_those_that_are_read() -> None:
    """And the token endpoint is the same."""
    named = {*GITHUB["env"]} - {"KEYCLOAK_HOST"}
    assert named <= {variable(key) for key in connection_settings()}
    assert GITLAB["variables"].items() <= GITHUB["env"].items()


def test_nothing_that_others_choose_becomes_a_part_of_a_command() -> None:
    """It reaches the shell as a variable."""
    assert "${{" not in INSTALL + AUDIT
