"""Declare as many tenants as the benchmark asks for, with the provider that it asks for."""

import os

from bench.tenants import arguments, tenants

match os.environ["BENCH_PROVIDER"]:
    case "dynamic":
        from pulumi_smtpconfig import SmtpConfig as Declared
    case "dynamic, nothing":
        from bench.nothing import Nothing as Declared  # type: ignore[assignment]  # measured instead
    case "native":
        from pulumi_smtpconfig.native import SmtpConfig as Declared
    case "native, nothing":
        from bench.nothing import NativeNothing as Declared  # type: ignore[assignment]  # measured instead

for tenant in tenants(int(os.environ["BENCH_TENANTS"])):
    Declared(tenant, **arguments(tenant, os.environ["BENCH_PLATFORM"]))
