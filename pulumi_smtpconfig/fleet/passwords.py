"""Find the passwords of tenants, only in places that the fleet's operator allows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.fleet.credentials import secret_object
from pulumi_smtpconfig.fleet.problems import FleetError
from pulumi_smtpconfig.problems import UNKNOWN

if TYPE_CHECKING:
    from pulumi_smtpconfig.fleet.model import Password

SECRETS = "fleet:passwords"
FOLDER = "fleet:passwordFolder"


class Passwords:
    """The passwords that tenants may refer to.

    Args:
        secrets: The text of `fleet:passwords`, a JSON object, or None if it is not set.
        folder: `fleet:passwordFolder`, the absolute path of the folder of password files, or None.
            Links may not lead out of the folder.

    Raises:
        FleetError: `fleet:passwords` is not a JSON object.
    """

    def __init__(self, secrets: str | None, folder: str | None) -> None:
        self._secrets = secret_object(SECRETS, secrets) if secrets else {}
        self._folder = folder

    def property(self, key: str, stored: Password) -> dict[str, Any]:
        """Return the property for a secret: its value, or the reference that the provider reads.

        Args:
            key: The key of the property that takes its value.
            stored: Where it is stored.

        Raises:
            FleetError: The password cannot be found; the message contains no secret.
        """
        if stored.secret:
            return {key: self._secret(stored.secret)}
        if stored.env:
            return {f"{key}From": f"env:{stored.env}"}
        return {f"{key}From": f"file:{self._path(str(stored.file))}"}

    def _secret(self, key: str) -> str:
        if not isinstance(self._secrets.get(key), str):
            command = f"pulumi config set --secret --path '{SECRETS}[\"{key}\"]'"
            raise FleetError(f"is not in {SECRETS}; run `{command}`")
        return str(self._secrets[key])

    def _path(self, name: str) -> Path:
        folder = Path(self._folder or "")
        if not folder.is_absolute():
            raise FleetError(f"is a file, so {FOLDER} must be the absolute path of a folder")
        path = folder / name
        try:
            inside = path.resolve().is_relative_to(folder.resolve())
        except (OSError, RuntimeError):  # circular links
            inside = False
        if not inside:
            raise FleetError(f"is a link that leads out of {FOLDER}; put the file itself there")
        return path


class NoPasswords(Passwords):
    """What stands for the passwords where there is neither a stack nor a folder."""

    def __init__(self) -> None:
        super().__init__(None, None)

    def _secret(self, _: str) -> Any:
        return UNKNOWN

    def _path(self, name: str) -> Path:
        return Path("/", name)
