"""What `make engine` promises, held with programs of a few lines in folders of their own."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engine_machine import Machine
from tools.engine_build import CLI
from tools.engine_copy import PROGRAMS, installed
from tools.engine_process import Unavailable
from tools.engine_version import INSTALLED


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Give a machine that has nothing."""
    machine = Machine(tmp_path)
    yield machine
    os.close(machine.begun)


def test_the_engine_on_path_comes_before_the_installed_copy(machine: Machine) -> None:
    """A user's own engine is used, whatever was installed before."""
    machine.has_engine(machine.path)
    machine.has_engine(machine.copy)
    assert machine.run()[:2] == (0, f"{machine.path}\n")


def test_a_linked_engine_is_used_where_its_language_host_is(machine: Machine) -> None:
    """A `pulumi` linked into PATH alone stands for the folder that it really lies in."""
    machine.has_engine(machine.root / "opt")
    (machine.path / "pulumi").symlink_to(machine.root / "opt/pulumi")
    assert machine.run()[:2] == (0, f"{machine.root / 'opt'}\n")


@pytest.mark.parametrize(
    ("script", "host", "reason"),
    [
        ("echo v3.215.9", True, "is v3.215.9, older than v3.216.0"),
        ("echo v3.300.0", False, "has no pulumi-language-python beside it"),
        ("echo no such disk >&2; exit 3", True, "version`: no such disk"),
        ("echo dev", True, "answers 'dev', no version"),
    ],
    ids=["too old", "no language host", "fails", "no version"],
)
def test_an_unfit_engine_on_path_is_passed_over(
    machine: Machine, script: str, reason: str, *, host: bool
) -> None:
    """An engine that cannot serve is not used, and the user is told why."""
    machine.has_engine(machine.copy)
    machine.has_engine(machine.path, without="" if host else "pulumi-language-python")
    machine.program(machine.path, "pulumi", script)
    status, out, err = machine.run()
    assert (status, out) == (0, f"{machine.copy}\n")
    assert reason in err


@pytest.mark.parametrize("missing", PROGRAMS)
def test_an_incomplete_copy_is_not_used(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """A copy that lacks any of its programs counts as none."""
    machine.has_engine(machine.copy, without=missing)
    monkeypatch.setenv("XDG_CACHE_HOME", machine.env["XDG_CACHE_HOME"])
    with pytest.raises(Unavailable, match=f"is incomplete, without {missing}$"):
        installed()


def test_a_failure_tells_every_way_that_was_tried(machine: Machine) -> None:
    """Without any way the user reads what was tried, what happened, and what to install."""
    status, out, err = machine.run()
    assert (status, out) == (1, "")
    report = err.partition("Tried:")[2]
    assert "`pulumi` on PATH: none there" in report
    assert f"installed earlier: none in {machine.copy}" in report
    assert f"download of {INSTALLED}: <urlopen error" in report
    assert f"Build of {INSTALLED} with Go: no `go` on PATH" in report
    assert "Install the Pulumi CLI v3.216.0 or newer" in report


def test_a_failed_build_speaks_with_the_words_of_go_and_leaves_nothing(machine: Machine) -> None:
    """What Go says reaches the user; what it made does not stay."""
    machine.program(machine.path, "go", "echo go: no proxy here; exit 1")
    status, _, err = machine.run()
    assert status == 1
    assert "with Go: go: no proxy here\n" in err
    assert machine.left() == set()


def test_a_build_that_lacks_a_part_is_not_put_in_place(machine: Machine) -> None:
    """What was made is used only when it is whole."""
    machine.has_go()
    (machine.root / "sdk/bin/pulumi-language-python").unlink()
    status, _, err = machine.run()
    assert status == 1
    assert "is incomplete, without pulumi-language-python\n" in err
    assert machine.left() == set()


def test_a_build_replaces_broken_copies_and_what_a_killed_run_left(machine: Machine) -> None:
    """An installation leaves one whole copy, and standard output is its folder alone."""
    machine.has_go()
    machine.has_engine(machine.copy, without="pulumi")
    machine.program(machine.cache / "staging-old", "pulumi")
    assert machine.run()[:2] == (0, f"{machine.copy}\n")
    assert machine.left() == {INSTALLED}
    assert {program.name for program in machine.copy.iterdir()} == set(PROGRAMS)


def ended(process: int) -> bool:
    """Tell whether a process ends soon; one that nobody has waited for has ended too."""
    try:
        remnant = psutil.Process(process)
        return remnant.status() == psutil.STATUS_ZOMBIE or not psutil.wait_procs([remnant], 5)[1]
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_leaves_nothing(machine: Machine, number: signal.Signals) -> None:
    """A signal ends the build with all it started and removes what it made."""
    machine.has_go(then="exec sleep 600")
    with machine.start() as run:
        go = machine.go_has_begun()
        run.send_signal(number)
        out, err = run.communicate(timeout=20)
    assert (run.returncode, out) == (128 + number, "")
    assert "Interrupted" in err.splitlines()[-1]
    assert machine.left() == set()
    assert ended(go)


def test_of_two_runs_at_once_the_second_uses_what_the_first_installs(machine: Machine) -> None:
    """Only one run installs; the other says that it waits, then gives the same folder."""
    os.mkfifo(machine.root / "release")
    release = os.open(machine.root / "release", os.O_RDWR)
    machine.has_go(then=f"read go < {machine.root}/release")
    with machine.start() as first:
        machine.go_has_begun()
        with machine.start() as second:
            assert second.stderr
            news = (line for line in second.stderr if line.startswith(("Another", "Building")))
            assert next(news).startswith("Another run is installing the engine: waiting for it")
            os.write(release, b"go\ngo\n")
            assert second.communicate(timeout=20)[0] == f"{machine.copy}\n"
        assert first.communicate(timeout=20)[0] == f"{machine.copy}\n"
    os.close(release)


def test_the_pinned_modules_are_those_of_the_named_version() -> None:
    """The version that the tool names is the one that its checksums hold."""
    pins = (CLI / "go.mod").read_text()
    for module in ("pkg", "sdk"):
        assert f"github.com/pulumi/pulumi/{module}/v3 {INSTALLED} " in pins
