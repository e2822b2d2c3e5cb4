"""Two resources for one tenant are found by the rules of its platform."""

from __future__ import annotations

import pytest

from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.resource_warnings import Tenants, find_duplicates

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
def test_a_duplicate_is_for_the_same_tenant(
    first: dict[str, object], second: dict[str, object], *, same: bool
) -> None:
    """Case distinguishes tenants, except on SSMS; an unknown value is no duplicate yet."""
    tenants: Tenants = {}
    assert find_duplicates("first", TENANT | first, tenants) == []
    assert find_duplicates("second", TENANT | second, tenants) == (["first"] if same else [])


def test_all_earlier_ones_are_named() -> None:
    """Three for one tenant are two pairs for the third."""
    tenants: Tenants = {}
    found = [find_duplicates(name, TENANT, tenants) for name in "abc"]
    assert found == [[], ["a"], ["a", "b"]]
