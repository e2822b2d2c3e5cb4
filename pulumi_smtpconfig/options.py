"""How a resource is handled, beside what its settings are."""

from __future__ import annotations

from pulumi_smtpconfig.inputs import Inputs, Text


class Options(Inputs):
    """Arguments that say how to send, and are not sent themselves."""

    credentials: Text = ""
