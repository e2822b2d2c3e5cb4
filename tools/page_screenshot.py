"""Take the screenshot of the emulator's page that README shows: docs/images/emulator.png."""

from __future__ import annotations

import http.client
import json
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_smtpconfig.emulator import Emulator
from pulumi_smtpconfig.emulator.faults import FAULTS
from tests.servers.browser import running_browser
from tools.cache import Unavailable, say

if TYPE_CHECKING:
    from collections.abc import Mapping

TARGET = Path(__file__).parents[1] / "docs/images/emulator.png"
WIDTH, HEIGHT = 1200, 760
MOST_BYTES = 150_000
ACME = {
    "host": "smtp.acme.example",
    "port": "587",
    "starttls": "true",
    "from": "no-reply@acme.example",
    "user": "acme",
    "password": "made up",
}
GLOBEX = {"host": "mail.globex.example", "from": "hello@globex.example"}


def send(emulator: Emulator, method: str, path: str, body: Mapping[str, object]) -> None:
    """Send JSON to the platform, and ignore the response."""
    trust = ssl.create_default_context(cafile=str(emulator.ca_bundle))
    connection = http.client.HTTPSConnection(emulator.address, context=trust)
    headers = {"Authorization": f"Bearer {emulator.token}", "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body), headers)
    connection.getresponse().read()
    connection.close()


def show_something(emulator: Emulator) -> None:
    """Let the platform have tenants, a change and a fault."""
    send(emulator, "PUT", "/admin/realms/globex", {"smtpServer": GLOBEX})
    send(emulator, "POST", "/auth/realms/acme/mail/setup", ACME)
    emulator.order(FAULTS["503 unavailable"])
    rotated = {**ACME, "host": "smtp-eu.acme.example", "password": "made up again"}
    for _ in range(2):
        send(emulator, "POST", "/auth/realms/acme/mail/setup", rotated)
    emulator.order(FAULTS["429 too many requests"])


def main() -> None:
    """Write the image; exit with 1 if there is no Chromium, or if the image is too large."""
    try:
        with Emulator() as emulator, running_browser() as browser:
            show_something(emulator)
            page = browser.new_page(
                ignore_https_errors=True, viewport={"width": WIDTH, "height": HEIGHT}
            )
            page.goto(emulator.page)
            page.locator("article").first.wait_for()
            page.wait_for_timeout(3000)  # until new rows no longer flash
            image = page.screenshot()
    except Unavailable as problem:
        sys.exit(str(problem))
    if len(image) > MOST_BYTES:
        sys.exit(f"The image has {len(image):,} bytes, more than {MOST_BYTES:,}.")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(image)
    say(f"Wrote {TARGET} ({len(image):,} bytes).")


if __name__ == "__main__":
    main()
