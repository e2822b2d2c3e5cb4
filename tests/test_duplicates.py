"""Resources for one tenant, told apart as their platform does."""

from __future__ import annotations

import pytest

from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.resource_warnings import Tenants, twins

TENANT = {"platform": "keycloak", "hostname": "idp.example.com", "tenantId": "acme"}


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({}, {}, True),
        ({}, {"tenantId": "ACME"}, False),
        ({"platform": "ssms"}, {"platform": "ssms", "tenantId": "ACME"}, True),
        ({}, {"platform": "shift"}, False),
        ({}, {"hostname": "idp.example.org"}, False),
        ({"basePath": "/auth"}, {"basePath": "/Auth"}, False),
        ({}, {"hostname": UNKNOWN}, False),
    ],
    ids=str,
)
def test_a_twin_is_one_for_the_same_tenant(
    first: dict[str, object], second: dict[str, object], *, same: bool
) -> None:
    """Case tells tenants apart but on SSMS, and what is not known yet is nobody's twin."""
    tenants: Tenants = {}
    assert twins("first", TENANT | first, tenants) == []
    assert twins("second", TENANT | second, tenants) == (["first"] if same else [])


def test_all_earlier_ones_are_named() -> None:
    """Three for one tenant are two pairs for the third."""
    tenants: Tenants = {}
    found = [twins(name, TENANT, tenants) for name in "abc"]
    assert found == [[], ["a"], ["a", "b"]]
