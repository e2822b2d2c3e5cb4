"""The laws of the campaign: what counts as a lie, and what does not."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.campaign.engine import Outcome
from tests.campaign.faults import Dealt
from tests.campaign.gateway import Arrival
from tests.campaign.laws import Witnessed
from tests.campaign.resource import Resource, body
from tests.campaign.told import NOTHING_SENT, UNKNOWN

DECLARED = {
    "tenantId": "gamma",
    "platform": "shift",
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "user": "acme",
    "password": "new",
}
NEW = body(DECLARED)
OLD = NEW | {"password": "old"}
MAIL = [Arrival("mail", "gamma", whole=True)]
PART = [Arrival()]
"""A request of which only some bytes arrived."""

SUCCESS = ""
REFUSED = "pulumi_smtpconfig.errors.Refused: The platform answered 403."
GONE = "pulumi_smtpconfig.errors.RealmGone: The platform answered 404."
NOT_REACHED = f"pulumi_smtpconfig.errors.ConnectionFailed: So {NOTHING_SENT}."
NOT_VERIFIED = "pulumi_smtpconfig.errors.NotVerified: It failed at AUTH."
NOT_CONFIGURED = "pulumi_smtpconfig.errors.ConfigurationError: No token is given."
NO_TOKEN = (
    f"pulumi_smtpconfig.errors.TokenNotGranted: The endpoint was not reached: {NOTHING_SENT}."
)
NOT_READ = "pulumi_smtpconfig.errors.ReadFailed: The platform answered 500."
EITHER = f"pulumi_smtpconfig.errors.OutcomeUnknown: Send again: {UNKNOWN}."
BUG = "pulumi_smtpconfig.errors.InternalError: It failed; this is a bug in the provider."
FOREIGN = "KeyError: 'platform'"


class Case(NamedTuple):
    """What a user was told, and what was so."""

    error: str
    holds: dict[str, str] = OLD
    arrivals: tuple[Arrival, ...] = ()
    lied: bool = False
    rejected: bool = False
    reads: bool = False
    doubtful: bool = False


TRUE = {
    "a success that is held": Case(SUCCESS, NEW, (*MAIL,)),
    "a refusal of what arrived": Case(REFUSED, OLD, (*MAIL,)),
    "a refusal by a platform that took it": Case(REFUSED, NEW, (*MAIL,), lied=True),
    "a realm that is gone": Case(GONE, OLD, (*MAIL,)),
    "nothing sent": Case(NOT_REACHED),
    "no token, and no mail": Case(NO_TOKEN),
    "no token after a 401": Case(NO_TOKEN, OLD, (*MAIL,)),
    "either, and it took it": Case(EITHER, NEW, (*MAIL,)),
    "either, and it did not": Case(EITHER, OLD, (*PART,)),
    "a reading that failed": Case(NOT_READ, reads=True),
    "a success of what the state has": Case(SUCCESS, NEW, doubtful=True),
    "a reading of something else": Case(SUCCESS, OLD, reads=True),
}

LIES = {
    "a success that is not held": Case(SUCCESS, OLD, (*MAIL,)),
    "a success that nothing was sent for": Case(SUCCESS, OLD, doubtful=True),
    "a success of what was not verified": Case(SUCCESS, NEW, (*MAIL,), rejected=True),
    "a refusal of what is held": Case(REFUSED, NEW, (*MAIL,)),
    "nothing sent, though it is held": Case(NOT_REACHED, NEW),
    "nothing sent, though a request arrived": Case(NOT_REACHED, OLD, (*MAIL,)),
    "nothing sent, though some bytes arrived": Case(NOT_REACHED, OLD, (*PART,)),
    "no token sent, though a request for one arrived": Case(
        NO_TOKEN, OLD, (Arrival("token", "gamma"),)
    ),
    "not verified, though a request arrived": Case(NOT_VERIFIED, OLD, (*MAIL,)),
    "not configured, though a request arrived": Case(NOT_CONFIGURED, OLD, (*MAIL,)),
    "either, though nothing arrived": Case(EITHER),
    "either, and that nothing was sent": Case(f"{EITHER} Or {NOTHING_SENT}", OLD, (*MAIL,)),
    "a refusal that may hold either": Case(f"{REFUSED} {UNKNOWN}", OLD, (*MAIL,)),
    "a failure as a bug": Case(BUG),
    "a failure of another kind": Case(FOREIGN),
    "a reading that sends": Case(SUCCESS, OLD, (*MAIL,), reads=True),
    "a reading that changes": Case(NOT_READ, NEW, reads=True),
    "a fifth try": Case(REFUSED, OLD, (*MAIL * 5,)),
}


def lies(case: Case) -> list[str]:
    """Return the lies of a case."""
    declared = DECLARED | {"verify": "require"}
    attempted = Resource(declared, declared | {"password": "old"}, doubtful=case.doubtful)
    after = attempted if case.error else Resource(declared, declared)
    met = [Dealt(Fault(), lies=case.lied)]
    outcome = Outcome(after, case.error)
    arrivals = list(case.arrivals)
    witnessed = Witnessed(
        attempted, outcome, OLD, case.holds, arrivals, met, rejected=case.rejected, reads=case.reads
    )
    return witnessed.lies


@pytest.mark.parametrize("case", TRUE.values(), ids=TRUE.keys())
def test_the_truth_is_no_lie(case: Case) -> None:
    """Whoever says what is so, or what nobody can know better, tells no lie."""
    assert lies(case) == []


@pytest.mark.parametrize("case", LIES.values(), ids=LIES.keys())
def test_a_lie_is_counted(case: Case) -> None:
    """What was told is held against what the platform holds, and what arrived there."""
    assert lies(case)
