"""What a login at the SMTP server is proved with: a password, or a client's secret for a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pydantic import SecretStr

    from pulumi_smtpconfig.settings.models import Options, SmtpSettings


class LoginSecret(NamedTuple):
    """A kind of secret, and the names under which a resource knows it.

    Attributes:
        name: What messages call it.
        field: The field of `SmtpSettings`.
        key: Its key in the state.
        reference_field: The field of `Options` that says where it is read.
        reference_key: That field's key in the state.
        fingerprint: The output that tells whether a referenced one is the one that was sent.
    """

    name: str
    field: str
    key: str
    reference_field: str
    reference_key: str
    fingerprint: str

    def plain(self, settings: SmtpSettings) -> SecretStr:
        """Return the secret of settings."""
        secret: SecretStr = getattr(settings, self.field)
        return secret

    def reference(self, options: Options) -> str:
        """Return where options say that the secret is read."""
        reference: str = getattr(options, self.reference_field)
        return reference


PASSWORD = LoginSecret(
    name="password",
    field="password",
    key="password",
    reference_field="password_from",
    reference_key="passwordFrom",
    fingerprint="passwordFingerprint",
)
CLIENT_SECRET = LoginSecret(
    name="client secret",
    field="auth_token_client_secret",
    key="authTokenClientSecret",
    reference_field="auth_token_client_secret_from",
    reference_key="authTokenClientSecretFrom",
    fingerprint="authTokenClientSecretFingerprint",
)
LOGIN_SECRETS = (PASSWORD, CLIENT_SECRET)
