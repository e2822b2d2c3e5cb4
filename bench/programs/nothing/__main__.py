"""Declare as many tenants as the benchmark asks for, with a provider that does nothing."""

from bench.nothing import Nothing
from bench.tenants import declared

for name, arguments in declared():
    Nothing(name, arguments)
