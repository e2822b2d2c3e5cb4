"""Which blocks of commands are pasted into a shell by a test: all but these."""

from __future__ import annotations

HOST = "needs a language host of the full CLI; tests/servers/test_native_languages.py runs it"

NOT_PASTED = {
    "CONTRIBUTING.md": "develops the package in its checkout, which `make test` itself runs in",
    "examples/native-go/README.md": HOST,
    "examples/native-typescript/README.md": HOST,
    "examples/native-yaml/README.md": HOST,
}
"""Pages whose blocks are not, and why. The other tests of tests/docs read those too."""

FAILS = {
    "smtpconfig verify --host smtp.acme.example --user acme --from no-reply@acme.example": 1,
    "pulumi import smtpconfig:index:SmtpConfig acme keycloak/idp.example.com/acme": 1,
}
"""Commands that end with another status than 0: no machine has the name of an example.

The host that is built for Python writes no code, either."""
