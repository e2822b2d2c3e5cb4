"""The ASGI application: one request in, one answer or fault out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .endpoints import Kind, Platform, route
from .messages import Answer, ReceivedRequest


@dataclass(frozen=True)
class Fault:
    """What one request meets instead of an answer; a delay alone only postpones that."""

    status: int | None = None
    """200 to 599; None leaves the answer to the platform, unless it is cut off."""
    body: str | bytes = ""
    """The answer's body as it is sent, where there is a status."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent beside Content-Length; there is no Content-Type unless it is named here."""
    delay: float = 0.0
    """Seconds before the answer; a client that gives up meanwhile ends it."""
    cut: Literal["header", "body"] | None = None
    """Where the connection breaks: before the status line, or after status, headers and body (200
    without a status), of which Content-Length promised more."""
    applied: bool = False
    """Whether the platform handles the request first, so that only its answer is lost."""
    on: Kind | None = None
    """The kind of request that it waits for, while others pass: one for a tenant's `mail` settings,
    one for a `token`, or one to `read` a realm; None is any POST, and so never a read."""

    @property
    def answer(self) -> Answer | None:
        """The answer that takes the place of the platform's; None leaves the platform's."""
        if self.status is None and self.cut is None:
            return None
        body = self.body.encode() if isinstance(self.body, str) else self.body
        return Answer(self.status or 200, body, self.headers)


NO_FAULT = Fault()


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Application:
    """Answers as the platform does, or as the next ordered fault says."""

    def __init__(
        self, platform: Platform, on_request: Callable[[ReceivedRequest, int | None], None]
    ) -> None:
        self.requests: list[ReceivedRequest] = []
        self.faults: list[Fault] = []
        self.latency = 0.0
        self._platform = platform
        self._on_request = on_request

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request of ASGI's http protocol; its state holds the connection's transport."""
        body = await _body(receive)
        if body is None:
            return
        request = _request(scope, body)
        self.requests.append(request)
        fault = self._next_fault(request)
        answer = await self._answer(request, fault, receive)
        if answer is None:
            return
        self._on_request(request, None if fault.cut == "header" else answer.status)
        if fault.cut != "header":
            await _send(answer, send, cut=bool(fault.cut))
        if fault.cut:
            scope["state"]["transport"].abort()
            await _gone(receive)

    def _next_fault(self, request: ReceivedRequest) -> Fault:
        to = route(request)
        kind = to and to.kind
        kinds = {None, kind} if request.method == "POST" else {"read"} & {kind}
        due = (place for place, fault in enumerate(self.faults) if fault.on in kinds)
        place = next(due, None)
        return NO_FAULT if place is None else self.faults.pop(place)

    async def _answer(
        self, request: ReceivedRequest, fault: Fault, receive: Receive
    ) -> Answer | None:
        applied = self._platform.answer(request) if fault.applied else None
        delay = self.latency + fault.delay
        if delay and await _gone_within(delay, receive):
            return None
        return fault.answer or applied or self._platform.answer(request)


def _request(scope: Message, body: bytes) -> ReceivedRequest:
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    headers = tuple((key.decode("latin-1"), x.decode("latin-1")) for key, x in scope["headers"])
    return ReceivedRequest(scope["method"], target.decode("latin-1"), headers, body)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when the client left before its end."""
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)
    return None


async def _send(answer: Answer, send: Send, *, cut: bool) -> None:
    length = len(answer.body) + cut
    headers = {**answer.headers, "content-length": str(length)}
    raw = [(key.lower().encode("latin-1"), x.encode("latin-1")) for key, x in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body, "more_body": cut})


async def _gone(receive: Receive) -> None:
    """Wait for the end of the connection; an application that returns before is an error."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _gone_within(seconds: float, receive: Receive) -> bool:
    try:
        await asyncio.wait_for(_gone(receive), seconds)
    except asyncio.TimeoutError:
        return False
    return True
