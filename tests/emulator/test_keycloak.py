"""Beyond what tests/servers compares with a real Keycloak: base paths, limits and faults."""

import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.emulator.platform import MOST_REALM_BYTES, MOST_SETTINGS
from tests.emulator.requests import REALM, SETTINGS, SHIFT, read, send

BARE = REALM.replace("/auth", "")
MAP = {"host": "smtp.example.com", "from": "a@example.com"}


@pytest.mark.parametrize("url", [REALM, BARE], ids=["/auth", "no base path"])
def test_settings_are_written_read_and_cleared_below_either_base_path(
    emulator: Emulator, url: str
) -> None:
    """The same realm answers below both."""
    assert send(emulator.environment, url, {"smtpServer": MAP}, "PUT").status_code == 204
    assert emulator.tenants == {"acme": MAP}
    assert [read(emulator, each).json()["smtpServer"] for each in (REALM, BARE)] == [MAP, MAP]
    assert send(emulator.environment, url, {"smtpServer": {}}, "PUT").status_code == 204
    assert emulator.tenants == {"acme": {}}


def test_each_platform_reads_what_another_wrote(emulator: Emulator) -> None:
    """A tenant of SHIFT is a realm."""
    send(emulator.environment, SHIFT)
    assert read(emulator, BARE).json()["smtpServer"]["host"] == SETTINGS["host"]


def test_a_response_to_a_write_has_no_body(emulator: Emulator) -> None:
    """A 204 has neither a body nor its length, and its connection serves on."""
    response = send(emulator.environment, BARE, {"smtpServer": MAP}, "PUT")
    assert (response.content, "content-length" in response.headers) == (b"", False)
    assert send(emulator.environment, BARE, {"smtpServer": MAP}, "PUT").status_code == 204


def test_a_realm_is_not_renamed(emulator: Emulator) -> None:
    """The emulator says so, and nothing changes."""
    response = send(emulator.environment, BARE, {"realm": "other", "smtpServer": MAP}, "PUT")
    assert response.json() == {"error": "The emulator does not rename realms."}
    assert emulator.tenants == {}


def test_what_a_realm_keeps_is_limited(emulator: Emulator) -> None:
    """Many settings at once, or other keys over several writes, are refused with the reason."""
    many = {**MAP, **{str(number): "" for number in range(MOST_SETTINGS)}}
    assert send(emulator.environment, BARE, {"smtpServer": many}, "PUT").status_code == 400
    part = "x" * (MOST_REALM_BYTES // 3)
    statuses = [
        send(emulator.environment, BARE, {f"displayName{number}": part}, "PUT").status_code
        for number in range(4)
    ]
    assert statuses == [204, 204, 400, 400]


def test_a_deleted_tenant_forgets_its_realm(emulator: Emulator) -> None:
    """If somebody creates it again, it is as new."""
    send(emulator.environment, BARE, {"displayName": "Acme"}, "PUT")
    del emulator.tenants["acme"]
    assert "displayName" not in read(emulator, BARE).json()


def test_faults_meet_writes_tests_and_lists(emulator: Emulator) -> None:
    """A PUT is a change like a POST; testSMTPConnection and lists have kinds of their own."""
    emulator.order(Fault(501), Fault(502, on="mail"), Fault(503, on="test"), Fault(504, on="info"))
    put = [send(emulator.environment, BARE, {}, "PUT").status_code for _ in range(3)]
    tested = send(emulator.environment, f"{BARE}/testSMTPConnection", MAP).status_code
    listed = read(emulator, BARE.removesuffix("/acme")).status_code
    assert (put, tested, listed) == ([501, 502, 204], 503, 504)


def test_only_tenants_that_were_given_exist() -> None:
    """An unknown realm is Keycloak's 404, for every method."""
    with Emulator(tenants=["acme"]) as emulator:
        unknown = BARE.replace("acme", "other")
        for response in (
            read(emulator, unknown),
            send(emulator.environment, unknown, {"smtpServer": MAP}, "PUT"),
            send(emulator.environment, f"{unknown}/testSMTPConnection", MAP),
        ):
            assert (response.status_code, response.json()) == (404, {"error": "Realm not found."})
        realms = read(emulator, BARE.removesuffix("/acme")).json()
        assert [realm["realm"] for realm in realms] == ["acme"]
