"""`smtpconfig fleet` checks and formats a file of tenants."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.cli.fleet.annotations import github
from pulumi_smtpconfig.fleet.problems import Problem
from tests.cli.command import MODULE, document, process, smtpconfig
from tests.cli.terminal import terminal
from tests.fleet.files import HEAD
from tests.fleet.project import EXAMPLE
from tests.fleet.test_formatting import TIDY, UNTIDY

if TYPE_CHECKING:
    from typer.testing import Result

GOOD = f"{HEAD}  acme: {{}}\n  globex: {{}}\n"
WRONG = f"""{HEAD}  acme:
    host: smtp://smtp.acme.example
    from: nobody
    ssl: true
    starttls: true
  globex: {{port: 2526}}
"""
FOUND = [
    (11, "error", "acme", "host", "E301"),
    (12, "error", "acme", "from", None),
    (14, "error", "acme", "starttls", "E101"),
    (15, "warning", "globex", "port", "W103"),
]
SPECIAL = "a%:,=\n\r023AC "
"""What means something to GitHub's runner."""

CREDENTIALS = json.dumps({"idp": {"token": "t" * 20, "hostnames": ["idp.other.example"]}})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the command runs in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fleet(text: str | bytes, *arguments: str, **variables: str) -> Result:
    """Run a command on tenants.yaml in this folder."""
    Path("tenants.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return smtpconfig("fleet", *arguments, **variables)


@pytest.mark.usefixtures("folder")
def test_a_check_says_what_each_tenant_has_wrong_and_a_summary() -> None:
    """Errors and warnings have a line each, with file, line, tenant and code."""
    result = fleet(WRONG, "check")
    assert result.exit_code == 1
    *lines, summary = result.stdout.splitlines()
    assert summary == "error tenants.yaml: 2 tenants, 2 groups, 3 errors, 1 warning"
    for line, (number, severity, tenant, key, code) in zip(lines, FOUND, strict=True):
        assert line.startswith(f'{severity} tenants.yaml:{number}: tenant "{tenant}": {key}: ')
        assert line.endswith(f"[{code}]") == bool(code)


@pytest.mark.usefixtures("folder")
def test_a_check_of_a_file_in_order_ends_well() -> None:
    """Warnings are no reason to fail, as in a preview."""
    result = fleet(GOOD, "check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "ok tenants.yaml: 2 tenants, 2 groups, no problems\n"
    result = fleet(f"{HEAD}  globex: {{port: 2526}}\n", "check")
    assert result.exit_code == 0
    assert result.stdout.endswith("ok tenants.yaml: 1 tenant, 2 groups, 1 warning\n")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("bound", [{}, {"hostnames": []}, {"hostnames": ["*"]}], ids=str)
def test_a_check_refuses_credentials_that_are_not_bound(bound: dict[str, list[str]]) -> None:
    """Whether or not a tenant names them, as the fleet's program does, and in its words."""
    idp = {"token": "t" * 20, "hostnames": ["idp.example.com"]}
    sets = {"idp": idp, "other": {"token": "c4n4ry", **bound}}
    words = 'SMTPCONFIG_CREDENTIALS: the credentials "other" have no hostnames that limit'
    variables = {"SMTPCONFIG_CREDENTIALS": json.dumps(sets)}
    for text in (GOOD, WRONG, "- not a mapping"):
        result = fleet(text, "check", **variables)
        assert result.exit_code == 1
        assert words in result.stdout
        assert fleet(text, "groups", **variables).exit_code == 1
    found = document(fleet(GOOD, "check", "--json", **variables))["problems"]
    assert [each["tenant"] for each in found if words in each["message"]] == [None]


@pytest.mark.usefixtures("folder")
def test_json_is_one_object_with_every_problem() -> None:
    """What there is none of is null."""
    result = fleet(WRONG, "check", "--json")
    parsed = document(result)
    assert result.exit_code == 1
    assert (parsed["file"], parsed["groups"], parsed["tenants"]) == (
        "tenants.yaml",
        ["eu", "us"],
        2,
    )
    keys = ("line", "severity", "tenant", "key", "code")
    assert [tuple(each[key] for key in keys) for each in parsed["problems"]] == FOUND
    assert parsed["happened"] is parsed["remedy"] is None


@pytest.mark.usefixtures("folder")
def test_annotations_stand_at_the_lines_of_a_pull_request() -> None:
    """GitHub's runner reads one command a line; its log shows the message alone."""
    result = fleet(WRONG, "check", "--format", "github")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    for line, (number, severity, tenant, *_) in zip(lines, FOUND, strict=True):
        assert line.startswith(f"::{severity} file=tenants.yaml,line={number},title=")
        assert f'::tenants.yaml:{number}: tenant "{tenant}": ' in line
        assert line.count("::") == 2


RUNNER = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}
"""What GitHub's runner decodes (`ActionCommand` in its source), in this order reversed."""


def read_by_runner(line: str) -> tuple[str, dict[str, str], str]:
    """Return a command's name, properties and message as GitHub's runner reads it."""

    def decoded(text: str) -> str:
        for escaped in reversed(RUNNER):
            text = text.replace(escaped, RUNNER[escaped])
        return text

    _, command, message = line.split("::", 2)
    name, _, properties = command.partition(" ")
    pairs = (each.partition("=") for each in properties.split(","))
    return name, {key: decoded(value) for key, _, value in pairs}, decoded(message)


@given(st.text(SPECIAL, min_size=1), st.text(SPECIAL))
@example("a,b:c%.yaml", "is wrong\n::error::no%0Athing")
def test_no_name_or_message_ends_an_annotation(name: str, what: str) -> None:
    """The runner reads one command, and reads both as they are."""
    annotated = github(Path(name), [Problem(name, 7, what)])
    assert annotated.endswith("\n")
    assert not {"\n", "\r"} & {*annotated[:-1]}
    level, properties, message = read_by_runner(annotated[:-1])
    assert (level, properties["file"], properties["line"]) == ("error", name, "7")
    assert message == f"{name}:7: {what}"


@pytest.mark.parametrize("workspace", ["", ".", "a b"])
@pytest.mark.parametrize("here", [".", "a b", "other"])
def test_annotations_name_the_file_as_the_repository_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch, workspace: str, here: str
) -> None:
    """From the checkout that GitHub names, or from the folder of the run, however it was named."""
    (folder / "a b").mkdir()
    (folder / "other").mkdir()
    file = folder / "a b/tenants.yaml"
    file.write_text(WRONG)
    monkeypatch.chdir(folder / here)
    given = os.path.relpath(file, folder / here)
    root = folder / (workspace or here)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(root) if workspace else "")
    told = os.path.relpath(file, root)
    for path in (given, str(file)):
        result = smtpconfig("fleet", "check", path, "--format", "github")
        assert f"::error file={told},line=11," in result.stdout
        log = json.loads(smtpconfig("fleet", "check", path, "--format", "sarif").stdout)
        place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": quote(told)}


@pytest.mark.usefixtures("folder")
def test_sarif_has_a_rule_for_each_code() -> None:
    """Code scanning takes the log: version, tool, rules, results with level and place."""
    log = json.loads(fleet(WRONG, "check", "--format", "sarif").stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted({code or "invalid" for *_, code in FOUND})
    for each, (line, severity, *_, code) in zip(run["results"], FOUND, strict=True):
        place = each["locations"][0]["physicalLocation"]
        assert (each["level"], each["ruleId"]) == (severity, code or "invalid")
        assert place["artifactLocation"]["uri"] == "tenants.yaml"
        assert place["region"]["startLine"] == line


@pytest.mark.usefixtures("folder")
def test_credentials_of_the_environment_are_checked_as_a_preview_does() -> None:
    """A host that they are not for is told, and no token shown."""
    result = fleet(GOOD, "check", SMTPCONFIG_CREDENTIALS=CREDENTIALS)
    assert result.exit_code == 1
    assert result.stdout.startswith('error tenants.yaml:10: tenant "acme": credentials: The ')
    assert "may not be used for idp.example.com" in result.stdout
    assert "tttt" not in result.output


BAD: dict[str, tuple[str | bytes, int]] = {
    "no YAML": ("a: [", 1),
    "no text": (b"\xff", 1),
    "a tab": ("\ta: 1", 1),
    "nothing": ("", 1),
    "a list": ("- a", 1),
    "unknown keys": (f"{HEAD}  acme: {{x: 1}}\n", 1),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", [("check",), ("check", "--json"), ("groups",)], ids=str)
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_fails_every_command_that_reads_it(kind: str, command: tuple[str, ...]) -> None:
    """A pipeline stops before it makes stacks of it."""
    text, code = BAD[kind]
    result = fleet(text, *command)
    assert result.exit_code == code
    assert "tenants.yaml" in result.output
    assert "not shown" not in result.output


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "command", [("check",), ("groups",), ("fmt",), ("fmt", "--check")], ids=str
)
def test_a_file_that_cannot_be_read_has_no_result(command: tuple[str, ...]) -> None:
    """The reason is the operating system's."""
    result = smtpconfig("fleet", *command, "gone.yaml")
    assert result.exit_code == 3
    assert "gone.yaml:1: cannot be read: No such file or directory" in result.stderr
    assert "The argument FILE is the path of the file of tenants." in result.stderr


@pytest.mark.usefixtures("folder")
def test_an_unknown_format_is_refused() -> None:
    """The error lists all."""
    result = fleet(GOOD, "check", "--format", "xml")
    assert result.exit_code == 2
    assert 'format: must be "text", "github" or "sarif"' in result.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("format_", ["github", "sarif"])
def test_two_formats_at_once_are_refused(format_: str) -> None:
    """Whoever asked for both would look in vain for one of them."""
    result = fleet(GOOD, "check", "--json", "--format", format_)
    assert result.exit_code == 2
    assert document(result)["happened"] == "--format: cannot be given with --json"
    assert fleet(GOOD, "check", "--json", "--format", "text").exit_code == 0


@pytest.mark.usefixtures("folder")
def test_groups_have_the_number_of_their_tenants() -> None:
    """A line each for a shell, and objects for a matrix; a group without tenants is one too."""
    result = fleet(GOOD, "groups")
    assert (result.exit_code, result.stdout) == (0, "eu 2\nus 0\n")
    result = fleet(GOOD, "groups", "--json")
    groups = [{"group": "eu", "tenants": 2}, {"group": "us", "tenants": 0}]
    assert document(result) == {"groups": groups, "happened": None, "remedy": None}


@pytest.mark.usefixtures("folder")
def test_a_file_with_errors_has_no_groups() -> None:
    """No pipeline starts with some of them."""
    result = fleet(WRONG, "groups")
    assert (result.exit_code, result.stdout) == (1, "")
    assert 'tenants.yaml:11: tenant "acme": host: is a URL' in result.stderr
    result = fleet(WRONG, "groups", "--json")
    assert (result.exit_code, document(result)["groups"]) == (1, [])


def test_the_schema_is_the_one_of_the_package() -> None:
    """Editors take it from a file that this prints."""
    ended = process("fleet", "schema")
    assert ended.returncode == 0
    assert {"groups", "defaults", "tenants"} == {*json.loads(ended.stdout)["properties"]}


@pytest.mark.usefixtures("folder")
def test_a_file_is_formatted_in_place_once() -> None:
    """`--check` changes nothing, and fails as long as there is something to change."""
    result = fleet(UNTIDY, "fmt", "--check")
    assert result.exit_code == 1
    assert "run `smtpconfig fleet fmt tenants.yaml`." in result.stderr
    assert Path("tenants.yaml").read_text() == UNTIDY
    result = smtpconfig("fleet", "fmt")
    assert (result.exit_code, result.stdout) == (0, "tenants.yaml was formatted.\n")
    assert Path("tenants.yaml").read_text() == TIDY
    for arguments in ((), ("--check",)):
        result = smtpconfig("fleet", "fmt", *arguments)
        assert (result.exit_code, result.stdout) == (0, "tenants.yaml is already formatted.\n")


@pytest.mark.parametrize("path", ["my file.yaml", "$(touch x).yaml", "it's.yaml", "a`b`.yaml"])
def test_the_command_that_formats_can_be_pasted(folder: Path, path: str) -> None:
    """A shell gets the path of the file, whatever is in it."""
    (folder / path).write_text(UNTIDY)
    result = smtpconfig("fleet", "fmt", "--check", path)
    assert result.exit_code == 1
    command = result.stderr.partition("Next: run `")[2].rpartition("`.")[0]
    assert shlex.split(command) == ["smtpconfig", "fleet", "fmt", path]


@pytest.mark.parametrize("begins", ["\ufeff", "\ufeff\n"])
@pytest.mark.usefixtures("folder")
def test_a_byte_order_mark_is_removed(begins: str) -> None:
    """The text means the same without it, so it is not left to editors."""
    assert fleet(begins + TIDY, "fmt", "--check").exit_code == 1
    assert smtpconfig("fleet", "fmt").exit_code == 0
    assert Path("tenants.yaml").read_bytes() == TIDY.encode()
    assert smtpconfig("fleet", "fmt", "--check").exit_code == 0


def test_a_file_that_is_not_yaml_is_not_formatted(folder: Path) -> None:
    """It stays as it is."""
    result = fleet("a: &x 1\n", "fmt")
    assert result.exit_code == 1
    assert "tenants.yaml:1: anchors are not allowed" in result.stderr
    assert (folder / "tenants.yaml").read_text() == "a: &x 1\n"
    assert [each.name for each in folder.iterdir()] == ["tenants.yaml"]


def test_a_terminal_shows_errors_and_warnings_in_colours(folder: Path) -> None:
    """Red and yellow; without a terminal there are none."""
    (folder / "tenants.yaml").write_text(WRONG)
    with terminal("fleet", "check") as screen:
        assert screen.end() == 1
    assert "\x1b[1;31merror\x1b[0m tenants.yaml:11:" in screen.shown
    assert "\x1b[33mwarning\x1b[0m tenants.yaml:15:" in screen.shown
    assert "\x1b" not in process("fleet", "check").stdout


def test_a_check_knows_no_pulumi() -> None:
    """It works where only its extra is installed."""
    code = (
        "import sys; sys.modules['pulumi'] = None\n"
        "from pulumi_smtpconfig.cli.app import app\n"
        "app(sys.argv[1:])"
    )
    for arguments in (("check",), ("groups",), ("schema",), ("fmt", "--check")):
        file = () if arguments == ("schema",) else (str(EXAMPLE / "tenants.yaml"),)
        ended = process("fleet", *arguments, *file, command=[sys.executable, "-c", code])
        assert ended.returncode == 0, ended.stderr


def test_the_command_says_what_it_needs(folder: Path) -> None:
    """A package that is missing is told with the extra that has it."""
    (folder / "ruamel").mkdir()
    (folder / "ruamel/yaml.py").write_text("raise ModuleNotFoundError(name='ruamel.yaml')")
    (folder / "ruamel/__init__.py").touch()
    (folder / "tenants.yaml").write_text(UNTIDY)
    ended = process("fleet", "fmt", command=MODULE, variables={"PYTHONPATH": str(folder)})
    assert ended.returncode == 3
    assert "No module named 'ruamel.yaml'" in ended.stderr
    assert "pip install 'pulumi-smtpconfig[fleet]'" in ended.stderr
