from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.emulator import Fault
from pulumi_smtpconfig.testing import SmtpServer
from tests.conftest import PASSWORD
from tests.plugin.engine import UNKNOWN, URN, CallFailed, Engine, Logged, secret, struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.emulator import Emulator
    from tests.plugin.conftest import OpenEngine

ENDPOINT = "https://ACME.idp.example.com/digitanium/v4/mail/config"
REFUSED = "The next preview refuses what was imported"
KEYCLOAK = {"platform": "keycloak", "onDelete": "clear"}
MAX_WAIT = 60.0
HANGS = 600.0
SOON = 1.0
NOTHING_CHANGED = "It was interrupted. Nothing was changed on the platform."


def wait_for(requests: list[Any], number: int) -> None:
    """Wait until the platform has so many requests."""
    end = time.monotonic() + MAX_WAIT
    while len(requests) < number:
        assert time.monotonic() < end, "timed out"
        time.sleep(0.02)


def test_nothing_is_sent_in_a_preview(
    engine: Engine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Create and update return what is known, the endpoint included."""
    inputs, problems = engine.check(acme)
    assert not problems
    id_, outputs = engine.create(inputs, preview=True)
    assert id_ == "ssms/idp.example.com/ACME"
    assert outputs == {**acme, "password": secret(PASSWORD), "endpoint": ENDPOINT}
    assert engine.update(outputs, inputs | {"host": "other.example"}, preview=True) == {
        **outputs,
        "host": "other.example",
    }
    assert not emulator.requests


def test_what_is_unknown_in_a_preview_stays_unknown(engine: Engine, acme: dict[str, Any]) -> None:
    """An unknown password stays a secret, and an unknown tenant has no endpoint yet."""
    news = acme | {"password": secret(UNKNOWN), "tenantId": UNKNOWN, "triggers": [1, [UNKNOWN]]}
    inputs, problems = engine.check(news)
    assert not problems
    assert inputs["triggers"] == [1, [UNKNOWN]]
    id_, outputs = engine.create(inputs, preview=True)
    assert not id_
    assert (outputs["endpoint"], outputs["password"]) == (UNKNOWN, secret(UNKNOWN))


def test_a_resource_lives_and_ends(
    engine: Engine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Create, refresh, update and delete send what the dynamic resource sends."""
    inputs, _ = engine.check(acme)
    id_, outputs = engine.create(inputs)
    assert (id_, outputs["endpoint"]) == ("ssms/idp.example.com/ACME", ENDPOINT)
    assert emulator.requests[-1].json()["password"] == PASSWORD
    assert engine.read(id_, outputs, inputs) == (id_, outputs, inputs)
    assert engine.update(outputs, inputs | {"host": "b.example"})["host"] == "b.example"
    assert [r.method for r in emulator.requests] == ["POST", "POST"]
    engine.delete(outputs)
    assert engine.warnings[-1].name == "mail"
    assert "keeps the settings" in engine.warnings[-1].text


def test_secrets_stay_secret_whatever_a_program_marks(engine: Engine, acme: dict[str, Any]) -> None:
    """A plain password is marked, and so is whatever a program marks, at any depth."""
    triggers = ["a", {"b": secret("nested")}]
    marked = {"user": secret("acme"), "tenantId": secret("ACME"), "triggers": triggers}
    inputs, _ = engine.check(acme | marked)
    assert inputs == acme | marked | {"password": secret(PASSWORD)}
    _, outputs = engine.create(inputs)
    assert outputs == inputs | {"endpoint": secret(ENDPOINT)}
    id_, read, again = engine.read("id", outputs, inputs)
    assert (id_, read, again) == ("id", outputs, inputs)


def test_a_fingerprint_is_secret(open_engine: OpenEngine, acme: dict[str, Any]) -> None:
    """It tells of the password that a reference names."""
    del acme["password"]
    with open_engine(MAIL_PASSWORD="n0t-a-w0rd") as engine:
        inputs, _ = engine.check(acme | {"passwordFrom": "env:MAIL_PASSWORD"})
        _, outputs = engine.create(inputs)
    assert outputs["passwordFingerprint"]["value"].startswith("$scrypt$")


def test_a_rotated_secret_is_an_update_without_a_property(
    open_engine: OpenEngine, acme: dict[str, Any]
) -> None:
    """The reference stays the same, so a diff does not show it on both sides; a warning tells."""
    del acme["password"]
    with open_engine(MAIL_PASSWORD="one") as engine:
        inputs, _ = engine.check(acme | {"passwordFrom": "env:MAIL_PASSWORD"})
        _, outputs = engine.create(inputs)
    with open_engine(MAIL_PASSWORD="two") as engine:
        kinds, response = engine.diff(outputs, inputs)
        assert "contains another password" in engine.warnings[-1].text
        assert engine.diff(outputs, inputs | {"host": "b.example"})[0] == {"host": "UPDATE"}
    assert (kinds, list(response.diffs)) == ({}, ["passwordFrom"])
    assert response.changes == pb.DiffResponse.DIFF_SOME
    assert not response.hasDetailedDiff


def test_properties_are_named_as_in_the_schema(
    engine: Engine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """In a warning, in a remedy, and in a problem."""
    engine.delete(acme | KEYCLOAK | {"onDelete": "retain"})
    assert 'onDelete is "retain"' in engine.warnings[-1].text
    emulator.order(Fault(404))
    with pytest.raises(CallFailed, match="tenantId"):
        engine.create(engine.check(acme)[0])
    _, problems = engine.check(acme | {"envelopeFrom": "ü@acme.example", "platform": "keycloak"})
    assert any("allowUtf8" in problem for problem in problems)


def test_a_diff_names_each_property(engine: Engine, acme: dict[str, Any]) -> None:
    """It is added, updated, deleted, or replaces the resource."""
    inputs, _ = engine.check(acme)
    news = {k: v for k, v in inputs.items() if k != "replyToDisplayName"}
    news |= {"host": "b.example", "verify": "warn", "tenantId": "OTHER"}
    kinds, response = engine.diff(inputs, news)
    assert kinds == {
        "host": "UPDATE",
        "verify": "ADD",
        "replyToDisplayName": "DELETE",
        "tenantId": "UPDATE_REPLACE",
    }
    assert list(response.replaces) == ["tenantId"]
    kinds, response = engine.diff(inputs, inputs)
    assert (kinds, response.changes) == ({}, pb.DiffResponse.DIFF_NONE)


def test_all_problems_are_reported_at_once_and_without_values(
    engine: Engine, acme: dict[str, Any]
) -> None:
    """No property is named to the engine, which would print its value."""
    news = acme | {"port": 0, "ssl": "maybe", "hostt": "x", "lintIgnore": ["E101"]}
    _, problems = engine.check(news)
    assert all(problem.startswith("|") for problem in problems)
    assert [p.partition(":")[0] for p in problems] == ["|ssl", "|port", "|hostt", "|lintIgnore"]
    assert PASSWORD not in str(problems)


def test_a_lint_warning_is_on_its_resource_once(engine: Engine, acme: dict[str, Any]) -> None:
    """The engine checks a resource that is replaced twice; a silenced code is not stored."""
    for _ in range(2):
        engine.check(acme | {"port": 26}, name="port")
    lint = [w.text for w in engine.warnings if w.name == "port" and w.text.endswith("]")]
    codes = [text.rpartition("[")[2].rstrip("]") for text in lint]
    assert codes
    assert len(codes) == len(set(codes))
    inputs, _ = engine.check(acme | {"port": 26, "lintIgnore": codes}, name="silenced")
    assert "lintIgnore" not in inputs
    assert not [w for w in engine.warnings if w.name == "silenced" and w.text.endswith("]")]


def test_a_warning_takes_no_proxy(open_engine: OpenEngine, acme: dict[str, Any]) -> None:
    """The engine is on this machine, whatever proxies others are behind."""
    proxy = "http://127.0.0.1:9"
    proxies = {"http_proxy": proxy, "https_proxy": proxy, "no_proxy": "", "NO_PROXY": ""}
    with open_engine(**proxies) as engine:
        engine.check(acme | {"port": 26})
        assert engine.warnings


def test_two_resources_for_a_tenant_are_warned_of(
    open_engine: OpenEngine, acme: dict[str, Any]
) -> None:
    """Both names are told."""
    with open_engine() as engine:
        for name in ("a::one", "a::one", "two"):
            engine.check(acme, name=name)
        told = [w for w in engine.warnings if "same tenant" in w.text]
    assert [w.name for w in told] == ["two"]
    assert '"a::one" and "two"' in told[0].text


def test_an_error_is_our_text_and_nothing_else(
    engine: Engine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """What was done, what happened, and what to do next."""
    inputs, _ = engine.check(acme)
    emulator.order(Fault(400, '{"message": "Not today."}'))
    with pytest.raises(CallFailed) as failed:
        engine.create(inputs)
    first, second, third = str(failed.value).split("\n")
    assert first == f'Mail settings of tenant "ACME": POST {ENDPOINT} failed.'
    assert "Not today." in second
    assert third.startswith("  Next: ")


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("Invoke", pb.InvokeRequest(tok="smtpconfig:index:f")),
        ("Call", pb.CallRequest(tok="smtpconfig:index:f")),
        ("Construct", pb.ConstructRequest(type="smtpconfig:index:Component")),
        ("Parameterize", pb.ParameterizeRequest()),
        ("GetMapping", pb.GetMappingRequest(key="terraform")),
        ("GetMappings", pb.GetMappingsRequest(key="terraform")),
    ],
)
def test_what_is_not_offered_is_unimplemented(
    engine: Engine, method: str, request_: object
) -> None:
    """The engine then does without."""
    with pytest.raises(grpc.RpcError) as failed:
        getattr(engine.stub, method)(request_)
    assert failed.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_the_settings_of_a_provider_are_secret(engine: Engine) -> None:
    """They are ciphertext in the state also where a program gives them plain."""
    settings = {"token": "t", "clientSecret": "c", "oauthPassword": "p", "credentials": "{}"}
    request = pb.CheckRequest(urn="urn", news=struct({**settings, "timeout": "5"}))
    inputs = engine.stub.CheckConfig(request).inputs
    assert MessageToDict(inputs) == {k: secret(v) for k, v in settings.items()} | {"timeout": "5"}
    assert engine.stub.DiffConfig(pb.DiffRequest(olds=struct({"token": "a"}))) == pb.DiffResponse()


@pytest.mark.parametrize(
    ("name", "settings", "variables", "used"),
    [
        ("default", {"token": "old"}, {"PULUMI_CONFIG": '{"token": "today"}'}, "today"),
        ("default_0_1_0", {}, {"PULUMI_CONFIG": '{"token": "today"}'}, "today"),
        ("default", {}, {"SMTPCONFIG_TOKEN": "variable"}, "variable"),
        ("eu", {"token": "own"}, {"SMTPCONFIG_TOKEN": "variable"}, "own"),
        ("eu", {}, {"SMTPCONFIG_TOKEN": "variable"}, "variable"),
        ("default-eu", {"token": "own"}, {"PULUMI_CONFIG": '{"token": "a"}'}, "own"),
        ("default_eu", {"token": "own"}, {"PULUMI_CONFIG": '{"token": "a"}'}, "own"),
        ("default_https_/x.example", {}, {"PULUMI_CONFIG": '{"token": "today"}'}, "today"),
        ("default_0_1_0_https_/x", {}, {"PULUMI_CONFIG": '{"token": "today"}'}, "today"),
        ("default_github_/api/x", {}, {"PULUMI_CONFIG": '{"token": "today"}'}, "today"),
    ],
)
def test_a_setting_comes_from_one_place(  # noqa: PLR0913, PLR0917 - one argument a place
    open_engine: OpenEngine,
    emulator: Emulator,
    acme: dict[str, Any],
    name: str,
    settings: dict[str, Any],
    variables: dict[str, str],
    used: str,
) -> None:
    """The default provider has today's config below variables; an explicit one wins over them."""
    token = {"SMTPCONFIG_TOKEN": ""}
    with open_engine(settings, name, **token | variables) as engine, pytest.raises(CallFailed):
        engine.create(engine.check(acme)[0])
    assert emulator.requests[-1].header("authorization") == f"Bearer {used}"


@pytest.mark.parametrize(
    ("own", "variables"),
    [
        ({"clientId", "clientSecret"}, {"token": "variable"}),
        ({"clientId", "clientSecret"}, {"oauthUsername": "u", "oauthPassword": "p"}),
        ({"clientId", "clientSecret"}, {"tokenUrl": "https://elsewhere.example/", "scope": "s"}),
    ],
)
def test_a_provider_s_credentials_are_not_mixed_with_variables(
    open_engine: OpenEngine,
    emulator: Emulator,
    acme: dict[str, Any],
    own: set[str],
    variables: dict[str, str],
) -> None:
    """A client of its own gets its own token, whatever the variables have."""
    client = {"clientId": emulator.client_id, "clientSecret": emulator.client_secret}
    environment = {"SMTPCONFIG_TOKEN": ""} | {variable(k): v for k, v in variables.items()}
    settings = {key: client[key] for key in own}
    with open_engine(settings, "eu", **environment) as engine:
        engine.create(engine.check(acme | {"platform": "shift"})[0])
    forms = [request for request in emulator.requests if request.path.endswith("/token")]
    grants = [dict(form.form()).get("grant_type") for form in forms]
    assert grants == ["client_credentials"]


@pytest.mark.parametrize("key", ["token", "timeout", "credentials", "caBundle"])
@pytest.mark.parametrize("unknown", [UNKNOWN, secret(UNKNOWN), [UNKNOWN]], ids=str)
def test_a_provider_that_is_not_known_yet_reads_nothing(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any], key: str, unknown: object
) -> None:
    """A preview does without: a variable is not the setting, nor is a default."""
    emulator.tenants["acme"] = {"host": "old.example", "from": "a@acme.example"}
    shift = acme | {"platform": "shift", "tenantId": "acme"}
    variables = {"SMTPCONFIG_READ_BACK": "admin", "SMTPCONFIG_CREDENTIALS": '{"other": {}}'}
    with open_engine({"token": emulator.token, key: unknown}, "eu", **variables) as engine:
        news = shift | ({"credentials": "own"} if key == "credentials" else {})
        inputs, problems = engine.check(news)
        assert not problems
        engine.create(inputs, preview=True)
    assert not emulator.requests


@pytest.mark.parametrize("name", ["default", "default_1_2_3", "default_1_2_3_eu"])
def test_a_provider_cannot_have_the_name_of_the_engine_s_own(
    open_engine: OpenEngine, name: str
) -> None:
    """Its settings would be taken for those of the last up; the engine's own have today's."""
    config = {"timeout": "5", "token": "of the stack"}
    with open_engine(PULUMI_CONFIG=json.dumps(config)) as engine:
        urn = engine.urn.replace("::default", f"::{name}")

        def failures(settings: dict[str, Any]) -> list[str]:
            response = engine.stub.CheckConfig(pb.CheckRequest(urn=urn, news=struct(settings)))
            return [failure.reason for failure in response.failures]

        engine_s = {"version": "1.2.3", "pluginDownloadURL": "x"}
        assert not failures(config | {"token": secret("of the stack")} | engine_s)
        for own in ("own", secret("own"), secret(UNKNOWN), 6, None):
            for key in ("token", "timeout", "retries"):
                (told,) = failures({**config, key: own} if own else {key: config.get(key, "3")})
                assert "another name" in told
                assert "own" not in told.split()


@pytest.mark.parametrize(
    ("setting", "value", "valid"),
    [("retries", 2, True), ("timeout", 5, True), ("timeout", 0.5, True), ("retries", 2.5, False)],
)
def test_a_number_is_a_setting(  # noqa: PLR0913, PLR0917 - fixtures
    open_engine: OpenEngine,
    emulator: Emulator,
    acme: dict[str, Any],
    setting: str,
    value: float,
    valid: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """The wire has no integers, and YAML has numbers."""
    emulator.order(*[Fault(400)] * valid)
    with open_engine({setting: value}, "eu") as engine, pytest.raises(CallFailed) as failed:
        engine.create(engine.check(acme)[0])
    assert (f"{setting} of provider" in str(failed.value)) == (not valid)


EXPLICIT = 'the settings that provider "eu" had in the last `pulumi up`'


@pytest.mark.parametrize(
    ("name", "today", "told"),
    [
        ("default", {"PULUMI_CONFIG": "{}"}, ""),
        ("default", {}, "the config of the last `pulumi up`"),
        ("eu", {"PULUMI_CONFIG": "{}"}, EXPLICIT),
    ],
)
def test_advice_about_the_last_up_is_given_where_it_is_true(
    open_engine: OpenEngine, acme: dict[str, Any], name: str, today: dict[str, str], told: str
) -> None:
    """A refresh by the engine's own provider has today's config."""
    with open_engine({}, name, **today) as engine:
        engine.read("id", acme | {"endpoint": ENDPOINT})
        (unread,) = [w.text for w in engine.warnings if "are not read" in w.text]
    assert told in unread
    assert ("the last `pulumi up`" in unread) == bool(told)


def test_advice_for_a_provider_names_its_settings(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Neither the stack's config nor a variable that it wins over."""
    shift, clears = acme | {"platform": "shift"}, acme | KEYCLOAK

    def told(settings: dict[str, str], step: str = "create", **variables: str) -> str:
        with (
            open_engine(settings, "eu", **{"SMTPCONFIG_TOKEN": ""} | variables) as engine,
            pytest.raises(CallFailed) as failed,
        ):
            engine.create(engine.check(shift)[0]) if step == "create" else engine.delete(clears)
        return str(failed.value)

    missing = 'Next: give token to provider "eu", or set the environment variable SMTPCONFIG_TOKEN.'
    texts = [told({})]
    assert texts[-1].endswith(missing)
    texts.append(told({}, "delete"))
    assert texts[-1].endswith(f"{missing} `pulumi refresh`, `pulumi destroy` and `--refresh` use "
                              f"{EXPLICIT}: after a change, add `--run-program`.")  # fmt: skip
    texts.append(told({"clientId": "c"}, SMTPCONFIG_CLIENT_SECRET="x"))
    assert texts[-1].endswith('Next: give clientSecret to provider "eu".')
    texts.append(told({}, SMTPCONFIG_CLIENT_ID="c"))
    assert texts[-1].endswith("Next: set the environment variable SMTPCONFIG_CLIENT_SECRET.")
    texts.append(told({"timeout": "never", "token": "t"}))
    assert '\n  The timeout of provider "eu" is ' in texts[-1]
    emulator.order(Fault(delay=HANGS))
    own = {"timeout": "0.5", "retries": "0", "token": "t"}
    texts.append(told(own, SMTPCONFIG_TIMEOUT="50"))
    assert 'within the timeout of provider "eu"' in texts[-1]
    texts.append(told({"token": "wrong"}))
    assert 'in the token of provider "eu"' in texts[-1]
    assert not [text for text in texts if "smtpconfig:" in text or "pulumi config" in text]


def test_a_warning_about_a_provider_names_its_settings(
    open_engine: OpenEngine, acme: dict[str, Any]
) -> None:
    """What is set in the stack's config does not apply to it."""
    with open_engine({"readBack": "yes"}, "eu") as engine:
        engine.read("id", acme | {"endpoint": ENDPOINT})
        engine.read("id", acme | {"platform": "shift", "endpoint": ENDPOINT})
        request = pb.CreateRequest(urn=f"{URN}a", properties=struct(acme), preview=True, timeout=5)
        engine.call("Create", request)
        texts = [w.text for w in engine.warnings]
    assert texts[0].startswith('The readBack of provider "eu" is neither admin nor off')
    assert any('set the readUrl of provider "eu"' in text for text in texts)
    assert any('set the readBack of provider "eu" to admin' in text for text in texts)
    assert any('Set the timeout of provider "eu"' in text for text in texts)
    assert not [text for text in texts if "smtpconfig:" in text]


def test_the_platform_s_own_words_name_no_provider(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """What it says of `smtpconfig:` is left as it is."""
    with open_engine({}, "eu") as engine:
        inputs, _ = engine.check(acme)
        emulator.order(Fault(400, '{"message": "see smtpconfig:index:SmtpConfig"}'))
        with pytest.raises(CallFailed, match="see smtpconfig:index:SmtpConfig"):
            engine.create(inputs)


def test_a_misspelt_setting_is_told(open_engine: OpenEngine) -> None:
    """Before anything needs it."""
    with open_engine({"tokn": "secret", "version": "0.1.0"}, "eu") as engine:
        (warning,) = engine.warnings
    assert warning.text == (
        'The tokn of provider "eu" is not a connection setting. '
        'If the token of provider "eu" is meant, correct the name.'
    )


def test_a_project_may_have_the_namespace(open_engine: OpenEngine) -> None:
    """Its own keys are no settings that are misspelt."""
    config = '{"smtpPassword": "x"}'
    with open_engine(project="smtpconfig", PULUMI_CONFIG=config) as engine:
        assert not engine.warnings
    with open_engine(PULUMI_CONFIG=config) as engine:
        assert [w.name for w in engine.warnings] == ["default"]


def test_a_wrong_setting_does_not_block_a_delete(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """It is read when it is needed, which is when a tenant is cleared."""
    with open_engine({"timeout": "never", "connectTo": "x"}, "eu") as engine:
        engine.delete(acme)
        with pytest.raises(CallFailed, match="timeout of provider"):
            engine.delete(acme | KEYCLOAK)
    assert not emulator.requests


def test_an_import_returns_what_the_platform_has(engine: Engine, emulator: Emulator) -> None:
    """The inputs preview without changes, and the missing password is told once."""
    emulator.tenants["acme"] = {
        "host": "smtp.acme.example",
        "port": "587",
        "starttls": "true",
        "from": "no-reply@acme.example",
        "auth": "true",
        "user": "acme",
        "password": "hidden",
    }
    id_, outputs, inputs = engine.read("keycloak/IDP.example.com:443/auth/acme")
    assert id_ == "keycloak/idp.example.com/auth/acme"
    assert "password" not in outputs
    assert outputs == inputs | {
        "endpoint": "https://idp.example.com/auth/admin/realms/acme",
    }

    def told() -> int:
        return len([w for w in engine.warnings if "does not show its password" in w.text])

    assert not told(), "a look-up imports nothing, so nothing needs the password"
    for _ in range(2):
        assert engine.check(inputs, inputs) == (inputs, [])
    assert told() == 1
    assert not engine.diff(outputs, inputs)[0]
    for own in ({}, {"onDelete": "clear"}, {"verify": "warn", "credentials": "own"}):
        checked, problems = engine.check(inputs | own, inputs, "imported before")
        assert (checked, problems) == (inputs | own, [])
    assert told() == 1
    _, problems = engine.check(inputs | {"triggers": [1]}, inputs, "imported before")
    assert [p.partition(":")[0] for p in problems] == ["|password"]
    _, problems = engine.check(inputs, inputs | {"password": "known"}, "imported before")
    assert [p.partition(":")[0] for p in problems] == ["|password"]
    for name in ("mail", "imported before"):
        _, problems = engine.check(inputs | {"host": "new.example"}, inputs, name)
        assert [p.partition(":")[0] for p in problems] == ["|password"]


@pytest.mark.parametrize(
    "own",
    [
        {"onDelete": "clear"},
        {"verify": "warn", "triggers": ["a"]},
        {"credentials": "own"},
        {"password": "new"},
        {"passwordFrom": "env:HOME"},
    ],
    ids=str,
)
def test_an_import_takes_what_no_platform_shows_from_the_program(
    engine: Engine, emulator: Emulator, own: dict[str, Any]
) -> None:
    """Check and diff agree that nothing differs; a missing password is no problem yet."""
    live = {"host": "a.example", "from": "a@acme.example", "auth": "true", "user": "acme"}
    emulator.tenants["acme"] = dict(live)
    _, outputs, inputs = engine.read("keycloak/idp.example.com/acme")
    checked, problems = engine.check(inputs | own, inputs)
    assert not problems
    assert not engine.diff(outputs, checked)[0]


@pytest.mark.parametrize(
    ("live", "wrong"),
    [
        ({}, "host: is required; from: is required"),
        ({"host": "smtp.acme.example"}, "from: is required"),
        ({"from": "a@acme.example"}, "host: is required"),
        ({"host": "smtp.acme.example", "from": "c4n4ry"}, "from: "),
        ({"host": "smtp.acme.example", "from": "a@acme.example", "port": "c4n4ry"}, "port: "),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["shift", "keycloak"])
def test_an_import_of_settings_that_no_program_can_declare_says_so(
    open_engine: OpenEngine, emulator: Emulator, live: dict[str, str], wrong: str, kind: str
) -> None:
    """In a sentence, and not by what the engine takes for a bug."""
    emulator.tenants["acme"] = {"replyTo": "r@acme.example"} | live
    with (
        open_engine(SMTPCONFIG_READ_BACK="admin") as engine,
        pytest.raises(CallFailed, match="Next: correct them on the platform") as failed,
    ):
        engine.read(f"{kind}/idp.example.com/acme")
    assert wrong in str(failed.value)
    assert "c4n4ry" not in str(failed.value)


@pytest.mark.parametrize(
    ("live", "code"),
    [
        ({"host": "smtp.acme.example:587"}, "E302"),
        ({"host": "smtp.acme.example "}, "E304"),
        ({"from": "grüße@acme.example"}, "E405"),
    ],
    ids=str,
)
def test_an_import_of_settings_that_lint_refuses_warns(
    engine: Engine, emulator: Emulator, live: dict[str, str], code: str
) -> None:
    """The engine imports them either way, and takes a failed check for a bug; a program's fails."""
    emulator.tenants["acme"] = {"host": "smtp.acme.example", "from": "a@acme.example"} | live
    _, _, inputs = engine.read("keycloak/idp.example.com/acme")
    assert engine.check(inputs, inputs) == (inputs, [])
    assert [w for w in engine.warnings if REFUSED in w.text and f"[{code}]" in w.text]
    _, problems = engine.check(inputs | {"verify": "warn"}, inputs)
    assert [each for each in problems if f"[{code}]" in each]


KEPT = {"allowutf8": "true", "debug": "false", "timeout": "9000", "writeTimeout": "8000"}
"""What a Keycloak realm has of the settings that stay as they are unless a program gives them."""


def test_an_import_has_what_a_realm_keeps_and_a_program_may_leave_it_out(
    engine: Engine, emulator: Emulator
) -> None:
    """The program may say it, leave it out, or change it, and only a change is one."""
    live = {"host": "a.example", "from": "grüße@acme.example", "auth": "true", "user": "acme"}
    emulator.tenants["acme"] = live | KEPT
    _, outputs, inputs = engine.read("keycloak/idp.example.com/acme")
    kept = {"allowUtf8": True, "debug": False, "timeout": 9, "writeTimeout": 8}
    assert {key: inputs[key] for key in kept} == kept
    assert engine.check(inputs, inputs) == (inputs, [])
    without = {key: value for key, value in inputs.items() if key not in kept}
    for left_out in (inputs, without | {"allowUtf8": True}):
        checked, problems = engine.check(left_out, inputs)
        assert not problems
        assert not engine.diff(outputs, checked)[0]
    _, problems = engine.check(inputs | {"debug": True}, inputs)
    assert [problem.partition(":")[0] for problem in problems] == ["|password"]
    assert engine.diff(outputs, inputs | {"debug": True})[0]


@pytest.mark.parametrize("wrong", ["host", "from", "port", "ssl", "onDelete"])
def test_a_check_that_fails_makes_nothing_unknown(
    engine: Engine, acme: dict[str, Any], wrong: str
) -> None:
    """An import goes on after a failure, and has no values that come later."""
    news = acme | {wrong: ["wrong"]}
    inputs, problems = engine.check(news)
    assert problems
    assert inputs == news | {"password": secret(PASSWORD)}


@pytest.mark.parametrize(
    ("id_", "told"),
    [
        ("", "<platform>/<hostname>/<tenantId>"),
        ("acme", "<platform>/<hostname>/<tenantId>"),
        ("other/idp.example.com/acme", "platform: "),
        ("keycloak//acme", "hostname: is required"),
        ("keycloak/idp.example.com//acme", "<platform>/<hostname>/<tenantId>"),
        ("keycloak/idp.example.com//auth/acme", "<platform>/<hostname>/<tenantId>"),
        ("keycloak/idp.example.com/auth//acme", "<platform>/<hostname>/<tenantId>"),
        ("keycloak/idp.example.com/acme/", "<platform>/<hostname>/<tenantId>"),
        ("shift/idp.example.com/auth/acme", "basePath: is for Keycloak"),
        ("ssms/idp.example.com/acme", "set smtpconfig:readUrl"),
        ("shift/idp.example.com/acme", "set smtpconfig:readBack"),
        ("keycloak/idp.example.com/auth/none", "no mail settings"),
    ],
)
def test_an_import_that_cannot_be_says_what_to_do(engine: Engine, id_: str, told: str) -> None:
    """A wrong id, a platform that is not read, and a tenant without settings."""
    with pytest.raises(CallFailed, match="Next: ") as failed:
        engine.read(id_)
    assert told in str(failed.value)


def test_a_cancelled_operation_ends(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Cancel finds its way while more operations wait than the engine ever starts at once."""
    emulator.order(*[Fault(delay=HANGS)] * 80)
    with open_engine() as engine, ThreadPoolExecutor(80) as threads:
        inputs, _ = engine.check(acme)
        calls = [threads.submit(engine.create, inputs) for _ in range(80)]
        wait_for(emulator.requests, 80)
        began = time.monotonic()
        engine.stub.Cancel(Empty())
        errors = [str(call.exception()) for call in calls]
        assert time.monotonic() - began < MAX_WAIT / 2
    assert all("It was interrupted." in error and "Next: " in error for error in errors)


def test_nothing_more_is_sent_for_a_cancelled_operation(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """The read that it waited for may end later; the settings do not follow it."""
    emulator.tenants["ACME"] = {}
    with open_engine() as engine, ThreadPoolExecutor(1) as threads:
        inputs, _ = engine.check(acme | KEYCLOAK)
        emulator.requests.clear()
        emulator.order(Fault(delay=SOON, on="read"))
        call = threads.submit(engine.create, inputs)
        wait_for(emulator.requests, 1)
        engine.stub.Cancel(Empty())
        assert 'Mail settings of tenant "ACME"' in str(call.exception())
        assert NOTHING_CHANGED in str(call.exception())
        time.sleep(3 * SOON)
    assert [request.method for request in emulator.requests] == ["GET"]


@pytest.mark.parametrize("step", ["create", "clear", "refresh"])
def test_nothing_begins_after_cancel(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any], step: str
) -> None:
    """What was not begun says that nothing was changed."""
    keycloak = acme | KEYCLOAK
    with open_engine() as engine:
        inputs, _ = engine.check(acme)
        emulator.requests.clear()
        engine.stub.Cancel(Empty())
        steps: dict[str, Callable[[], object]] = {
            "create": lambda: engine.create(inputs),
            "clear": lambda: engine.delete(keycloak),
            "refresh": lambda: engine.read("id", keycloak | {"endpoint": ENDPOINT}),
        }
        with pytest.raises(CallFailed, match=NOTHING_CHANGED):
            steps[step]()
        time.sleep(SOON)
    assert not emulator.requests


def test_settings_do_not_follow_a_token_that_comes_after_cancel(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """While the token is fetched, nothing is changed yet."""
    client = {"clientId": emulator.client_id, "clientSecret": emulator.client_secret}
    with open_engine(client, "eu") as engine, ThreadPoolExecutor(1) as threads:
        inputs, _ = engine.check(acme | {"platform": "shift"})
        emulator.order(Fault(delay=SOON, on="token"))
        call = threads.submit(engine.create, inputs)
        wait_for(emulator.requests, 1)
        engine.stub.Cancel(Empty())
        assert NOTHING_CHANGED in str(call.exception())
        time.sleep(3 * SOON)
    assert [request.path.endswith("/token") for request in emulator.requests] == [True]


def test_a_pause_before_another_try_ends_with_the_operation(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """No try follows; the one that was made is told, or that it was interrupted."""
    emulator.order(Fault(503, headers={"Retry-After": str(int(2 * SOON))}))
    with open_engine() as engine, ThreadPoolExecutor(1) as threads:
        inputs, _ = engine.check(acme)
        call = threads.submit(engine.create, inputs)
        wait_for(engine.statuses, 1)
        engine.stub.Cancel(Empty())
        assert "Next: " in str(call.exception())
        time.sleep(4 * SOON)
    assert len(emulator.requests) == 1


def test_sixty_four_requests_are_sent_at_a_time(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """None waits for another."""
    emulator.order(*[Fault(delay=HANGS)] * 64)
    with open_engine() as engine:
        inputs, _ = engine.check(acme)
        for _ in range(64):
            threading.Thread(target=pytest.raises, args=(CallFailed, engine.create, inputs)).start()
        wait_for(emulator.requests, 64)
        engine.stub.Cancel(Empty())


def test_a_time_limit_is_told_to_do_nothing(engine: Engine, acme: dict[str, Any]) -> None:
    """In languages whose resource cannot refuse it, at preview too, and once."""
    request = pb.CreateRequest(
        urn=f"{URN}limited", properties=struct(engine.check(acme)[0]), preview=True, timeout=5.0
    )
    for _ in range(2):
        engine.call("Create", request)
    (warning,) = [w for w in engine.warnings if w.name == "limited"]
    assert "customTimeouts" in warning.text
    assert "smtpconfig:timeout" in warning.text


def test_a_retry_is_shown_while_it_runs(
    engine: Engine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """The resource's row says which try it is, and how long the wait is; no log keeps that."""
    emulator.order(Fault(429, headers={"Retry-After": "2"}), Fault(503))
    engine.create(engine.check(acme)[0])
    shown = [status for status in engine.statuses if "of 4" in status.text]
    assert shown[0].text == "try 2 of 4 in 2 s"
    assert {status.text for status in shown} >= {"try 2 of 4", "try 3 of 4"}
    assert {status.name for status in shown} == {"mail"}
    assert not [warning for warning in engine.warnings if "of 4" in warning.text]


def test_a_token_that_is_renewed_is_shown(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """A second try with a new token takes its time."""
    client = {"clientId": emulator.client_id, "clientSecret": emulator.client_secret}
    emulator.order(Fault(401, on="mail"))
    with open_engine(client, "eu", SMTPCONFIG_TOKEN="") as engine:
        engine.create(engine.check(acme | {"platform": "shift"})[0])
        assert Logged("mail", "renewing the token") in engine.statuses


def test_a_verification_is_shown(engine: Engine, emulator: Emulator, acme: dict[str, Any]) -> None:
    """It may take its 15 s; nothing is sent in a preview, and nothing shown."""
    with SmtpServer() as server:
        mail = acme | {"host": server.host, "port": server.port, "verify": "require"}
        mail |= {"starttls": False, "from": "a@acme.example"}
        del mail["user"], mail["password"]
        inputs, problems = engine.check(mail)
        assert not problems
        verifying = Logged("mail", "verifying the settings at the SMTP server")
        engine.create(inputs, preview=True)
        assert verifying not in engine.statuses
        engine.create(inputs)
    assert verifying in engine.statuses
    assert len(emulator.requests) == 1


def test_the_plugin_ends_with_the_engine(open_engine: OpenEngine) -> None:
    """Even if it was never called."""
    with open_engine() as engine:
        assert engine.process.stdout
        engine.process.stdout.close()
        engine.process.wait(MAX_WAIT)


def test_a_state_of_the_dynamic_resource_is_taken_over(
    engine: Engine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Its provider stays in the outputs, for a program that moves back, and is no change."""
    inputs, _ = engine.check(acme)
    state = inputs | {"endpoint": ENDPOINT, "__provider": "pickled"}
    assert not engine.diff(state, inputs)[0]
    assert engine.read("id", state)[1]["__provider"] == "pickled"
    assert engine.update(state, inputs)["__provider"] == "pickled"
    assert not emulator.requests


def attach(engine: Engine, address: str) -> None:
    """Do what an engine does for each of its providers if the plugin runs already."""
    engine.stub.Attach(plugin_pb2.PluginAttach(address=address))


def configure(engine: Engine, name: str, token: str) -> None:
    """Configure a provider of the engine."""
    urn = f"{engine.urn.rpartition('::')[0]}::{name}"
    request = pb.ConfigureRequest(args=struct({"token": token}), name=name, urn=urn)
    engine.call("Configure", request)


def test_an_attached_plugin_serves_one_provider(
    open_engine: OpenEngine, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """It could send the token of a second one for the first one's tenants; it keeps to the first.

    Operation after operation, and with settings that change meanwhile.
    """
    with open_engine(name="eu", SMTPCONFIG_TOKEN="") as engine:
        for operation in range(2):
            attach(engine, f"127.0.0.1:{operation + 1}")
            configure(engine, "eu", f"token-{operation}")
            attach(engine, f"127.0.0.1:{operation + 1}")
            for other in ("us", "default"):
                with pytest.raises(CallFailed) as refused:
                    configure(engine, other, "other-token")
                assert f"already serves {engine.urn}, and cannot also serve " in str(refused.value)
                assert "\n  Next: " in str(refused.value)
                assert "other-token" not in str(refused.value)
            emulator.order(Fault(200, "{}"))
            engine.create(acme)
            assert emulator.requests[-1].header("authorization") == f"Bearer token-{operation}"
