from __future__ import annotations

import pulumi
import pytest

from pulumi_smtpconfig.native import Provider


@pytest.mark.parametrize(
    "name", ["default", "default_1_2_3", "default_1_2_3_eu", "default_https_/x.example"]
)
def test_a_provider_cannot_have_a_name_of_the_engine_s(name: str) -> None:
    """Its settings would be taken for those of the stack's config."""
    with pytest.raises(pulumi.RunError, match=f'named "{name}".*another name'):
        Provider(name, token="own")
