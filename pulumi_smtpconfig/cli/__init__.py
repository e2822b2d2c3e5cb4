"""The command line `smtpconfig`, which does not need Pulumi."""

import sys


def main() -> None:
    """Run `smtpconfig`, or say how to install the packages that it needs."""
    try:
        from pulumi_smtpconfig.cli.app import main as run  # noqa: PLC0415 - needs an extra
    except ModuleNotFoundError as missing:
        from pulumi_smtpconfig.cli.exit_codes import EXIT_UNAVAILABLE  # noqa: PLC0415 - likewise

        needs = f"smtpconfig cannot run: No module named {missing.name!r}."
        print(f"{needs} Run: pip install 'pulumi-smtpconfig[cli]'", file=sys.stderr)  # noqa: T201
        sys.exit(EXIT_UNAVAILABLE)
    run()
