"""Look at many tenants: what they have, whether their servers take it, what their domains publish.

Each part is noted as it comes, so that an audit that is interrupted reports what is known.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.at_once import at_once
from pulumi_smtpconfig.audit.live import Draft, Mask, examine, finished
from pulumi_smtpconfig.audit.reader import Reader
from pulumi_smtpconfig.audit.report import AuditReport
from pulumi_smtpconfig.audit.words import STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pulumi_smtpconfig.audit.report import AuditedTenant
    from pulumi_smtpconfig.audit.targets import Target
    from pulumi_smtpconfig.authorized_client import AuthorizedClient

THREADS = 64
NO_TENANTS = "No tenant was found, so nothing was audited."
OFFLINE = (
    "No SMTP server could be reached from this machine, so no settings were tested. Check this "
    "machine's network and DNS, or run the audit where outgoing SMTP is allowed."
)


class Scope(NamedTuple):
    """What is looked at besides the settings.

    Attributes:
        verify: Whether SMTP sessions are run.
        dns: Whether domains are looked up.
        dns_server: The DNS server to ask; empty for those of this machine.
    """

    verify: bool = False
    dns: bool = False
    dns_server: str = ""


def audit(
    subject: str,
    targets: Sequence[Target],
    client: AuthorizedClient,
    scope: Scope,
    progress: Callable[[str], None],
) -> AuditReport:
    """Look at tenants, and report what is known even if Ctrl-C ends it.

    Args:
        subject: What is audited, as a heading.
        targets: The tenants.
        client: What reads and verifies.
        scope: What is looked at.
        progress: Shows the user how far it is.
    """
    began = time.monotonic()
    drafts: dict[int, Draft] = {}
    notices: list[str] = [] if targets else [NO_TENANTS]
    is_complete = True
    try:
        _read(targets, drafts, client, progress)
        if scope.verify:
            notices += _verify([*drafts.values()], client, progress)
        if scope.dns:
            _look_up([*drafts.values()], scope.dns_server, progress)
    except KeyboardInterrupt:
        client.stop()
        is_complete = False
    mask = _mask(drafts.values())
    for number, target in enumerate(targets):
        if number not in drafts:
            drafts[number] = Draft(target, is_read=False)
    tenants = [finished(drafts[number], mask) for number in range(len(targets))]
    seconds = time.monotonic() - began
    now = datetime.now(timezone.utc).astimezone()
    return AuditReport(
        *(subject, now, seconds, is_complete, sorted(tenants, key=_order)),
        *(scope.verify, scope.dns, notices),
    )


def _order(tenant: AuditedTenant) -> tuple[int, int, str, str]:
    errors = sum(each.severity == "error" for each in tenant.findings)
    return [*STATE_WORDS].index(tenant.state), -errors, tenant.tenant_id, tenant.hostname


def _mask(drafts: Iterable[Draft]) -> Mask:
    return Mask({secret for draft in drafts for secret in draft.shared_secrets})


def _read(
    targets: Sequence[Target],
    drafts: dict[int, Draft],
    client: AuthorizedClient,
    progress: Callable[[str], None],
) -> None:
    reader = Reader(client)
    results = at_once(range(len(targets)), lambda number: reader.read(targets[number]), THREADS)
    for count, (number, result) in enumerate(results, start=1):
        drafts[number] = examine(targets[number], result)
        progress(f"Reading mail settings: {count} of {len(targets)} tenants ...")


def _verify(
    drafts: Sequence[Draft],
    client: AuthorizedClient,
    progress: Callable[[str], None],
) -> list[str]:
    """Run the sessions, and return what is to be told of all of them."""
    # An audit that verifies nothing does not pay for importing smtplib.
    from pulumi_smtpconfig.audit.sessions import (  # noqa: PLC0415 - see above
        is_offline,
        run_sessions,
        sessions_for,
    )

    sessions = sessions_for(draft for draft in drafts if draft.settings)
    total = len(sessions)
    for envelope in (each for session in sessions for each in session.envelopes):
        for draft in envelope.drafts:
            draft.secrets.update(envelope.verification.all_secrets)
    run_sessions(sessions, client, lambda count: progress(f"SMTP sessions: {count} of {total} ..."))
    return [OFFLINE] if is_offline(sessions) else []


def _look_up(drafts: Sequence[Draft], server: str, progress: Callable[[str], None]) -> None:
    # An audit without it does not need the DNS library.
    from pulumi_smtpconfig.audit.domains import (  # noqa: PLC0415 - see above
        as_texts,
        domains_of,
        find_wrong,
    )
    from pulumi_smtpconfig.audit.mail_dns import MailDns, MailDomain  # noqa: PLC0415 - see above

    mask = _mask(drafts)
    usable = {id(draft): mask.usable(draft) for draft in drafts}
    used = {number: domains_of(settings) for number, settings in usable.items()}
    names = sorted({name for domains in used.values() for name in domains.values()})
    published: dict[str, MailDomain] = {}
    try:
        for domain in MailDns(server).look_up(names):
            published[domain.name] = domain
            progress(f"DNS: {len(published)} of {len(names)} domains ...")
    finally:
        for draft in drafts:
            draft.findings += find_wrong(usable[id(draft)], published)
            for name in dict.fromkeys(used[id(draft)].values()):
                if name in published:
                    draft.dns |= as_texts(published[name])
