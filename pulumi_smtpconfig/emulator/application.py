"""The ASGI application: reads a request, sends a response or a fault."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .admission import BODY_TOO_LARGE, MOST_BODY_BYTES, admit
from .endpoints import Kind, Platform, route
from .messages import ReceivedRequest, Refused, Response

MOST_FAULTS = 10_000


@dataclass(frozen=True)
class Fault:
    """What one request meets instead of the platform's response.

    A fault with only a delay postpones that response.
    """

    status: int | None = None
    """200 to 599; None sends the platform's response, unless `cut` is set."""
    body: str | bytes = ""
    """The body to send, if there is a status."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The headers besides Content-Length; Content-Type is only sent if it is named here."""
    delay: float = 0.0
    """Seconds before the response; it ends early if the client disconnects."""
    cut: Literal["header", "body"] | None = None
    """Where the connection breaks: before the status line, or after status (200 if None), headers
    and body, with a Content-Length that promises more."""
    applied: bool = False
    """Whether the platform handles the request first, so that only its response is lost."""
    on: Kind | None = None
    """The kind of request that meets it: `mail` sets a tenant's settings, `token` asks for a token,
    `read` reads a realm; None is any POST, so never a read."""

    @property
    def response(self) -> Response | None:
        """The response that replaces the platform's; None keeps the platform's."""
        if self.status is None and self.cut is None:
            return None
        body = self.body.encode() if isinstance(self.body, str) else self.body
        return Response(self.status or 200, body, self.headers)


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Application:
    """Responds as the platform does, or as the next ordered fault says."""

    def __init__(
        self,
        platform: Platform,
        on_request: Callable[[ReceivedRequest, int | None], None],
        keep_requests: int,
    ) -> None:
        self.requests: list[ReceivedRequest] = []
        self.latency = 0.0
        self.faults: list[Fault] = []
        self._platform = platform
        self._on_request = on_request
        self._keep_requests = keep_requests

    def order(self, faults: Iterable[Fault]) -> None:
        """Add faults; raises ValueError if too many would be waiting."""
        waiting = [*self.faults, *faults]
        if len(waiting) > MOST_FAULTS:
            raise ValueError(f"At most {MOST_FAULTS:,} faults can be waiting.")
        self.faults[:] = waiting

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one HTTP request.

        `scope["state"]` holds the transport of its connection, and the name in its TLS handshake.
        """
        request = _request(scope)
        try:
            admit(request, scope["state"]["server_name"], scope["server"][1])
            body = await _read_body(receive)
        except Refused as refusal:
            self._keep(request)
            self._on_request(request, refusal.response.status)
            await _send(refusal.response, send, cut=False)
            return
        if body is None:
            return
        request = replace(request, body=body)
        self._keep(request)
        fault = self._next_fault(request)
        response = await self._respond(request, fault, receive)
        if response is None:
            return
        self._on_request(request, None if fault.cut == "header" else response.status)
        if fault.cut != "header":
            await _send(response, send, cut=bool(fault.cut))
        if fault.cut:
            scope["state"]["transport"].abort()
            await _disconnected(receive)  # uvicorn logs an application that returns earlier

    def _keep(self, request: ReceivedRequest) -> None:
        self.requests.append(request)
        del self.requests[: max(0, len(self.requests) - self._keep_requests)]

    def _next_fault(self, request: ReceivedRequest) -> Fault:
        to = route(request)
        kind = to.kind if to else None
        kinds = {None, kind} if request.method == "POST" else {kind} & {"read"}
        for index, fault in enumerate(self.faults):
            if fault.on in kinds:
                return self.faults.pop(index)
        return Fault()

    async def _respond(
        self, request: ReceivedRequest, fault: Fault, receive: Receive
    ) -> Response | None:
        """Return what to send; None if the client disconnects meanwhile."""
        applied = self._platform.respond(request) if fault.applied else None
        delay = self.latency + fault.delay
        if delay and await _disconnects_within(delay, receive):
            return None
        return fault.response or applied or self._platform.respond(request)


async def _read_body(receive: Receive) -> bytes | None:
    """Return the whole body, None if the client disconnects before its end; raises Refused."""
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES:
            raise Refused(BODY_TOO_LARGE)
        if not message.get("more_body"):
            return bytes(body)
    return None


def _request(scope: Message) -> ReceivedRequest:
    """Return the request without its body."""
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    headers = tuple((key.decode("latin-1"), x.decode("latin-1")) for key, x in scope["headers"])
    return ReceivedRequest(scope["method"], target.decode("latin-1"), headers, b"")


async def _send(response: Response, send: Send, *, cut: bool) -> None:
    length = len(response.body) + cut
    headers = {**response.headers, "content-length": str(length)}
    raw = [(key.lower().encode("latin-1"), x.encode("latin-1")) for key, x in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": response.body, "more_body": cut})


async def _disconnects_within(seconds: float, receive: Receive) -> bool:
    try:
        await asyncio.wait_for(_disconnected(receive), seconds)
    except asyncio.TimeoutError:
        return False
    return True


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
