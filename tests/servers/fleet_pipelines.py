"""The pipelines of the fleet example, played as GitHub and GitLab run them."""

from __future__ import annotations

import json
import re
import subprocess
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.fleet.project import EXAMPLE
from tools.stack import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.stack import Stack

PIP = "pip install -r requirements.txt"
PULL_REQUEST, PUSH, SCHEDULE = "pull_request", "push", "schedule"
"""The events as GitHub names them."""


class Pipeline(ABC):
    """A pipeline in a checkout on a runner.

    Args:
        stack: The checkout; its environment has what the users of the pipeline configure.
    """

    shell: tuple[str, ...]

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    @abstractmethod
    def commands(self) -> list[str]:
        """Return all that any of its jobs runs."""

    @abstractmethod
    def groups(self) -> Run:
        """Run the job that reads the groups."""

    @abstractmethod
    def jobs(self) -> dict[str, dict[str, str]]:
        """Return the variables of each job that `groups` has led to, by group."""

    @abstractmethod
    def group(self, group: str, event: str) -> Run:
        """Run the job of a group on an event."""

    def play(self, commands: Iterable[str], variables: Mapping[str, str]) -> Run:
        """Run commands, but for what pip installs; stop at the first one that fails."""
        output, status = "", 0
        for command in commands:
            if command == PIP or status:
                continue
            done = subprocess.run(
                [*self.shell, "-c", command],
                cwd=self.stack.project,
                env=self.stack.environment | {**variables},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            output, status = output + done.stdout, done.returncode
        return Run(output, status)


class GitHub(Pipeline):
    """github-actions.yml, whose matrix is an output of its first job."""

    shell = ("bash", "-e")
    workflow = YAML(typ="safe").load((EXAMPLE / "github-actions.yml").read_text())

    def commands(self) -> list[str]:
        """Return all that any of its jobs runs."""
        jobs = self.workflow["jobs"].values()
        return [step["run"] for job in jobs for step in job["steps"] if "run" in step]

    def groups(self) -> Run:
        """Run the job that reads the groups."""
        output = self.stack.project / "output"
        output.write_text("")
        return self.play(self._steps("groups", ""), {"GITHUB_OUTPUT": str(output)})

    def jobs(self) -> dict[str, dict[str, str]]:
        """Return the variables of each job of the matrix, by group."""
        written = (self.stack.project / "output").read_text()
        value = re.fullmatch(r"groups<<END\n(.*)\nEND\n", written, re.DOTALL)
        assert value
        job = self.workflow["jobs"]["group"]
        matrix = "${{ fromJson(needs.groups.outputs.groups).groups }}"
        assert job["strategy"]["matrix"] == {"include": matrix}
        common = {"SMTPCONFIG_READ_BACK": self.workflow["env"]["SMTPCONFIG_READ_BACK"]}
        return {
            each["group"]: common | {key: _evaluated(job["env"][key], each) for key in job["env"]}
            for each in json.loads(value[1])["groups"]
        }

    def group(self, group: str, event: str) -> Run:
        """Run the job of a group on an event."""
        return self.play(self._steps("group", event), self.jobs()[group])

    def _steps(self, job: str, event: str) -> list[str]:
        steps: list[dict[str, Any]] = self.workflow["jobs"][job]["steps"]
        this = (None, f"github.event_name == '{event}'")
        return [step["run"] for step in steps if "run" in step and step.get("if") in this]


def _evaluated(expression: str, matrix: Mapping[str, Any]) -> str:
    """Return what GitHub makes of an expression over the matrix."""
    found = re.fullmatch(r"\$\{\{ matrix\.(\w+)(?: > (\d+))? \}\}", expression)
    assert found
    value = matrix[found[1]]
    return str(value > int(found[2])).lower() if found[2] else str(value)


class GitLab(Pipeline):
    """gitlab-ci.yml, whose child pipeline is written by its first job."""

    shell = ("bash", "-e", "-o", "pipefail")
    parent = YAML(typ="safe").load((EXAMPLE / "gitlab-ci.yml").read_text())
    template = YAML(typ="safe").load((EXAMPLE / "gitlab-group.yml").read_text())

    def commands(self) -> list[str]:
        """Return all that any of its jobs runs."""
        return [*self.parent["groups"]["script"], *self.template[".group"]["script"]]

    def groups(self) -> Run:
        """Run the job that reads the groups."""
        return self.play(self.parent["groups"]["script"], {})

    def jobs(self) -> dict[str, dict[str, str]]:
        """Return the variables of each job of the child pipeline, by group."""
        (made,) = self.parent["groups"]["artifacts"]["paths"]
        child = YAML(typ="safe").load((self.stack.project / made).read_text())
        jobs = [child[key] for key in child if key not in self.template]
        assert all(job["extends"] == ".group" for job in jobs)
        return {each["variables"]["GROUP"]: child["variables"] | each["variables"] for each in jobs}

    def group(self, group: str, event: str) -> Run:
        """Run the job of a group on an event."""
        (variable,) = self.parent["fleet"]["variables"]
        source = "merge_request_event" if event == PULL_REQUEST else event
        variables = self.jobs()[group] | {variable: source}
        return self.play(self.template[".group"]["script"], variables)
