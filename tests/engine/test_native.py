from __future__ import annotations

import json
import re
import signal
import subprocess
import tempfile
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.engine.conftest import CHECKOUT, MAIL, PROGRAMS, UP, declare, without_interruption
from tests.engine.test_interruption import MAX_WAIT, start_up, wait_until
from tools.stack import BIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

STATES = sorted((CHECKOUT / "tests/engine/states").iterdir())
REFRESH = ("refresh", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")
PLUGIN = "pulumi-resource-smtpconfig"
SHIFT = MAIL | {"platform": "shift"}
ID = "shift/idp.example.com/acme"
LIVE = {
    "host": "live.example",
    "port": "587",
    "starttls": "true",
    "from": "no-reply@acme.example",
    "auth": "true",
    "user": "acme",
    "password": "unread",
}
NAMING_THE_RESOURCE = [folder for folder in STATES if folder.name != "fleet"]
"""The recorded stacks whose programs import the resource; `Fleet` declares the dynamic one."""

INTERRUPTED = 3.0
"""Seconds that an interrupted up may take, on a machine with nothing else to do."""

SURVIVED = 5.0
"""Seconds that a plugin may outlive its engine; with nothing else to do it takes none."""

TOKEN_URL = "https://idp.example.com/auth/realms/master/protocol/openid-connect/token"

PATIENCE = 5
"""Measurements until one is believed: a busy machine only ever makes them longer."""


def find_plugin(stack: Stack, folder: Path = BIN) -> None:
    """Let the project say where the plugin is."""
    with (stack.project / "Pulumi.yaml").open("a") as project:
        project.write(f"\nplugins:\n  providers:\n    - name: smtpconfig\n      path: {folder}\n")


@pytest.fixture
def native(open_stack: Callable[[Path], Stack]) -> Stack:
    """A stack whose native resources a test declares with `declare`; SHIFT is read."""
    stack = open_stack(PROGRAMS / "native")
    find_plugin(stack)
    stack.environment["SMTPCONFIG_READ_BACK"] = "admin"
    return stack


def resources(stack: Stack) -> dict[str, Any]:
    """Return the resources in the state by name."""
    return {
        one["urn"].rpartition("::")[2]: one
        for one in stack.exported()["deployment"]["resources"]
        if one["type"].endswith(":SmtpConfig")
    }


def written(emulator: Emulator) -> int:
    """Return how many requests changed something."""
    return sum(request.method != "GET" for request in emulator.requests)


def test_a_resource_lives_and_ends(native: Stack, emulator: Emulator) -> None:
    """A preview sends nothing, an up one request, and a refresh finds drift."""
    secret = {"user": "acme", "password": "correct horse", "from_display_name": "nobody's"}
    declare(native, {"acme": SHIFT | {"secret": secret, "triggers": ["a"]}})
    output = native.must("preview", "--diff")
    assert "correct horse" not in output
    assert not written(emulator)
    native.must(*UP)
    assert written(emulator) == 1
    assert emulator.tenants["acme"]["password"] == "correct horse"
    native.must("preview", "--expect-no-changes")
    emulator.tenants["acme"]["host"] = "drift.example"
    drift = native.must("preview", "--refresh", "--diff")
    assert '~ host: "drift.example" => "smtp.acme.example"' in drift
    native.must(*REFRESH)
    native.must(*UP)
    assert emulator.tenants["acme"]["host"] == "smtp.acme.example"
    state = json.dumps(native.exported())
    assert not [value for value in ("correct horse", "nobody's") if value in state]
    assert "keeps its mail settings" in native.must(*DESTROY)
    assert written(emulator) == 2


def test_a_preview_of_an_update_sends_nothing(native: Stack, emulator: Emulator) -> None:
    """And names what changes, what is new, and what replaces the resource."""
    declare(native, {"acme": SHIFT})
    native.must(*UP)
    declare(native, {"acme": SHIFT | {"host": "b.example", "reply_to": "r@acme.example"}})
    output = native.must("preview", "--diff")
    assert '~ host   : "smtp.acme.example" => "b.example"' in output
    assert '+ replyTo: "r@acme.example"' in output
    declare(native, {"acme": SHIFT | {"tenant_id": "beta"}})
    assert "tenantId" in native.must("preview", "--diff")
    assert written(emulator) == 1


def test_problems_are_one_line_each(native: Stack) -> None:
    """As a program in another language has them, which knows nothing of this package's checks."""
    inputs: dict[str, Any] = {"platform": "shift", "hostname": "idp.example.com"}
    inputs |= {"tenantId": "acme"}
    inputs |= {"host": "https://smtp.acme.example", "port": 0, "from": "c4n4ry at acme"}
    (native.project / "__main__.py").write_text(
        f"import pulumi\npulumi.CustomResource('smtpconfig:index:SmtpConfig', 'acme', {inputs})\n"
    )
    output, status = native.run("preview")
    assert status
    assert {"port", "host", "from"} == set(re.findall(r"problem: (\w+): [^\n]+\n", output))
    assert "c4n4ry" not in output
    assert "Traceback" not in without_interruption(output)


def test_an_error_is_our_text(native: Stack, emulator: Emulator) -> None:
    """Its lines stand on the resource, without a traceback."""
    declare(native, {"acme": SHIFT})
    emulator.order(Fault(400, '{"message": "Not today."}'))
    output, status = native.run(*UP)
    assert status
    lines = [line.strip() for line in output.partition("Diagnostics:")[2].splitlines()]
    (first,) = [n for n, line in enumerate(lines) if line.startswith("error: Mail settings of")]
    assert "Not today." in lines[first + 1]
    assert lines[first + 2].startswith("Next: ")
    assert not lines[first + 3]
    assert "Traceback" not in without_interruption(output)


def test_a_tenant_is_imported_by_command(native: Stack, emulator: Emulator) -> None:
    """A program with the same values then previews without changes; a password is sent once."""
    emulator.tenants["acme"] = dict(LIVE)
    declare(native, {})
    as_typed = ID.replace("idp.example.com", "IDP.example.com:443")
    words = ("import", "smtpconfig:index:SmtpConfig", "acme", as_typed)
    output = native.must(*words, "--yes", "--protect=false", "--generate-code=false")
    assert "does not show its password" in output
    assert resources(native)["acme"]["id"] == ID
    program = SHIFT | {"host": "live.example", "user": "acme"}
    declare(native, {"acme": program})
    native.must("preview", "--expect-no-changes")
    assert not written(emulator)
    declare(native, {"acme": program | {"password": "correct horse"}})
    native.must(*UP)
    native.must("preview", "--expect-no-changes")
    assert (written(emulator), emulator.tenants["acme"]["password"]) == (1, "correct horse")


PRINTED = """\
import pulumi
import pulumi_smtpconfig_sdk as smtpconfig

acme = smtpconfig.SmtpConfig("acme",
    allow_utf8=True,
    base_path="/auth",
    debug=False,
    from_="no-reply@live.example",
    host="live.example",
    hostname="idp.example.com",
    platform=smtpconfig.Platform.KEYCLOAK,
    port=587,
    ssl=False,
    starttls=True,
    tenant_id="acme",
    user="acme",
    opts = pulumi.ResourceOptions(protect=True))
"""
"""What an import printed; the language host that is built for the tests writes no code."""


def test_the_code_that_an_import_prints_previews_without_changes(
    native: Stack, emulator: Emulator
) -> None:
    """Its second line is replaced by the one that the documents give."""
    live = {"host": "live.example", "from": "no-reply@live.example", "port": "587"}
    login = {"auth": "true", "user": "acme", "starttls": "true"}
    emulator.tenants["acme"] = live | login | {"allowutf8": "true", "debug": "false"}
    declare(native, {})
    id_ = "keycloak/idp.example.com/auth/acme"
    words = ("import", "smtpconfig:index:SmtpConfig", "acme", id_)
    native.must(*words, "--yes", "--generate-code=false")
    page = (CHECKOUT / "docs/native.md").read_text("utf-8")
    (replaced,) = re.findall("`(import .* as smtpconfig)`", page)
    (line,) = re.findall("^from .* import native as smtpconfig$", page, re.MULTILINE)
    (native.project / "__main__.py").write_text(PRINTED.replace(replaced, line))
    native.must("preview", "--expect-no-changes")
    assert not written(emulator)


def test_a_tenant_is_imported_by_option(native: Stack, emulator: Emulator) -> None:
    """A password in the program, which no platform shows, does not stand in the way."""
    emulator.tenants["acme"] = dict(LIVE)
    program = SHIFT | {"host": "live.example", "user": "acme", "password": "correct horse"}
    declare(native, {"acme": program | {"import_id": ID}})
    native.must("preview")
    native.must(*UP)
    assert not written(emulator)
    native.must(*UP)
    assert (written(emulator), emulator.tenants["acme"]["password"]) == (1, "correct horse")
    native.must(*UP, "--expect-no-changes")


def test_an_import_of_a_wrong_id_says_what_to_do(native: Stack) -> None:
    """In the words that a user needs."""
    declare(native, {})
    output, status = native.run("import", "smtpconfig:index:SmtpConfig", "acme", "acme", "--yes")
    assert status
    assert "use the id <platform>/<hostname>/<tenantId>" in output


def test_what_the_program_adds_to_an_import_is_taken(native: Stack, emulator: Emulator) -> None:
    """Options are the program's alone; they are stored without a request, nor a password."""
    emulator.tenants["acme"] = dict(LIVE)
    declare(native, {"acme": SHIFT | {"host": "live.example", "user": "acme", "import_id": ID,
                                      "verify": "warn"}})  # fmt: skip
    output = native.must("preview")
    assert "does not show its password" in output
    native.must(*UP)
    native.must(*UP)
    native.must("preview", "--expect-no-changes")
    assert not written(emulator)


@pytest.mark.parametrize("way", ["option", "command"])
def test_settings_that_cannot_be_imported_are_told(
    native: Stack, emulator: Emulator, way: str
) -> None:
    """By our sentence; the engine takes an incomplete import for a bug."""
    emulator.tenants["acme"] = {"host": "live.example"}
    is_option = way == "option"
    declare(native, {"acme": SHIFT | {"import_id": ID}} if is_option else {})
    command = ("import", "smtpconfig:index:SmtpConfig", "acme", ID, "--yes")
    output, status = native.run(*(("preview",) if is_option else command))
    assert status
    assert "from: is required" in output
    assert "correct them on the platform" in output
    assert not re.search(r"\bbug\b", output)  # "debug" is in what an interrupted program prints


def test_settings_that_lint_refuses_are_imported(native: Stack, emulator: Emulator) -> None:
    """A warning says what a program has to correct; the engine takes a failed check for a bug."""
    emulator.tenants["acme"] = LIVE | {"host": "live.example:587"}
    declare(native, {})
    words = ("import", "smtpconfig:index:SmtpConfig", "acme", ID, "--yes", "--protect=false")
    output = native.must(*words, "--generate-code=false")
    assert "host: includes a port; use the server's name, and set port" in output
    assert not re.search(r"\bbug\b", output)  # "debug" is in what an interrupted program prints
    declare(native, {"acme": SHIFT | {"host": "live.example", "user": "acme", "password": "x"}})
    native.must(*UP)
    assert emulator.tenants["acme"]["host"] == "live.example"


def test_a_secret_output_is_not_shown(native: Stack) -> None:
    """Neither when it is created nor when it changes."""
    opts = {"additional_secret_outputs": ["user", "from_display_name", "replyTo"]}
    acme = SHIFT | {"password": "correct horse", "opts": opts}
    for canary in ("c4n4ry-one", "c4n4ry-two"):
        named = {"user": canary, "from_display_name": canary, "reply_to": f"{canary}@acme.example"}
        declare(native, {"acme": acme | named})
        assert canary not in native.must("preview", "--diff")
        native.must(*UP)
    assert "c4n4ry" not in json.dumps(native.exported())


def test_a_tenant_is_looked_up(native: Stack, emulator: Emulator) -> None:
    """`get` and the option `id` read what it has and manage nothing."""
    emulator.tenants["acme"] = dict(LIVE)
    other = SHIFT | {"tenant_id": "other", "opts": {"id": ID}}
    declare(native, {"acme": {"get_id": ID}, "by_id": other})
    assert "password" not in native.must(*UP)
    assert native.must("stack", "output", "acme").strip() == "live.example"
    by_id = resources(native)["by_id"]
    assert (by_id["external"], by_id["outputs"]["host"]) == (True, "live.example")
    assert by_id["outputs"]["tenantId"] == "acme"
    assert not [request for request in emulator.requests if "/other/" in request.path]
    native.must(*REFRESH)
    assert resources(native)["by_id"]["outputs"] == by_id["outputs"]
    native.must(*DESTROY)
    assert not written(emulator)


def test_an_explicit_provider_has_its_own_settings(native: Stack, emulator: Emulator) -> None:
    """They win over variables, are secret in the state, and a change updates no resource."""
    token = native.environment["SMTPCONFIG_TOKEN"]
    native.environment["SMTPCONFIG_TOKEN"] = "somebody-elses"
    declare(native, {"acme": SHIFT | {"provider": token}})
    native.must(*UP)
    assert written(emulator) == 1
    assert token not in json.dumps(native.exported())
    declare(native, {"acme": SHIFT | {"provider": "rotated"}})
    output = native.must(*UP)
    assert "1 updated" in output
    assert written(emulator) == 1


def test_two_providers_have_a_token_each(native: Stack, emulator: Emulator) -> None:
    """One program sends to each tenant with its own provider's token, and a third with neither."""
    token = native.environment["SMTPCONFIG_TOKEN"]
    del native.environment["SMTPCONFIG_READ_BACK"]
    emulator.order(*[Fault(200, "{}")] * 3)  # whatever the token
    declared = {
        "eu": SHIFT | {"tenant_id": "eu", "provider": "eu-token"},
        "us": SHIFT | {"tenant_id": "us", "provider": "us-token"},
        "own": SHIFT | {"tenant_id": "own"},
    }
    declare(native, declared)
    native.must(*UP)
    used = {
        (tenant, request.header("authorization"))
        for request in emulator.requests
        for tenant in declared
        if f"/{tenant}/" in request.path
    }
    tokens = {"eu": "eu-token", "us": "us-token", "own": token}
    assert used == {(tenant, f"Bearer {each}") for tenant, each in tokens.items()}
    assert len(emulator.requests) == 3


def test_a_plugin_that_runs_already_serves_one_provider(native: Stack, emulator: Emulator) -> None:
    """No tenant gets the token of another provider, and the second provider is told why."""
    with subprocess.Popen(
        [BIN / PLUGIN, "127.0.0.1:0"], stdout=subprocess.PIPE, env=native.environment, text=True
    ) as plugin:
        assert plugin.stdout
        port = plugin.stdout.readline().strip()
        native.environment["PULUMI_DEBUG_PROVIDERS"] = f"smtpconfig:{port}"
        token = native.environment["SMTPCONFIG_TOKEN"]
        declare(native, {"eu": SHIFT | {"tenant_id": "eu", "provider": token}})
        native.must("up", "--yes")
        native.must(*REFRESH)
        another = {"us": SHIFT | {"tenant_id": "us", "provider": "us-token"}}
        declare(native, {"eu": SHIFT | {"tenant_id": "eu", "provider": token}} | another)
        output, status = native.run(*UP)
        plugin.kill()
    assert status
    assert "The running plugin already serves urn:" in output
    assert {r.header("authorization") for r in emulator.requests} == {f"Bearer {token}"}
    assert not [r for r in emulator.requests if "/us/" in r.path]


LATER = """
import json
from pathlib import Path

import pulumi

from pulumi_smtpconfig.native import Provider, SmtpConfig

declared = json.loads(Path("declared.json").read_text())
unknown = pulumi.UNKNOWN if pulumi.runtime.is_dry_run() else "later"
first = SmtpConfig("first", **declared | {"tenant_id": unknown})
later = pulumi.ResourceOptions(provider=Provider("later", token=first.endpoint))
SmtpConfig("new", **declared | {"tenant_id": "new"}, opts=later)
tenant = "shift/idp.example.com/imported"
importing = pulumi.ResourceOptions.merge(later, pulumi.ResourceOptions(import_=tenant))
SmtpConfig("imported", **declared | {"tenant_id": "imported", "user": "acme"}, opts=importing)
pulumi.export("host", SmtpConfig.get("read", "shift/idp.example.com/read", later).host)
"""


def test_a_provider_that_is_not_known_yet_reads_nothing(native: Stack, emulator: Emulator) -> None:
    """A variable does not stand in for its token, and what it imports or looks up comes later."""
    emulator.tenants.update({tenant: dict(LIVE) for tenant in ("new", "imported", "read")})
    declare(native, SHIFT)
    (native.project / "__main__.py").write_text(LATER)
    output = native.must("preview")
    assert "do not match" not in output
    assert not emulator.requests


def test_a_provider_has_no_name_of_the_engine_s(native: Stack, emulator: Emulator) -> None:
    """In a language whose SDK does not refuse it; its token would not be used."""
    (native.project / "__main__.py").write_text(
        "import pulumi\npulumi.ProviderResource('smtpconfig', 'default', {'token': 'own'})\n"
    )
    for config in ("", "of the stack"):
        if config:
            native.configure_secret("smtpconfig:token", config)
        output, status = native.run("preview")
        assert status
        assert 'cannot be named "default"' in output
    assert not emulator.requests


def test_no_secret_is_readable_on_disk(native: Stack) -> None:
    """A password and a provider's token are ciphertext in the export and in every file.

    Both are plain in the program.
    """
    words = ("correct horse", "nested-canary", native.environment["SMTPCONFIG_TOKEN"])
    acme = SHIFT | {"user": "acme", "password": words[0], "provider": words[2]}
    declare(native, {"acme": acme | {"secret": {"triggers": ["a", {"b": words[1]}]}}})
    native.must(*UP)
    native.must(*REFRESH)
    files = [file.read_bytes() for file in native.state.rglob("*") if file.is_file()]
    texts = [json.dumps(native.exported()).encode(), *files]
    assert len(texts) > 1
    assert not [word for word in words if any(word.encode() in text for text in texts)]


def test_resource_options_do_what_they_say(native: Stack, emulator: Emulator) -> None:
    """Those that Pulumi ignores in the dynamic host work too."""

    def option(**opts: Any) -> dict[str, Any]:
        return {"platform": "keycloak", "on_delete": "clear", "opts": opts}

    tenants = {
        "ignored": option(ignore_changes=["host"]),
        "replaced": option(replace_on_changes=["host"]),
        "retained": option(retain_on_delete=True),
        "before": option(delete_before_replace=True),
        "plain": option(),
    }
    for tenant in tenants:
        emulator.tenants[tenant] = {}
    declared = {name: MAIL | {"tenant_id": name} | opts for name, opts in tenants.items()}
    declare(native, declared)
    native.must(*UP)
    for arguments in declared.values():
        arguments["host"] = "b.example"
    declare(native, declared)
    preview = native.must("preview", "--diff")
    assert re.search(r"smtpconfig:index:SmtpConfig: \(replace\)\n[^()]*replaced\]", preview)
    native.must(*UP)
    hosts = {tenant: emulator.tenants[tenant]["host"] for tenant in declared}
    assert hosts == dict.fromkeys(declared, "b.example") | {"ignored": MAIL["host"]}
    urns = {name: resource["urn"] for name, resource in resources(native).items()}
    renamed = {f"{name}-2" if name == "plain" else name: each for name, each in declared.items()}
    renamed["plain-2"]["opts"] = {"aliases": [urns["plain"]]}
    del renamed["retained"]
    declare(native, renamed)
    emulator.requests.clear()
    native.must(*UP)
    assert not written(emulator)
    assert emulator.tenants["retained"]["host"] == "b.example"


def test_a_time_limit_of_the_engine_is_refused(native: Stack, emulator: Emulator) -> None:
    """The plugin does not follow it, and says which setting does."""
    declare(native, {"acme": SHIFT | {"opts": {"custom_timeouts": {"create": "5s"}}}})
    output, status = native.run("preview")
    assert status
    assert "opts.custom_timeouts: cannot be used" in output
    assert "Traceback" not in output
    assert not emulator.requests


def test_the_engine_prints_the_schema(native: Stack) -> None:
    """From the program's path, so that tools can make SDKs of it."""
    schema = json.loads(native.must("package", "get-schema", str(BIN / PLUGIN)))
    assert (schema["name"], schema["version"]) == ("smtpconfig", version("pulumi-smtpconfig"))


def test_the_config_of_today_is_used_in_a_refresh_and_a_destroy(
    native: Stack, emulator: Emulator
) -> None:
    """Unlike in the dynamic host, which has that of the last up."""
    emulator.tenants["acme"] = {}
    token = native.environment.pop("SMTPCONFIG_TOKEN")
    native.configure_secret("smtpconfig:token", token)
    declare(native, {"acme": MAIL | {"platform": "keycloak", "on_delete": "clear"}})
    native.must("config", "set", "--secret", "--path", "smtpconfig:credentials.idp.token", "x")
    native.must("config", "set", "--path", "smtpconfig:credentials.idp.scope", "a")
    native.configure(**{"smtpconfig:retries": "1"})
    native.must(*UP)
    native.configure_secret("smtpconfig:token", "today's")
    native.must("config", "rm", "smtpconfig:retries")
    native.configure(**{"smtpconfig:timeout": "20"})
    for words in (REFRESH, DESTROY):
        emulator.requests.clear()
        assert native.run(*words).status
        assert {r.header("authorization") for r in emulator.requests} == {"Bearer today's"}


def swap(stack: Stack, old: str, new: str) -> None:
    """Change the line of a program that imports the resource."""
    program = stack.project / "__main__.py"
    text = program.read_text("utf-8")
    assert f"from {old} import" in text
    program.write_text(text.replace(f"from {old} import", f"from {new} import"), "utf-8")


@pytest.mark.parametrize("recorded", NAMING_THE_RESOURCE, ids=lambda folder: folder.name)
def test_a_recorded_state_moves_to_the_plugin_and_back(
    open_stack: Callable[[Path], Stack], emulator: Emulator, recorded: Path
) -> None:
    """One line of the program changes; there is no diff and no request."""
    stack = open_stack(recorded)
    find_plugin(stack)
    stack.must("stack", "import", "--file", "state.json")
    ways = [("pulumi_smtpconfig", "pulumi_smtpconfig.native")]
    for old, new in [*ways, *((new, old) for old, new in ways)]:
        swap(stack, old, new)
        stack.must("preview", "--expect-no-changes")
        stack.must(*UP, "--expect-no-changes")
        assert all(("dynamic" in r["type"]) == ("native" in old) for r in resources(stack).values())
    assert not emulator.requests
    emulator.order(*[Fault(204, on="read")] * 3)
    stack.must(*DESTROY)


def test_a_resource_of_the_plugin_moves_to_the_dynamic_host(
    native: Stack, emulator: Emulator
) -> None:
    """An update without a request gives the state what a destroy needs."""
    declare(native, {"acme": SHIFT})
    native.must(*UP)
    program = native.project / "__main__.py"
    text = program.read_text("utf-8").replace("Provider, ", "")
    program.write_text(text.replace("pulumi_smtpconfig.native", "pulumi_smtpconfig"))
    native.must(*UP)
    native.must("preview", "--expect-no-changes")
    native.must(*DESTROY)
    assert written(emulator) == 1


def plugins(engine: Any) -> list[Any]:
    """Return the processes of the plugin."""
    return [
        process
        for process in engine.children(recursive=True)
        if any(PLUGIN in word for word in process.cmdline())
    ]


def test_an_interrupted_operation_ends_at_once(
    native: Stack, emulator: Emulator, record_property: Callable[[str, object], None]
) -> None:
    """Even if the platform hangs.

    It is a refresh, because an engine before 3.229 may wait 5 s for a program that it cannot
    interrupt: the program outlives its language host and keeps the pipe that the engine reads.
    """
    declare(native, {"acme": SHIFT})
    native.must(*UP)
    took: list[float] = []
    while len(took) < PATIENCE:
        emulator.requests.clear()
        emulator.order(Fault(delay=10 * MAX_WAIT, on="read"))
        engine = start_up(native, *REFRESH)
        wait_until(lambda: len(emulator.requests) == 1)
        began = time.monotonic()
        engine.send_signal(signal.SIGINT)
        engine.wait(MAX_WAIT)
        took.append(time.monotonic() - began)
        if took[-1] < INTERRUPTED:
            break
    record_property("note", f"an interrupted refresh ended in {took[-1]:.1f} s")
    assert took[-1] < INTERRUPTED


def test_an_interrupted_up_says_what_to_do(native: Stack, emulator: Emulator) -> None:
    """Its request may have been applied, and it is not in the state."""
    declare(native, {"acme": SHIFT})
    emulator.order(Fault(delay=10 * MAX_WAIT))
    with tempfile.TemporaryFile("w+") as printed:
        engine = start_up(native, *UP, stdout=printed)
        wait_until(lambda: written(emulator) == 1)
        engine.send_signal(signal.SIGINT)
        engine.wait(MAX_WAIT)
        printed.seek(0)
        output = printed.read()
    assert 'Mail settings of tenant "acme": POST https://' in output
    assert "It was interrupted." in output
    assert "Traceback" not in without_interruption(output)
    assert not resources(native)
    native.must(*UP)
    assert written(emulator) == 2


def test_sixty_four_requests_are_sent_at_a_time_with_one_token(
    native: Stack, emulator: Emulator, record_property: Callable[[str, object], None]
) -> None:
    """No request waits for another, and the plugin ends with a killed engine, whatever it does."""
    native.environment |= {"PULUMI_PARALLEL": "64", **client_credentials(emulator)}
    del native.environment["SMTPCONFIG_TOKEN"]
    declare(native, {f"t{n}": SHIFT | {"tenant_id": f"t{n}"} for n in range(64)})
    took: list[float] = []
    while len(took) < PATIENCE:
        emulator.requests.clear()
        emulator.order(*[Fault(delay=10 * MAX_WAIT, on="mail")] * 64)
        engine = start_up(native, *UP)
        wait_until(lambda: in_flight(emulator) == 64)
        assert written(emulator) == 64 + 1  # for the token
        took.append(survival(engine))
        native.must("cancel", "--yes")
        if took[-1] < SURVIVED:
            break
    record_property("note", f"the plugin outlived a killed engine by {took[-1]:.2f} s")
    assert took[-1] < SURVIVED


def test_the_plugin_ends_with_an_engine_that_waits_for_the_program(
    native: Stack, record_property: Callable[[str, object], None]
) -> None:
    """It is killed while the plugin has nothing to do."""
    program = native.project / "__main__.py"
    waiting = "\nimport time\nPath('waits').touch()\ntime.sleep(600)\n"
    declare(native, {"acme": SHIFT})
    native.must(*UP)
    program.write_text(program.read_text("utf-8") + waiting)
    took: list[float] = []
    while len(took) < PATIENCE:
        (native.project / "waits").unlink(missing_ok=True)
        engine = start_up(native, "preview", "--refresh")
        wait_until((native.project / "waits").exists)
        took.append(survival(engine))
        native.must("cancel", "--yes")
        if took[-1] < SURVIVED:
            break
    record_property("note", f"an idle plugin outlived a killed engine by {took[-1]:.2f} s")
    assert took[-1] < SURVIVED


def client_credentials(emulator: Emulator) -> dict[str, str]:
    """Return the variables of a client with one token endpoint for all tenants."""
    return {
        "SMTPCONFIG_CLIENT_ID": emulator.client_id,
        "SMTPCONFIG_CLIENT_SECRET": emulator.client_secret,
        "SMTPCONFIG_TOKEN_URL": TOKEN_URL,
    }


def in_flight(emulator: Emulator) -> int:
    """Return how many requests have come that hang."""
    return written(emulator) - sum(r.target.endswith("/token") for r in emulator.requests)


def survival(engine: Any) -> float:
    """Kill an engine, and return for how many seconds its plugins outlive it."""
    running = plugins(engine)
    assert running
    engine.kill()
    began = time.monotonic()
    engine.wait()
    wait_until(lambda: not any(process.is_running() for process in running))
    return time.monotonic() - began
