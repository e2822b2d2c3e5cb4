"""Which requests are served at all: their size, their host, and no web page of another site."""

import re

from .listener import HOST
from .messages import ReceivedRequest, Refused, Response, json_response

MOST_BODY_BYTES = 64 * 1024
"""Far more than mail settings or a token request have."""
MOST_HEADER_BYTES = 16 * 1024
MOST_HEADERS = 100
LOCAL_NAMES = ("localhost", HOST)


def _refused(status: int, reason: str) -> Response:
    # The body may be unread, so the connection cannot serve another request.
    return json_response(status, {"error": reason}, {"connection": "close"})


NO_PROXY = _refused(405, "The emulator is not a proxy.")
FOREIGN = _refused(403, "The emulator refuses requests from web pages of other sites.")
BODY_TOO_LARGE = _refused(413, f"The emulator reads at most {MOST_BODY_BYTES} bytes of a body.")
WRONG_HOST = _refused(
    421, "The emulator only answers if the Host header and the name in the TLS handshake agree."
)
HEADERS_TOO_LARGE = _refused(
    431, f"The emulator reads at most {MOST_HEADERS} headers with {MOST_HEADER_BYTES} bytes."
)


def admit(request: ReceivedRequest, server_name: str | None, port: int) -> None:
    """Check a request before its body is read.

    Args:
        request: Without its body.
        server_name: The name that the client asked for in the TLS handshake, in lower case; None
            without one, as for an IP address.
        port: Where the emulator listens.

    Raises:
        Refused: It is for a proxy, too large, for another host, or from a web page of another site.
    """
    if request.method == "CONNECT":  # its response could turn the connection into a tunnel
        raise Refused(NO_PROXY)
    if _header_bytes(request) > MOST_HEADER_BYTES or len(request.headers) > MOST_HEADERS:
        raise Refused(HEADERS_TOO_LARGE)
    if _host(request) not in ((server_name,) if server_name else LOCAL_NAMES):
        raise Refused(WRONG_HOST)
    if _is_foreign(request, port):
        raise Refused(FOREIGN)
    if int(request.header("content-length") or 0) > MOST_BODY_BYTES:
        raise Refused(BODY_TOO_LARGE)


def _header_bytes(request: ReceivedRequest) -> int:
    return len(request.target) + sum(len(name) + len(value) for name, value in request.headers)


def _host(request: ReceivedRequest) -> str | None:
    """Return the host without its port, which is the tenant's and not ours behind `connectTo`."""
    host = re.fullmatch(r"([\w.-]+?)\.?(:\d+)?", request.header("host") or "", re.ASCII)
    return host and host[1].lower()


def _is_foreign(request: ReceivedRequest, port: int) -> bool:
    """Tell whether a browser sent this for a page that is not the emulator's own.

    No provider sends these headers. A page of an attacker's domain that resolves to this machine
    (DNS rebinding) is of the same origin, so only the local names are the emulator's own.
    """
    sent = [x for x in request.headers if x[0] == "origin" or x[0].startswith("sec-fetch-")]
    host = request.header("host")
    own = {"origin": {f"https://{host}"}, "sec-fetch-site": {"same-origin", "none"}}
    is_own = host in {f"{name}:{port}" for name in LOCAL_NAMES} and all(
        value in own.get(name, {value}) for name, value in sent
    )
    return bool(sent) and not is_own
