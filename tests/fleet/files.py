"""Files of tenants for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.config import Config
from pulumi_smtpconfig.fleet import FleetError
from pulumi_smtpconfig.fleet.file import inspect
from pulumi_smtpconfig.fleet.judgement import check
from pulumi_smtpconfig.fleet.problems import file_error

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.fleet.file import FleetFile
    from pulumi_smtpconfig.fleet.problems import Problem

HEAD = """groups: [eu, us]
defaults:
  group: eu
  platform: shift
  hostname: idp.example.com
  credentials: idp
  host: smtp.example.com
  from: no-reply@example.com
tenants:
"""
"""Nine lines with all required settings; tenants follow."""


def client() -> AuthorizedClient:
    """Return what knows the credentials of this process."""
    return AuthorizedClient(Config(lambda _: None), lambda _: None)


def read(path: Path) -> FleetFile:
    """Read a file whose shape is in order.

    Raises:
        FleetError: It is not.
    """
    file, problems = inspect(path)
    if problems:
        raise file_error(*problems)
    return file


def fleet_of(folder: Path, text: str) -> FleetFile:
    """Read a file with this text."""
    (folder / "tenants.yaml").write_text(text)
    return read(folder / "tenants.yaml")


def found_in(folder: Path, content: str | bytes) -> tuple[Problem, ...]:
    """Return what a check of a file with this content finds, warnings too."""
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "tenants.yaml").write_bytes(data)
    try:
        return check(folder / "tenants.yaml", client())[1]
    except FleetError as error:
        return error.problems


def problems_in(folder: Path, content: str | bytes) -> list[str]:
    """Return the lines of the errors in a file with this content; there are some."""
    lines = [str(each) for each in found_in(folder, content) if not each.is_warning]
    assert lines
    return lines
