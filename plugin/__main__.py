"""What the engine runs when it is given this folder, or this repository, as a plugin."""

from pulumi_smtpconfig.plugin.main import main

main()
