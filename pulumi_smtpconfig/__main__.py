"""`python -m pulumi_smtpconfig` is `smtpconfig`."""

from pulumi_smtpconfig.cli.app import main

if __name__ == "__main__":
    main()
