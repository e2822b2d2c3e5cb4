"""`--state`: the same authority and tenants at the next start."""

import json
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from pulumi_smtpconfig.emulator import Emulator, StateFolderError
from pulumi_smtpconfig.emulator.state_folder import PLACEHOLDER
from tests.emulator.requests import REALM, SETTINGS, SHIFT, handshake, read, send

Damage = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that an emulator with one tenant has left."""
    folder = tmp_path / "state"
    with Emulator(state=folder) as emulator:
        send(emulator.environment, SHIFT)
    return folder


def test_the_next_emulator_has_the_same_authority_and_tenants(folder: Path) -> None:
    """A client that trusts the first one trusts it; what is read is the same, masks included."""
    with Emulator(state=folder) as first:
        ca_bundle, before = first.ca_bundle.read_bytes(), read(first).json()
    with Emulator(state=folder) as second:
        assert second.ca_bundle == first.ca_bundle == folder / "ca.pem"
        assert second.ca_bundle.read_bytes() == ca_bundle
        handshake(second.environment, "idp.example.com").close()
        assert read(second).json() == before
        assert second.tenants["acme"]["host"] == SETTINGS["host"]


def test_no_secret_of_a_tenant_is_written(folder: Path) -> None:
    """A placeholder takes its place; only the authority's key is there, for its owner only."""
    with Emulator(state=folder) as emulator:
        login = {"auth": "true", "authType": "token", "authTokenClientSecret": "canary-cs"}
        send(emulator.environment, REALM, {"smtpServer": {**SETTINGS, **login}}, "PUT")
        emulator.tenants["other"] = {"passwd": "canary-pw", "password": "${vault.mail}"}
    written = b"".join(path.read_bytes() for path in folder.iterdir())
    for secret in (SETTINGS["password"], "canary", emulator.token, emulator.client_secret):
        assert secret.encode() not in written
    with Emulator(state=folder) as again:
        assert again.tenants["acme"]["authTokenClientSecret"] == PLACEHOLDER
        assert again.tenants["other"] == {"passwd": PLACEHOLDER, "password": "${vault.mail}"}
        assert PLACEHOLDER not in repr(again.tenants)


def test_only_the_owner_may_read_it(folder: Path) -> None:
    """Folder, key and tenants, whatever the umask was."""
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("authority.pem", "tenants.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_change_is_saved_at_once(tmp_path: Path) -> None:
    """So that a kill loses little, and nobody ever reads half a file."""
    with Emulator(state=tmp_path) as emulator:
        send(emulator.environment, SHIFT)
        end = time.monotonic() + 30
        while not (tmp_path / "tenants.json").exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        kept = json.loads((tmp_path / "tenants.json").read_text())
    assert kept["tenants"]["acme"] == {
        "settings": {**SETTINGS, "password": None},
        "platform": "shift",
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "authority.pem",
        "ca.pem",
        "lock",
        "tenants.json",
    ]


def another_key(folder: Path) -> None:
    """Let the key be of another authority."""
    path = folder / "authority.pem"
    _, begin, certificate = path.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")
    path.chmod(0o600)
    path.write_bytes(trustme.CA().private_key_pem.bytes() + begin + certificate)


def folder_in_place(folder: Path) -> None:
    """Let a folder have the name of a file."""
    (folder / "tenants.json").unlink()
    (folder / "tenants.json").mkdir()


def write(name: str, content: str | bytes) -> Damage:
    """Return what replaces a file."""
    given = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(given)


TENANT = '{"format": 1, "tenants": {"acme": %s}}'
DAMAGES: dict[str, tuple[Damage, str]] = {
    "empty tenants": (write("tenants.json", ""), "tenants.json is damaged"),
    "half of the tenants": (write("tenants.json", '{"format": 1, "ten'), "tenants.json is damaged"),
    "no text": (write("tenants.json", b"\xff\xfe\xff"), "tenants.json is damaged"),
    "an array": (write("tenants.json", "[]"), "tenants.json is damaged"),
    "null": (write("tenants.json", "null"), "tenants.json is damaged"),
    "no tenants": (write("tenants.json", '{"format": 1}'), "'tenants' is missing"),
    "tenants as an array": (write("tenants.json", '{"format": 1, "tenants": []}'), "is damaged"),
    "a later format": (write("tenants.json", '{"format": 2, "tenants": {}}'), "its format is 2"),
    "a tenant that is text": (write("tenants.json", TENANT % '"x"'), "a tenant is no object"),
    "no settings": (write("tenants.json", TENANT % '{"platform": null}'), "is missing"),
    "settings as text": (
        write("tenants.json", TENANT % '{"platform": null, "settings": "x"}'),
        "is damaged",
    ),
    "a number as a setting": (
        write("tenants.json", TENANT % '{"platform": null, "settings": {"port": 587}}'),
        "a setting is no text",
    ),
    "an unknown platform": (
        write("tenants.json", TENANT % '{"platform": "x", "settings": {}}'),
        "platform is unknown",
    ),
    "a platform that is no text": (
        write("tenants.json", TENANT % '{"platform": {}, "settings": {}}'),
        "is damaged",
    ),
    "deep nesting": (write("tenants.json", "[" * 100_000), "tenants.json is damaged"),
    "empty authority": (write("authority.pem", ""), "authority.pem is damaged"),
    "an authority that is text": (write("authority.pem", "hello"), "authority.pem is damaged"),
    "half a certificate": (
        lambda folder: (folder / "authority.pem").write_bytes(
            (folder / "authority.pem").read_bytes()[:-200]
        ),
        "authority.pem is damaged",
    ),
    "another's key": (another_key, "its key and its certificate do not belong together"),
    "a key that others may read": (
        lambda folder: (folder / "authority.pem").chmod(0o644),
        "others may read the key",
    ),
    "a folder in place of a file": (folder_in_place, "Is a directory"),
}


@pytest.mark.parametrize(("damage", "told"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_folder_is_a_clear_error(folder: Path, damage: Damage, told: str) -> None:
    """One line that names folder and file and says what to do; what is there is left alone."""
    damage(folder)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(StateFolderError) as caught, Emulator(state=folder):
        pass
    message = str(caught.value)
    assert message.startswith(f"Could not use the state folder {folder}: ")
    assert told in message
    assert "\n" not in message
    assert message.endswith((".", "'"))
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_folder_serves_one_emulator_at_a_time(folder: Path) -> None:
    """A second one is refused while the first runs, and starts when it has ended."""
    with (
        Emulator(state=folder),
        pytest.raises(StateFolderError, match="another emulator uses it"),
        Emulator(state=folder),
    ):
        pass
    with Emulator(state=folder) as emulator:
        assert "acme" in emulator.tenants


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    """A file, and a place below a file."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file/below"):
        with pytest.raises(StateFolderError, match="Choose a folder"), Emulator(state=path):
            pass


def test_given_tenants_and_kept_ones_exist(folder: Path) -> None:
    """Others do not."""
    with Emulator(tenants=["new"], state=folder) as emulator:
        statuses = [
            read(emulator, REALM.replace("acme", tenant)).status_code
            for tenant in ("acme", "new", "other")
        ]
    assert statuses == [200, 200, 404]
