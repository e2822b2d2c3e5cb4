"""What mypy and pyright say about programs that declare tenants."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.docs.pages import CHECKOUT

Errors = dict[str, list[str]]
START = """\
# pyright: strict
import pulumi
from pulumi_smtpconfig import SmtpConfig, SmtpConfigArgs

config = pulumi.Config()
defaults: SmtpConfigArgs = {
    "platform": "shift",
    "hostname": "idp.example.com",
    "tenant_id": "acme",
    "host": "smtp.acme.example",
    "from_": "no-reply@acme.example",
}
first = SmtpConfig("first", defaults)
"""
KEYWORDS = """SmtpConfig(
    "mail",
    platform="shift",
    hostname="idp.example.com",
    tenant_id="acme",
    host="smtp.acme.example",
    from_="no-reply@acme.example",
    {more}
)"""
GOOD = {
    "keywords": KEYWORDS.format(more=""),
    "every choice": KEYWORDS.format(more='on_delete="clear", verify="require", port="587"'),
    "a secret": KEYWORDS.format(more='user="acme", password=config.require_secret("password")'),
    "None": KEYWORDS.format(more='user=None, on_delete=None, opts=None, password=config.get("a")'),
    "a dictionary": 'SmtpConfig("mail", defaults)',
    "args": 'SmtpConfig("mail", args=defaults, opts=pulumi.ResourceOptions(protect=True))',
    "keywords of a dictionary": 'SmtpConfig("mail", **defaults)',
    "options beside them": 'SmtpConfig("mail", **defaults, opts=pulumi.ResourceOptions())',
    "a dictionary in place": 'SmtpConfig("mail", {**defaults, "tenant_id": "beta", "port": 465})',
    "an output as a choice": KEYWORDS.replace('"shift"', "first.platform").format(more=""),
    "outputs elsewhere": KEYWORDS.replace('"acme"', "first.tenant_id").format(
        more="port=first.port, verify=first.verify, triggers=[first.endpoint]"
    ),
    "a config value as a choice": KEYWORDS.replace('"shift"', 'config.require_secret("p")').format(
        more=""
    ),
    "a subclass": 'class AcmeMail(SmtpConfig):\n    """Ours."""\nAcmeMail("mail", **defaults)',
    "attributes": "number: pulumi.Output[int] = first.port\n"
    "name: pulumi.Output[str | None] = first.from_display_name",
}
BAD = {
    "a misspelt platform": KEYWORDS.replace('"shift"', '"shfit"').format(more=""),
    "a misspelt platform in a dictionary": 'SmtpConfig("mail", {**defaults, "platform": "shfit"})',
    "a missing argument": KEYWORDS.replace('    host="smtp.acme.example",\n', "").format(more=""),
    "a missing key": 'args: SmtpConfigArgs = {"platform": "shift", "hostname": "a", "host": "b"}',
    "no arguments": 'SmtpConfig("mail")',
    "a misspelt argument": KEYWORDS.format(more='reply_too="help@acme.example"'),
    "a misspelt key": 'SmtpConfig("mail", {**defaults, "reply_too": "help@acme.example"})',
    "a misspelt on_delete": KEYWORDS.format(more='on_delete="never"'),
    "a misspelt verify": KEYWORDS.format(more='verify="yes"'),
    "text for a boolean": KEYWORDS.format(more='starttls="yes"'),
    "one code": KEYWORDS.format(more="lint_ignore=102"),
    "both forms": 'SmtpConfig("mail", defaults, host="smtp.acme.example")',
    "an argument without its name": 'SmtpConfig("mail", "shift", "idp.example.com")',
    "no output": "first.porrt",
    "the wrong type of an output": "text: pulumi.Output[str] = first.port",
}
CHECKERS = {
    "mypy": ("mypy", "--strict"),
    "pyright": ("pyright", "--pythonpath", sys.executable),
}
ERROR = re.compile(r"\b(good|bad)_(\d+)\.py:\d+.*\berror: .*")


@pytest.fixture(scope="module", params=CHECKERS)
def errors(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Errors:
    """What a type checker says, by the name of the program."""
    folder = tmp_path_factory.mktemp("programs")
    names = {}
    for kind, programs in {"good": GOOD, "bad": BAD}.items():
        for number, (name, text) in enumerate(programs.items()):
            path = folder / f"{kind}_{number}.py"
            path.write_text(f"{START}{text}\n", "utf-8")
            names[kind, str(number)] = name
    # In the checkout, as mypy's cache knows pulumi already, which takes long to read.
    run = subprocess.run(
        [sys.executable, "-m", *CHECKERS[request.param], *map(str, folder.iterdir())],
        cwd=CHECKOUT,
        env=os.environ | {"MYPYPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    found: Errors = {name: [] for name in names.values()}
    for match in ERROR.finditer(run.stdout):
        found[names[match[1], match[2]]].append(match[0])
    return found


@pytest.mark.parametrize("program", GOOD)
def test_a_good_program_has_no_errors(errors: Errors, program: str) -> None:
    """In the strictest mode."""
    assert not errors[program]


@pytest.mark.parametrize("program", BAD)
def test_a_mistake_is_an_error(errors: Errors, program: str) -> None:
    """Before any preview."""
    assert errors[program]
