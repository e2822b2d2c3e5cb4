"""Declare as many tenants as the benchmark asks for, with the provider that it asks for."""

import os

from bench.nothing import Nothing
from bench.tenants import arguments, tenants
from pulumi_smtpconfig import SmtpConfig

for tenant in tenants(int(os.environ["BENCH_TENANTS"])):
    if os.environ["BENCH_PROVIDER"] == "nothing":
        Nothing(tenant, arguments(tenant, "shift"))
    else:
        SmtpConfig(tenant, **arguments(tenant, os.environ["BENCH_PLATFORM"]))
