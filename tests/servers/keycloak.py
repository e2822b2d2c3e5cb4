"""A real Keycloak on this machine, and what the tests do there as its administrator."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import trustme

from tools.background import background
from tools.cache import CACHE, Unavailable, run, say, staging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

VERSION = "26.4.0"
SHA256 = "1b6a11a2726ac8a8dc9c91d5fafe989a75ce4f1622d7f7b45c21d5bc16629c0a"
COPY = CACHE / "keycloak" / VERSION
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
BUILD = "--db=dev-mem"
READY = re.compile(r"Listening on: https://(127\.0\.0\.1:\d+)")
ADMIN = {"username": "admin", "password": "admin"}
ENVIRONMENT = {
    **{name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ},
    "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN["username"],
    "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN["password"],
    # Halves the time to start.
    "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC",
}
SMALL_KEY = {
    "name": "small",
    "providerId": "rsa-generated",
    "config": {"keySize": ["1024"], "priority": ["100"]},
}
"""Finding a key of the usual length takes seconds for each realm."""


class Keycloak:
    """A running Keycloak, seen by its administrator.

    Args:
        address: Its host:port.
        ca_bundle: A PEM file with the certificate of its authority, whose other certificates it
            trusts; its own certificate and key are beside it.
        path: The relative path that it serves below, such as "/auth".
    """

    def __init__(self, address: str, ca_bundle: Path, path: str) -> None:
        self.address, self.ca_bundle = address, ca_bundle
        self.certificate = ca_bundle.with_name("server.pem")
        self.http = httpx.Client(
            base_url=f"https://{address}{path}",
            verify=ssl.create_default_context(cafile=str(ca_bundle)),
            timeout=60,
            trust_env=False,
        )
        self._token = "none yet"

    def admin_token(self) -> str:
        """Return a new token of the master realm; it lives for 60 s."""
        return self.token("master", grant_type="password", client_id="admin-cli", **ADMIN)

    def token(self, realm: str, **form: str) -> str:
        """Return the access token that a realm grants for the fields of an OAuth2 token request."""
        path = f"/realms/{realm}/protocol/openid-connect/token"
        answer = self.http.post(path, data=form).raise_for_status()
        return str(answer.json()["access_token"])

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Send a request to `/admin/realms` and `path`, and return the answer to a success."""
        answer = self._send(method, path, body)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = self.admin_token()
            answer = self._send(method, path, body)
        return answer.raise_for_status()

    def _send(self, method: str, path: str, body: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self.http.request(method, f"/admin/realms{path}", json=body, headers=headers)

    def create_realm(self, name: str, access_token_lifespan: int = 300) -> None:
        """Create a realm whose access tokens live for that many seconds."""
        keys = {"org.keycloak.keys.KeyProvider": [SMALL_KEY]}
        lifespan = {"accessTokenLifespan": access_token_lifespan}
        self.ask("POST", "", {"realm": name, "enabled": True, "components": keys, **lifespan})

    def delete_realm(self, name: str) -> None:
        """Delete a realm and all that is in it."""
        self.ask("DELETE", f"/{name}")

    def create_client(
        self, realm: str, client_id: str, roles: Sequence[str] = (), of: str = "realm-management"
    ) -> str:
        """Create a confidential client for both grants and return its secret.

        Args:
            realm: The realm of the client and its service account.
            client_id: Its name, in lower case.
            roles: All that its service account may do.
            of: The client whose roles these are; in the master realm, `acme-realm` for the realm
                `acme`.
        """
        client = {
            "clientId": client_id,
            "secret": f"secret of {client_id}",
            "serviceAccountsEnabled": True,
            "directAccessGrantsEnabled": True,
        }
        account = {
            "username": f"service-account-{client_id}",
            "serviceAccountClientId": client_id,
            "enabled": True,
            "clientRoles": {of: list(roles)},
        }
        self.ask("POST", f"/{realm}/partialImport", {"clients": [client], "users": [account]})
        return f"secret of {client_id}"

    def create_user(
        self, realm: str, username: str, password: str, roles: Sequence[str] = ()
    ) -> None:
        """Create a user who has these roles of realm-management; any client takes the password."""
        user = {
            "username": username,
            "email": f"{username}@users.example",
            "firstName": username,  # without names, a login first asks for them
            "lastName": username,
            "enabled": True,
            "credentials": [{"type": "password", "value": password}],
            "clientRoles": {"realm-management": list(roles)},
        }
        self.ask("POST", f"/{realm}/partialImport", {"users": [user]})

    def realm(self, name: str) -> dict[str, Any]:
        """Return the whole representation of a realm."""
        representation: dict[str, Any] = self.ask("GET", f"/{name}").json()
        return representation

    def smtp(self, realm: str) -> dict[str, str]:
        """Return the mail settings of a realm, the password masked."""
        settings: dict[str, str] = self.realm(realm)["smtpServer"]
        return settings

    def set_smtp(self, realm: str, settings: dict[str, str]) -> None:
        """Replace the mail settings of a realm, as the admin console does."""
        self.ask("PUT", f"/{realm}", {"smtpServer": settings})


@contextmanager
def running_keycloak(home: Path, path: str = "") -> Iterator[Keycloak]:
    """Run a Keycloak with https and an empty database in an empty folder.

    Raises:
        Unavailable: It could not be installed or does not start.
    """
    _link(_installed(), home)
    command = [
        *("sh", str(home / "bin/kc.sh"), "start", BUILD, "--cache=local"),
        *("--http-host=127.0.0.1", "--https-port=0", "--hostname-strict=false"),
        *([f"--http-relative-path={path}"] if path else []),
        *_certificate(home),
        f"--truststore-paths={home / 'ca.pem'}",  # for what it calls: itself, and mail servers
    ]
    with background(command, home / "keycloak.log", READY, env=ENVIRONMENT) as ready:
        keycloak = Keycloak(ready[1], home / "ca.pem", path)
        with keycloak.http:
            yield keycloak


def _certificate(home: Path) -> list[str]:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(home / "ca.pem")
    certificate.private_key_and_cert_chain_pem.write_to_path(home / "server.pem")
    return [f"--https-certificate{kind}-file={home / 'server.pem'}" for kind in ("", "-key")]


def _link(copy: Path, home: Path) -> None:
    """Copy what Keycloak writes to, and link the rest, which is large."""
    shutil.copytree(copy / "conf", home / "conf")
    shutil.copytree(copy / "lib", home / "lib", ignore=shutil.ignore_patterns("lib"))
    (home / "lib/lib").symlink_to(copy / "lib/lib")
    (home / "providers").mkdir()
    (home / "bin").mkdir()
    shutil.copy(copy / "bin/kc.sh", home / "bin")


def _installed() -> Path:
    if not COPY.exists():
        with staging(COPY.parent) as scratch:
            if not COPY.exists():  # another run may just have made it
                _prepare(_download(scratch)).rename(COPY)
    return COPY


def _download(scratch: Path) -> Path:
    """Let Maven fetch the distribution: it knows your mirrors, proxies and certificates."""
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("There is no `mvn` on PATH to fetch Keycloak with.")
    say(f"Fetching Keycloak {VERSION} (160 MB) with Maven ...")
    options = [f"-Dmaven.repo.local={scratch / 'maven'}", f"-DoutputDirectory={scratch}"]
    artifact = f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
    command = [maven, "--batch-mode", "--strict-checksums", MAVEN_COPY, artifact, *options]
    run(command, scratch / "log", cwd=scratch, env=os.environ)
    return scratch / f"keycloak-quarkus-dist-{VERSION}.zip"


def _prepare(archive: Path) -> Path:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise Unavailable(f"{archive.name} has SHA-256 {digest}, not {SHA256}.")
    shutil.unpack_archive(archive, archive.parent)
    folder = archive.with_name(f"keycloak-{VERSION}")
    build = ["sh", str(folder / "bin/kc.sh"), "build", BUILD]
    run(build, folder.with_name("log"), cwd=folder, env=ENVIRONMENT)
    return folder
