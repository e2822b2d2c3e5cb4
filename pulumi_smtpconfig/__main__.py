"""Runs `smtpconfig` as `python -m pulumi_smtpconfig`."""

from pulumi_smtpconfig.cli import main

if __name__ == "__main__":
    main()
