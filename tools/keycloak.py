"""A real Keycloak for the tests; `python -m tools.keycloak` installs it and prints its folder."""

import ssl
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx
import trustme

from tools.engine_process import Unavailable
from tools.interruption import end_cleanly_on_signals
from tools.keycloak_admin import NAME, PASSWORD, Administrator
from tools.keycloak_copy import BUILT_FOR, distribution
from tools.keycloak_java import java_environment
from tools.keycloak_server import make_home, serving

if TYPE_CHECKING:
    from typing_extensions import Self

FIRST_ADMIN = {"KC_BOOTSTRAP_ADMIN_USERNAME": NAME, "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD}
OPTIONS = ("--cache=local", "--hostname-strict=false", *BUILT_FOR)


class Keycloak(Administrator):
    """A Keycloak on 127.0.0.1 that serves https, and forgets everything, while the context lasts.

    Any number may run at once; each needs 500 MB and about 10 s to start, with a relative path 20.

    Args:
        relative_path: what precedes every path, such as "/auth".

    Raises:
        Unavailable: on entering, when it cannot be had or does not start.
    """

    address: str
    """Where it listens, as host:port."""
    ca_bundle: Path
    """A PEM file with the certificate of its authority."""

    def __init__(self, relative_path: str = "") -> None:
        self._relative_path = relative_path
        self._running = ExitStack()

    def __enter__(self) -> "Self":
        environment = java_environment(**FIRST_ADMIN)
        with ExitStack() as starting:
            folder = TemporaryDirectory(prefix="keycloak-", ignore_cleanup_errors=True)
            home = Path(starting.enter_context(folder))
            make_home(distribution(), home)
            options = [*OPTIONS, *_certified(home), *self._path_option()]
            port = starting.enter_context(serving(home, options, environment))
            self.address, self.ca_bundle = f"127.0.0.1:{port}", home / "ca.pem"
            self.http = starting.enter_context(self._client())
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _path_option(self) -> list[str]:
        return [f"--http-relative-path={self._relative_path}"] if self._relative_path else []

    def _client(self) -> httpx.Client:
        trust = ssl.create_default_context(cafile=str(self.ca_bundle))
        url = f"https://{self.address}{self._relative_path}"
        return httpx.Client(base_url=url, verify=trust, timeout=60, trust_env=False)


def _certified(home: Path) -> list[str]:
    authority = trustme.CA(organization_name="Keycloak for tests")
    leaf = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(home / "ca.pem")
    leaf.cert_chain_pems[0].write_to_path(home / "cert.pem")
    leaf.private_key_pem.write_to_path(home / "key.pem")
    return [
        f"--https-certificate-file={home / 'cert.pem'}",
        f"--https-certificate-key-file={home / 'key.pem'}",
    ]


def main() -> None:
    """Print the folder; exit with 1 and the reason where there is none, or no Java to run it."""
    end_cleanly_on_signals()
    try:
        java_environment()
        print(distribution())
    except Unavailable as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
