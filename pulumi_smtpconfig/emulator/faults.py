"""The faults that the page offers by name."""

import json

from .application import Fault

HTML = {"content-type": "text/html"}
JSON = {"content-type": "application/json"}


def _json(name: str, status: int, error: str, **headers: str) -> Fault:
    return Fault(status, json.dumps({"error": error}), {**JSON, **headers}, name=name)


FAULTS = {
    fault.name: fault
    for fault in (
        _json("401 token refused", 401, "HTTP 401 Unauthorized"),
        _json("403 not permitted", 403, "HTTP 403 Forbidden"),
        _json("404 unknown tenant", 404, "Realm not found."),
        _json("429 too many requests", 429, "Too many requests", **{"retry-after": "1"}),
        _json("500 server error", 500, "unknown_error"),
        Fault(502, "<html><title>502 Bad Gateway</title></html>", HTML, name="502 bad gateway"),
        _json("503 unavailable", 503, "Service unavailable", **{"retry-after": "1"}),
        Fault(200, "<html><title>Sign in</title></html>", HTML, name="200 with a web page"),
        Fault(200, name="200 with nothing"),
        Fault(delay=5, name="5 seconds late"),
        Fault(cut="header", name="cut before the response"),
        Fault(body='{"mess', cut="body", name="cut within the response"),
        Fault(cut="header", applied=True, name="carried out, response lost"),
    )
}
"""By name."""
