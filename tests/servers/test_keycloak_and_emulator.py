"""The emulator responds as a real Keycloak does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.mail_server import mail_server
from tests.servers.pair import CLIENT, USER, Pair, agreed, pair_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.keycloak import Keycloak

BASIC = {"host": "smtp.acme.example", "from": "mail@acme.example"}
LOGIN = {**BASIC, "auth": "true", "authType": "basic", "user": "acme", "password": "secret"}
TOKEN = {
    **BASIC,
    "auth": "true",
    "authType": "token",
    "user": "acme",
    "authTokenUrl": "https://login.example/token",
    "authTokenScope": "smtp",
    "authTokenClientId": "mailer",
    "authTokenClientSecret": "client secret",
}
MASK = "*" * 10
WHOLE = "/admin/realms/whole"
TEST = f"{WHOLE}/testSMTPConnection"
MAILBOX = "operator@acme.example"


def changed(settings: dict[str, str], **others: object) -> dict[str, Any]:
    """Return the settings with some changed, and those that are None left out."""
    return {name: x for name, x in {**settings, **others}.items() if x is not None}


@pytest.fixture(scope="module")
def pair(keycloak: Keycloak) -> Iterator[Pair]:
    """Give both the same realms, each with a client and a user."""
    with pair_of(keycloak) as pair:
        yield pair


def test_a_client_gets_the_same_grant(pair: Pair) -> None:
    """Only the token itself and the order of scopes differ.

    Keycloak counts the lifetime from the start of a second, so it may be one second less.
    """
    emulated, real = (answer.json() for answer in pair.grant(CLIENT))
    assert emulated.keys() == real.keys()
    assert 0 <= emulated.pop("expires_in") - real.pop("expires_in") <= 1
    for grant in (emulated, real):
        grant["access_token"] = grant["access_token"].count(".")
        grant["scope"] = set(grant["scope"].split())
    assert emulated == real


def test_a_user_gets_the_same_grant_without_a_refresh_token(pair: Pair) -> None:
    """The emulator has no sessions, so there is nothing to refresh."""
    emulated, real = (answer.json() for answer in pair.grant(USER))
    assert real.keys() - emulated.keys() == {"refresh_token", "session_state"}
    assert emulated.keys() <= real.keys()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        pytest.param({**CLIENT, "client_secret": "wrong"}, 401, id="wrong secret"),
        pytest.param({**CLIENT, "client_secret": ""}, 401, id="empty secret"),
        pytest.param({**CLIENT, "client_id": "unknown"}, 401, id="unknown client"),
        pytest.param({"grant_type": "client_credentials"}, 401, id="no client"),
        pytest.param({**USER, "client_secret": "wrong"}, 401, id="wrong secret for a user"),
        pytest.param({**USER, "password": "wrong"}, 401, id="wrong password"),
        pytest.param({**USER, "password": ""}, 401, id="empty password"),
        pytest.param({**USER, "username": "nobody"}, 401, id="unknown user"),
        pytest.param({**USER, "username": ""}, 401, id="empty name"),
        pytest.param({**CLIENT, "grant_type": "password"}, 401, id="no user"),
        pytest.param({**CLIENT, "grant_type": "magic"}, 400, id="unsupported grant"),
        pytest.param({"client_id": "pulumi"}, 400, id="no grant type"),
    ],
)
def test_a_grant_is_refused_the_same_way(pair: Pair, form: dict[str, str], status: int) -> None:
    """OAuth2's error, its description and the cache headers are the same."""
    assert agreed(pair.grant(form)) == status


def test_an_unknown_realm_refuses_grants_the_same_way(pair: Pair) -> None:
    """The token endpoint has its own message for it, whoever asks."""
    assert agreed(pair.grant(CLIENT, "missing")) == 404


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="nothing"),
        pytest.param(BASIC, id="no login"),
        pytest.param(LOGIN, id="a login"),
        pytest.param({**LOGIN, "password": ""}, id="empty password"),
        pytest.param({**LOGIN, "password": "${vault.mail}"}, id="vault"),
        pytest.param({**LOGIN, "password": "${vault.mail}x"}, id="no vault"),
        pytest.param({**BASIC, "port": "", "replyTo": "", "x": "y"}, id="empty values"),
    ],
)
def test_settings_are_read_the_same_way(pair: Pair, settings: dict[str, str]) -> None:
    """The emulator's realm is a subset of Keycloak's; only its id differs."""
    pair.write(settings)
    emulated, real = pair.read("/admin/realms/whole", "Bearer {}", pair.tokens("whole"))
    assert (emulated.status_code, real.status_code) == (200, 200)
    assert emulated.headers["content-type"] == real.headers["content-type"]
    assert emulated.json() == {name: real.json()[name] for name in emulated.json()} | {
        "id": emulated.json()["id"]
    }


@pytest.mark.parametrize(("realm", "status"), [("reduced", 200), ("closed", 403)])
def test_without_view_realm_the_same_keys_are_left(pair: Pair, realm: str, status: int) -> None:
    """A lesser role reads a few keys without mail; no role is refused."""
    answers = pair.read(f"/admin/realms/{realm}", "Bearer {}", pair.tokens(realm))
    assert agreed(answers) == status


def test_another_method_is_refused_the_same_way(pair: Pair) -> None:
    """PATCH is one that Keycloak does not have either."""
    answers = pair.read("/admin/realms/whole", "Bearer {}", pair.tokens("whole"), "PATCH")
    assert agreed(answers) == 405


@pytest.mark.parametrize(
    ("path", "authorization", "owner", "status"),
    [
        pytest.param("/admin/realms/whole", "", "whole", 401, id="no token"),
        pytest.param("/admin/realms/whole", "Bearer a.b.c", "whole", 401, id="bad token"),
        pytest.param("/admin/realms/whole", "Basic {}", "whole", 401, id="not a bearer"),
        pytest.param(
            "/admin/realms/whole", "Bearer {}", "deleted", 403, id="another realm's token"
        ),
        pytest.param("/admin/realms/missing", "Bearer {}", "whole", 404, id="unknown realm"),
        pytest.param("/admin/realms/WHOLE", "Bearer {}", "whole", 404, id="another case"),
        pytest.param(
            "/admin/realms/missing", "Bearer {}", "master", 404, id="unknown to an administrator"
        ),
        pytest.param(
            "/admin/realms/missing", "Bearer a.b.c", "whole", 401, id="unknown, bad token"
        ),
        pytest.param("/wrong/admin/realms/whole", "Bearer {}", "whole", 404, id="wrong base path"),
        pytest.param("/wrong/admin/realms/whole", "", "whole", 404, id="wrong base, no token"),
        pytest.param("/admin/realms/whole/mail", "Bearer {}", "whole", 404, id="beyond a realm"),
    ],
)
def test_a_read_is_refused_the_same_way(
    pair: Pair, path: str, authorization: str, owner: str, status: int
) -> None:
    """A missing realm, a forbidden one and a wrong path are different errors."""
    assert agreed(pair.read(path, authorization, pair.tokens(owner))) == status


WRITES: dict[str, tuple[dict[str, str], object]] = {
    "replaced as a map": (LOGIN, BASIC),
    "cleared": (LOGIN, {}),
    "not spoken of": (LOGIN, None),
    "mask over a password": (LOGIN, changed(LOGIN, password=MASK)),
    "mask over none": (BASIC, changed(LOGIN, password=MASK)),
    "mask with another host": (LOGIN, changed(LOGIN, host="other.example", password=MASK)),
    "mask with another port": (LOGIN, changed(LOGIN, port="26", password=MASK)),
    "mask with another user": (LOGIN, changed(LOGIN, user="other", password=MASK)),
    "mask without a login": (LOGIN, changed(LOGIN, auth="false", password=MASK)),
    "mask of one over the other": (LOGIN, changed(TOKEN, authTokenClientSecret=MASK)),
    "no password": (LOGIN, changed(LOGIN, password=None)),
    "empty password": (LOGIN, changed(LOGIN, password="")),
    "no auth": (LOGIN, changed(LOGIN, auth=None)),
    "auth in capitals": (BASIC, changed(LOGIN, auth="TRUE")),
    "auth as a boolean": (BASIC, changed(LOGIN, auth=True)),
    "auth as a number": (BASIC, changed(LOGIN, auth=1)),
    "auth alone": (LOGIN, {**BASIC, "auth": "true"}),
    "no authType": (BASIC, changed(LOGIN, authType=None)),
    "authType none": (LOGIN, changed(LOGIN, authType="none")),
    "authType nonsense": (LOGIN, changed(LOGIN, authType="nonsense")),
    "authType empty": (LOGIN, changed(LOGIN, authType="")),
    "authType in capitals": (BASIC, changed(TOKEN, authType="TOKEN")),
    "token login": (LOGIN, TOKEN),
    "token login and a password": (LOGIN, changed(TOKEN, password="secret")),
    "token login, masked": (TOKEN, changed(TOKEN, authTokenClientSecret=MASK)),
    "token login, masked over none": (BASIC, changed(TOKEN, authTokenClientSecret=MASK)),
    "token login in a vault": (TOKEN, changed(TOKEN, authTokenClientSecret="${vault.x}")),
    "token login without a secret": (TOKEN, changed(TOKEN, authTokenClientSecret=None)),
    "token login elsewhere": (
        TOKEN,
        changed(TOKEN, authTokenUrl="https://o.example/", authTokenClientSecret=MASK),
    ),
    "token login ends": (TOKEN, LOGIN),
    "token login, then basic": (TOKEN, changed(TOKEN, authType="basic")),
    "token login without auth": (TOKEN, changed(TOKEN, auth="false")),
    "token login without authType": (TOKEN, changed(TOKEN, authType=None)),
    "token's keys with a password": (LOGIN, changed(LOGIN, authTokenClientSecret="x")),
    "newer keys": (
        BASIC,
        {
            **BASIC,
            "allowutf8": "true",
            "debug": "true",
            **dict.fromkeys(("timeout", "connectionTimeout", "writeTimeout"), "5000"),
        },
    ),
    "values of other types": (
        BASIC,
        {**BASIC, "port": 587, "ssl": True, "replyTo": None, "a": 1.0, "b": 1e3, "c": 10**30},
    ),
    "empty values": (LOGIN, {**BASIC, "port": "", "": "", "x": ""}),
    "no host": (BASIC, {"from": "mail@acme.example"}),
    "from is no address": (BASIC, {"host": "h", "from": "nonsense"}),
    "255 characters": (BASIC, {**BASIC, "x": "\u00fc" * 255, "y" * 255: ""}),
}
"""What is there, and what is written over it."""


@pytest.mark.parametrize(("before", "written"), WRITES.values(), ids=WRITES)
def test_settings_are_stored_the_same_way(
    pair: Pair, before: dict[str, str], written: object
) -> None:
    """The map is replaced, and which login and secret are kept is the same."""
    tokens = pair.tokens("whole")
    pair.keycloak.set_smtp("whole", {})
    del pair.emulator.tenants["whole"]
    pair.emulator.tenants["whole"] = {}
    assert agreed(pair.send("PUT", WHOLE, {"smtpServer": before}, tokens)) == 204
    assert agreed(pair.send("PUT", WHOLE, {"smtpServer": written}, tokens)) == 204
    emulated, real = pair.settings()
    assert emulated == real


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"smtpServer": {"host": "h"}}, 400, id="no sender"),
        pytest.param({"smtpServer": {"host": "h", "from": None}}, 400, id="sender is null"),
        pytest.param({"smtpServer": {"host": None}}, 400, id="all null"),
        pytest.param({"smtpServer": {**BASIC, "x": "y" * 256}}, 400, id="long value"),
        pytest.param({"smtpServer": {**BASIC, "y" * 256: ""}}, 400, id="long key"),
        pytest.param({"smtpServer": []}, 400, id="array of settings"),
        pytest.param({"smtpServer": "x"}, 400, id="text of settings"),
        pytest.param({"smtpServer": {"host": {"a": 1}}}, 400, id="nested"),
        pytest.param([], 400, id="array"),
        pytest.param(b"5", 400, id="number"),
        pytest.param(b"{", 400, id="half"),
        pytest.param(b"\xff", 400, id="no text"),
        pytest.param(b"", 500, id="nothing"),
        pytest.param(b"null", 500, id="null"),
        pytest.param({"realm": "viewed"}, 409, id="name of another realm"),
    ],
)
def test_a_write_is_refused_the_same_way(pair: Pair, body: object, status: int) -> None:
    """The words are Keycloak's, and nothing changes."""
    pair.write(LOGIN)
    assert agreed(pair.send("PUT", WHOLE, body, pair.tokens("whole"))) == status
    emulated, real = pair.settings()
    assert emulated == real == {**LOGIN, "password": MASK}


@pytest.mark.parametrize("path", [WHOLE, TEST])
def test_another_media_type_is_refused_the_same_way(pair: Pair, path: str) -> None:
    """A body must be JSON."""
    method = "PUT" if path == WHOLE else "POST"
    answers = pair.send(method, path, b"{}", pair.tokens("whole"), "text/plain")
    assert agreed(answers) == 415


def test_the_rest_of_a_realm_is_merged_the_same_way(pair: Pair) -> None:
    """A write changes the keys that it names, and the settings only if it names them."""
    pair.write(BASIC)
    tokens = pair.tokens("whole")
    before = pair.read(WHOLE, "Bearer {}", tokens)[1].json()
    for body in ({"displayName": "Acme", "notBefore": 5}, {"realm": "whole", "notBefore": 0}):
        assert agreed(pair.send("PUT", WHOLE, body, tokens)) == 204
    emulated, real = (each.json() for each in pair.read(WHOLE, "Bearer {}", tokens))
    assert real == {**before, "displayName": "Acme"}
    assert emulated == {name: real[name] for name in emulated} | {"id": emulated["id"]}
    assert emulated["displayName"] == "Acme"


REFUSED_WRITES = [
    pytest.param("/admin/realms/whole", "viewed", {}, 403, id="another realm's token"),
    pytest.param("/admin/realms/viewed", "viewed", {}, 403, id="only view-realm"),
    pytest.param("/admin/realms/viewed", "viewed", b"{", 400, id="only view-realm, no JSON"),
    pytest.param("/admin/realms/missing", "whole", {}, 404, id="unknown realm"),
    pytest.param("/admin/realms/missing", "whole", b"{", 404, id="unknown realm, no JSON"),
    pytest.param("/admin/realms/missing", "master", {}, 404, id="unknown to an administrator"),
    pytest.param("/admin/realms/WHOLE", "whole", {}, 404, id="another case"),
    pytest.param("/admin/realms/whole", "nobody", {}, 401, id="bad token"),
    pytest.param("/admin/realms/missing", "nobody", b"{", 401, id="bad token and all else"),
    pytest.param("/wrong/admin/realms/whole", "whole", {}, 404, id="wrong base path"),
]


@pytest.mark.parametrize(("path", "owner", "body", "status"), REFUSED_WRITES)
def test_a_write_is_not_permitted_the_same_way(
    pair: Pair, path: str, owner: str, body: object, status: int
) -> None:
    """The order is the same: token, realm, body, role; testSMTPConnection has it too."""
    tokens = ["a.b.c"] * 2 if owner == "nobody" else pair.tokens(owner)
    write = pair.send("PUT", path, body, tokens)
    test = pair.send("POST", f"{path}/testSMTPConnection", body, tokens)
    assert (agreed(write), agreed(test)) == (status, status)


@pytest.mark.parametrize("query", ["", "?briefRepresentation=true"])
@pytest.mark.parametrize("owner", ["whole", "viewed", "reduced", "closed"])
def test_a_token_lists_the_same_realms(pair: Pair, owner: str, query: str) -> None:
    """Its own, as far as its role goes."""
    tokens = pair.tokens(owner)
    answers = pair.read(f"/admin/realms{query}", "Bearer {}", tokens)
    if owner == "closed":
        assert agreed(answers) == 403
        return
    (emulated,), (real,) = (answer.json() for answer in answers)
    assert emulated == {name: real[name] for name in emulated} | {
        name: emulated[name] for name in ("id",) if name in emulated
    }
    assert [answer.headers["content-type"] for answer in answers] == [
        "application/json;charset=UTF-8"
    ] * 2


def test_an_administrator_lists_all_realms(pair: Pair) -> None:
    """The emulator has no realm of administrators, and other tests may have made more realms."""
    emulated, real = (
        {realm["realm"] for realm in answer.json()}
        for answer in pair.read("/admin/realms", "Bearer {}", pair.tokens("master"))
    )
    assert "whole" in emulated
    assert emulated <= real
    assert agreed(pair.read("/admin/realms", "Bearer a.b.c", ["", ""])) == 401


@pytest.mark.parametrize(("owner", "is_told"), [("master", True), ("whole", False)])
def test_the_version_is_told_to_the_same(pair: Pair, owner: str, *, is_told: bool) -> None:
    """An administrator reads the version, a realm's own client does not."""
    answers = pair.read("/admin/serverinfo", "Bearer {}", pair.tokens(owner))
    emulated, real = (answer.json() for answer in answers)
    versions = [each.get("systemInfo", {}).get("version") for each in (emulated, real)]
    assert versions == ["26.4.0" if is_told else None] * 2
    assert agreed(pair.read("/admin/serverinfo", "Bearer a.b.c", ["", ""])) == 401


def give_address(pair: Pair) -> None:
    """Let whoever tests have an address, as an administrator does."""
    users = "/whole/users?username=service-account-pulumi"
    (user,) = pair.keycloak.ask("GET", users).json()
    pair.keycloak.ask("PUT", f"/whole/users/{user['id']}", user | {"email": MAILBOX})
    pair.emulator.mailbox = MAILBOX


TESTS: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "no login": ({}, {}, 204),
    "names and addresses": (
        {},
        {"fromDisplayName": "Acme", "replyTo": "r@a.example", "envelopeFrom": "e@a.example"},
        204,
    ),
    "user without auth": ({}, {"user": "acme", "password": "secret"}, 204),
    "login": ({}, {"auth": "true", "user": "acme", "password": "right"}, 204),
    "wrong password": ({}, {"auth": "true", "user": "acme", "password": "wrong"}, 500),
    "login without a password": ({}, {"auth": "true", "user": "acme"}, 500),
    "login without a user": ({}, {"auth": "true"}, 500),
    "authType none": (
        {},
        {"auth": "true", "user": "u", "password": "right", "authType": "none"},
        500,
    ),
    "stored password": (
        {"auth": "true", "user": "acme", "password": "right"},
        {"auth": "true", "user": "acme", "password": MASK},
        204,
    ),
    "stored password of another user": (
        {"auth": "true", "user": "acme", "password": "right"},
        {"auth": "true", "user": "other", "password": MASK},
        500,
    ),
    "stored password, another host": (
        {"auth": "true", "user": "acme", "password": "right"},
        {"auth": "true", "user": "acme", "password": MASK, "host": "localhost"},
        500,
    ),
    "no stored password": ({}, {"auth": "true", "user": "acme", "password": MASK}, 500),
    "STARTTLS that is not offered": ({}, {"starttls": "true"}, 204),
    "TLS that is not spoken": ({}, {"ssl": "true"}, 500),
    "closed port": ({}, {"port": "1"}, 500),
    "port that is no number": ({}, {"port": "x"}, 500),
    "port as a number": ({}, {"ssl": False}, 204),
    "no host": ({}, {"host": None}, 204),
    "empty host": ({}, {"host": ""}, 204),
    "user and no password": ({}, {"auth": "true", "user": "u", "password": ""}, 500),
    "no sender": ({}, {"from": None}, 500),
    "empty sender": ({}, {"from": ""}, 500),
    "sender that is no address": ({}, {"from": "nonsense"}, 500),
    "sender with a line break": ({}, {"from": "a@b.example\r\nBcc: x@y.example"}, 500),
}
"""What is stored besides host, port and sender, what is tried, and the status."""


@pytest.mark.parametrize(("stored", "tried", "status"), TESTS.values(), ids=TESTS)
def test_smtp_is_tried_the_same_way(
    pair: Pair, stored: dict[str, Any], tried: dict[str, Any], status: int
) -> None:
    """The same logins and recipients arrive at a mail server, and the answers are the same."""
    give_address(pair)
    tokens = pair.tokens("whole")
    seen = []
    with mail_server() as server:
        server.password = "right"
        place = {"host": "127.0.0.1", "port": server.port, "from": "mail@acme.example"}
        pair.keycloak.set_smtp("whole", place | stored)
        pair.emulator.tenants["whole"] = place | stored
        answers = []
        for client, token in zip(pair.clients, tokens, strict=True):
            headers = {"Authorization": f"Bearer {token}"}
            answers.append(client.post(TEST, json=changed(place, **tried), headers=headers))
            seen.append((list(server.logins), list(server.recipients), list(server.senders)))
            server.logins.clear()
            server.recipients.clear()
            server.senders.clear()
    assert agreed(answers) == status
    assert seen[0] == seen[1]
    assert bool(seen[0][1]) == (status == 204)


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_a_test_is_refused_the_same_way(pair: Pair, body: bytes) -> None:
    """The settings to try must be a JSON object."""
    assert agreed(pair.send("POST", TEST, body, pair.tokens("whole"))) == 400


def test_without_an_address_nothing_is_sent(pair: Pair) -> None:
    """A client has none at first, and is not told that this is why."""
    pair.emulator.mailbox = ""
    users = "/whole/users?username=service-account-pulumi"
    (user,) = pair.keycloak.ask("GET", users).json()
    pair.keycloak.ask("PUT", f"/whole/users/{user['id']}", user | {"email": ""})
    with mail_server() as server:
        place = {"host": "127.0.0.1", "port": server.port, "from": "mail@acme.example"}
        assert agreed(pair.send("POST", TEST, place, pair.tokens("whole"))) == 500
    assert server.recipients == []


def test_the_tokens_of_a_deleted_realm_are_refused(pair: Pair) -> None:
    """Only the token endpoint tells its own client; the read tells an administrator too."""
    tokens = pair.tokens("deleted")
    del pair.emulator.tenants["deleted"]
    pair.keycloak.delete_realm("deleted")
    where = "/admin/realms/deleted"
    assert agreed(pair.read(where, "Bearer {}", tokens)) == 401
    assert agreed(pair.read(where, "Bearer {}", pair.tokens("master"))) == 404
    assert agreed(pair.grant(CLIENT, "deleted")) == 404
