"""What a user does next, in the words that several errors share."""

AGAIN = "then run `pulumi up` again."
REMEDIES = {
    400: f"correct what the platform names (its log may say more), {AGAIN}",
    401: f"renew the token, {AGAIN}",
    403: f"use a token or credentials that may change this tenant's mail settings, {AGAIN}",
    **dict.fromkeys(
        (301, 302, 303, 307, 308),
        f"set hostname to the host that answers without a redirect, {AGAIN}",
    ),
    404: f"check platform, hostname and tenantId (its case counts), {AGAIN}",
    429: f"wait a little, {AGAIN}",
}
ASK_THE_PLATFORM = f"look into the platform's log for this request, {AGAIN}"
SEND_AGAIN = (
    "run `pulumi up` again with the same options, which sends the settings again: the platform may "
    "hold the old ones or the new ones.\n"
    "  If it fails again, check hostname and look into the platform's log.\n"
    "  Reverting the program alone sends nothing. To go back to the old settings, "
    "revert it and run `pulumi up --replace URN` with the URN from `pulumi stack --show-urns`."
)
