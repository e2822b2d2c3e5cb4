"""Declare as many tenants as the benchmark asks for, with a provider that does nothing."""
# ruff: noqa: INP001 - a Pulumi program, not a package

from bench.nothing import Nothing
from bench.tenants import declared

for name, arguments in declared():
    Nothing(name, arguments)
