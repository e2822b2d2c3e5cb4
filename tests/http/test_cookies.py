"""What an answer leaves behind for the next request: nothing."""

from __future__ import annotations

from pulumi_smtpconfig.emulator import Emulator, Fault
from tests.http.wire import connected, post


def test_a_cookie_of_one_tenant_is_sent_with_no_other_request(emulator: Emulator) -> None:
    """On SHIFT all tenants share a host, and a session of one is none of another's."""
    emulator.order(Fault(200, '{"status": "OK"}', {"Set-Cookie": "SESSION=acme; Path=/"}))
    with connected(emulator) as client:
        post(client)
        post(client)
    assert [request.header("cookie") for request in emulator.requests] == [None, None]
