"""Find the passwords of tenants, only in places that the fleet's operator allows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .credentials import secret_object
from .problems import FleetError

if TYPE_CHECKING:
    from .model import Password

SECRETS = "fleet:passwords"
FOLDER = "fleet:passwordFolder"


class Passwords:
    """The passwords that tenants may refer to.

    Args:
        secrets: The text of `fleet:passwords`, a JSON object, or None if it is not set.
        folder: `fleet:passwordFolder`, the absolute path of the folder of password files, or None.
            Links may not lead out of the folder.
    """

    def __init__(self, secrets: str | None, folder: str | None) -> None:
        self._secrets = secrets
        self._folder = folder

    def arguments(self, password: Password | None, name: str = "password") -> dict[str, str]:
        """Return the argument of `SmtpConfig` for a secret: its value, its reference, or nothing.

        Args:
            password: Where it is stored.
            name: The argument that takes its value.

        Raises:
            FleetError: The password cannot be found; the message contains no secret.
        """
        if password is None:
            return {}
        if password.secret:
            return {name: self._secret(password.secret)}
        if password.env:
            return {f"{name}_from": f"env:{password.env}"}
        return {f"{name}_from": f"file:{self._path(str(password.file))}"}

    def _secret(self, key: str) -> str:
        secrets = secret_object(SECRETS, self._secrets) if self._secrets else {}
        if not isinstance(secrets.get(key), str):
            command = f"pulumi config set --secret --path '{SECRETS}[\"{key}\"]'"
            raise FleetError(f"is not in {SECRETS}; run `{command}`")
        return str(secrets[key])

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
