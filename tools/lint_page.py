"""Write docs/lint.md from the rules: `python -m tools.lint_page`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_smtpconfig.lint.engine import RULES, find_errors, find_warnings
from pulumi_smtpconfig.lint.mail_services import SERVICES
from pulumi_smtpconfig.lint.rules import USUAL
from pulumi_smtpconfig.property_names import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.lint.engine import Finding
    from pulumi_smtpconfig.lint.mail_services import Service
    from pulumi_smtpconfig.lint.rules import Rule, Settings

PAGE = Path(__file__).parents[1] / "docs/lint.md"
INTRODUCTION = """\
# Lint

<!-- Made by `python -m tools.lint_page` from the package's rules; change them there. -->

`pulumi preview` and `pulumi up` hold the settings of each `SmtpConfig` against the rules below.
Each has a code that keeps its meaning for ever.

- **Errors** (E...) are never right. They stop the preview, before anything is sent.
- **Warnings** (W...) are likely wrong. They are shown on the resource and stop nothing. Silence one
  by its code, on the resource that knows better:

```python
SmtpConfig("mail", ..., lint_ignore=["W102"])
```

Errors cannot be silenced. A code that is no warning's ends the program, so that a slip of the pen
silences nothing.

**What is unknown at preview is linted when it is known.** A rule reads only the settings that its
section names, and waits for these alone. In a preview some may not be known yet, such as a password
that another resource will generate. The rules on it have their say in the `pulumi up` that knows
it, before the settings are sent: an error stops that resource, a warning is shown on it. A password
that comes by `password_from` is held against the errors on passwords where it is read.

A finding names the property, what is wrong, what to do, and the code. It never quotes a value, as
any of them may be secret:

```text
{sample}
```

| code | stands on | finds |
|---|---|---|
"""
SERVICE_TABLE = """\
## Services

What well-known mail services document for their SMTP hosts, for [W104](#w104); a server that is not
in the table is never warned of by it. Where they take connections without TLS, [W202](#w202) still
warns of a login over one. The pages, or stored copies of them, were read in the month given.

| service | hosts | documented | page |
|---|---|---|---|
"""


def page() -> str:
    """Return the page."""
    sample = next(iter(find_warnings(USUAL | {"port": 465})))
    rows = "".join(map(_row, RULES))
    sections = "\n".join(map(_section, RULES))
    services = "".join(map(_service, SERVICES))
    return f"{INTRODUCTION.format(sample=sample)}{rows}\n{sections}\n{SERVICE_TABLE}{services}"


def _row(rule: Rule) -> str:
    return f"| [{rule.code}](#{rule.code.lower()}) | {_named(rule.on)} | {rule.title} |\n"


def _section(rule: Rule) -> str:
    found = next(each for each in _found(USUAL | rule.wrong) if each.code == rule.code)
    severity = "An error" if found.is_error else "A warning"
    also = f"; it also reads {_named(rule.reads)}" if rule.reads else ""
    lines = [
        f"**{rule.title}.** {severity} on {_named(rule.on)}{also}.\n",
        f"- Why: `{_attribute(found.property)}` {found.why}.",
        f"- What to do: {found.remedy[0].upper()}{found.remedy[1:]}.",
        f"- Found: `{_arguments(rule.wrong)}`",
        f"- Fine: `{_arguments(rule.right)}`",
        f"- Source: {rule.source}",
    ]
    return f"## {rule.code}\n\n" + "\n".join(lines) + "\n"


def _found(settings: Settings) -> Iterator[Finding]:
    yield from find_errors(settings)
    yield from find_warnings(settings)


def _service(service: Service) -> str:
    hosts = ", ".join(f"`{host}`" for host in service.hosts)
    ports = "; ".join(f"{port} {' or '.join(tls)}" for port, tls in service.ports.items())
    return f"| {service.name} | {hosts} | {ports} | [{service.read}]({service.source}) |\n"


def _arguments(settings: Settings) -> str:
    return ", ".join(f"{_attribute(key)}={value!r}" for key, value in settings.items())


def _named(keys: tuple[str, ...]) -> str:
    return ", ".join(f"`{_attribute(key)}`" for key in keys)


def _attribute(key: str) -> str:
    return ATTRIBUTES.get(key, key)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")
