"""What the provider's process prints."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.contract.conftest import OpenHost

KEPT = re.compile(
    r'warning: Tenant "t[0-9]+" on idp\.example\.com keeps its mail settings: '
    r"SSMS offers no way to delete them\."
)


def test_each_warning_of_four_threads_is_a_line(open_host: OpenHost, acme: dict[str, Any]) -> None:
    """No warning begins within another, and no line is empty."""
    with open_host({}) as host:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(host.delete, [acme | {"tenantId": f"t{n}"} for n in range(400)]))
        lines = host.close().splitlines()
    assert len(lines) == 400
    assert all(map(KEPT.fullmatch, lines))


def test_a_misspelt_setting_is_told_once(open_host: OpenHost, acme: dict[str, Any]) -> None:
    """It says which one is meant, and blocks neither a preview nor a destroy."""
    config = {"smtpconfig:timout": "c4n4ry", "mail:timout": "5"}
    with open_host(config, SMTPCONFIG_RETRIS="c4n4ry") as host:
        assert not host.check(acme)[1]
        host.delete(acme)
        printed = host.close()
    assert (
        printed.count("smtpconfig:timout is not a connection setting. If smtpconfig:timeout") == 1
    )
    assert printed.count("If SMTPCONFIG_RETRIES is meant") == 1
    assert "c4n4ry" not in printed
    assert "mail:timout" not in printed
