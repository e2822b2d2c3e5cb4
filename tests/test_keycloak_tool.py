"""How `tools.keycloak` installs, held with programs of a few lines in folders of their own."""

from pathlib import Path

import pytest

from tests.keycloak_machine import Machine
from tools import keycloak_copy
from tools.engine_process import Unavailable
from tools.keycloak_copy import VERSION, distribution
from tools.keycloak_java import java_environment

MAVEN_FAILS = """
echo '[ERROR] Could not find artifact org.keycloak:keycloak-quarkus-dist -> [Help 1]'
echo '[ERROR] '
echo '[ERROR] Re-run Maven using the -X switch to enable full debug logging.'
echo '[ERROR] [Help 1] http://cwiki.apache.org/confluence/display/MAVEN'
exit 1
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Give a machine with a Java and a Maven that has the distribution on a shelf."""
    machine = Machine(tmp_path)
    machine.program("java", "echo openjdk 21.0.1 2023-10-17")
    machine.has_maven("echo $* > built")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    for name, value in machine.env.items():
        monkeypatch.setenv(name, value)
    return machine


def test_a_missing_java_is_named_in_one_line(machine: Machine) -> None:
    """The user reads what to install, and nothing else."""
    (machine.path / "java").unlink()
    status, out, err = machine.run()
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(
        "Keycloak needs Java 17 or newer in JAVA_HOME or on PATH. `java --version"
    )


@pytest.mark.parametrize("words", ["openjdk 11.0.2 2019-01-15", "java version 1.8", "no number"])
def test_a_java_that_is_too_old_is_named_in_one_line(machine: Machine, words: str) -> None:
    """The line says which Java was found."""
    machine.program("java", f"echo {words}")
    status, out, err = machine.run()
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.endswith(f"on PATH. `java --version`: {words}\n")


def test_the_java_of_java_home_comes_first(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keycloak runs on the Java that was looked at, with no setting for another Keycloak."""
    machine.program("java", "exit 1")
    home = machine.path / "home"
    (home / "bin").mkdir(parents=True)
    machine.program("home/bin/java", "echo openjdk 17.0.15")
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setenv("KC_HTTP_PORT", "1")
    monkeypatch.setenv("JAVA_OPTS", "-Xmx1m")
    environment = java_environment(KC_OURS="yes")
    assert environment["JAVA"] == f"{home}/bin/java"
    assert environment.keys() == {"PATH", "JAVA", "JAVA_OPTS_APPEND", "KC_OURS"}


def test_a_missing_maven_is_named_in_one_line(machine: Machine) -> None:
    """Only the download needs it."""
    (machine.path / "mvn").unlink()
    missing = "Fetching Keycloak needs Maven: there is no `mvn` on PATH.\n"
    assert machine.run() == (1, "", missing)


def test_a_failed_download_speaks_with_the_words_of_maven(machine: Machine) -> None:
    """What went wrong reaches the user, without Maven's advice on using Maven."""
    machine.program("mvn", MAVEN_FAILS)
    status, out, err = machine.run()
    words = "[ERROR] Could not find artifact org.keycloak:keycloak-quarkus-dist -> [Help 1]"
    assert (status, out, err.splitlines()[1:]) == (1, "", [words])
    assert machine.left() == set()


def test_another_archive_than_the_pinned_one_is_not_used(machine: Machine) -> None:
    """Whatever Maven brings is held against the checksum in the source."""
    status, out, err = machine.run()
    assert (status, out) == (1, "")
    assert f"not {keycloak_copy.SHA256}" in err
    assert machine.left() == set()


def test_an_installed_distribution_is_used_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is fetched and prepared once, and needs no Maven from then on."""
    monkeypatch.setattr(keycloak_copy, "SHA256", machine.digest())
    folder = distribution()
    assert folder == machine.cache / VERSION
    assert (folder / "built").read_text() == "build --db=dev-mem\n"
    assert machine.left() == {VERSION}
    (machine.path / "mvn").unlink()
    assert machine.run() == (0, f"{folder}\n", "")


def test_a_distribution_that_cannot_be_prepared_is_not_used(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is whole and prepared is put in place."""
    machine.has_maven("echo no such database; exit 2")
    monkeypatch.setattr(keycloak_copy, "SHA256", machine.digest())
    with pytest.raises(Unavailable, match=r"^no such database$"):
        distribution()
    assert machine.left() == set()
