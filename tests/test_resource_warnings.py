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
def test_duplicates_are_found_by_the_rules_of_the_platform(
    first: dict[str, object], second: dict[str, object], *, same: bool
) -> None:
    """Tenants that differ in case are the same only on SSMS; an unknown value matches nothing."""
    tenants: Tenants = {}
    assert find_duplicates("first", TENANT | first, tenants) == []
    assert find_duplicates("second", TENANT | second, tenants) == (["first"] if same else [])


def test_all_earlier_duplicates_are_named() -> None:
    """The third resource of a tenant has two."""
    tenants: Tenants = {}
    found = [find_duplicates(name, TENANT, tenants) for name in "abc"]
    assert found == [[], ["a"], ["a", "b"]]
