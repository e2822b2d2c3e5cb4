"""A stack of the real engine in its own folders, for the demo and the tests."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

BIN = Path(sys.executable).parent
"""The folder of this environment's programs, the plugin among them."""

PASSPHRASE = "a passphrase of the demo and the tests"  # noqa: S105 - it guards made-up secrets
PATIENCE = 10.0
"""Seconds that an interrupted engine has to end."""


class Run(NamedTuple):
    """What a command of the engine printed, and its exit status."""

    output: str
    status: int


class Stack:
    """The stack `dev` of a project, with its state in a folder.

    Args:
        program: A folder with a Pulumi.yaml; it is copied.
        folder: An empty folder for that copy, the state and the engine's own files.
        engine: The folder that holds the engine.
        variables: Environment variables. Those of this process are added, except for those that
            configure Pulumi or the provider.
    """

    def __init__(
        self, program: Path, folder: Path, engine: Path, variables: Mapping[str, str]
    ) -> None:
        self.project, self.state = folder / "project", folder / "state"
        self.state.mkdir(parents=True)
        shutil.copytree(program, self.project)
        ours = ("PULUMI_", "SMTPCONFIG_")
        inherited = {key: os.environ[key] for key in os.environ if not key.startswith(ours)}
        self.environment = inherited | {
            "PATH": os.pathsep.join([str(engine), inherited["PATH"]]),
            # Not by PATH: the engine would take the plugin beside it, where a program has none.
            "PULUMI_PYTHON_CMD": str(BIN / "python"),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": self.state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # An editable install hides pulumi-plugin.json, so the engine would look for a plugin.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **variables,
        }
        self.must("stack", "init", "dev")

    def run(self, *arguments: str, stdin: str | None = None) -> Run:
        """Run `pulumi` with arguments; standard error is part of the output."""
        with subprocess.Popen(
            ["pulumi", "--non-interactive", "--color=never", *arguments],
            cwd=self.project,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as engine:
            try:
                output, _ = engine.communicate(stdin)
            except BaseException:
                _end(engine)
                raise
        return Run(output, engine.returncode)

    def must(self, *arguments: str, stdin: str | None = None) -> str:
        """Run `pulumi` and return what it printed.

        Raises:
            RuntimeError: It failed; the message is all that it printed.
        """
        output, status = self.run(*arguments, stdin=stdin)
        if status:
            raise RuntimeError(f"`pulumi {' '.join(arguments)}` failed:\n{output}")
        return output

    def configure(self, **config: str) -> None:
        """Set keys of the stack's config to plain values."""
        pairs = [word for key in config for word in ("--plaintext", f"{key}={config[key]}")]
        self.must("config", "set-all", *pairs)

    def configure_secret(self, key: str, value: str) -> None:
        """Set a key of the stack's config to a secret, over standard input."""
        self.must("config", "set", "--secret", key, stdin=value)

    def exported(self) -> dict[str, Any]:
        """Return the stack's state, with secrets as ciphertext."""
        state: dict[str, Any] = json.loads(self.must("stack", "export"))
        return state


def _end(engine: subprocess.Popen[str]) -> None:
    """End the engine and its language host, which would outlive it."""
    with suppress(ProcessLookupError):
        os.killpg(engine.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            engine.wait(PATIENCE)
        os.killpg(engine.pid, signal.SIGKILL)
