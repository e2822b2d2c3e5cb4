"""Take the screenshots that README shows: of the emulator's page and of the page of an audit."""

from __future__ import annotations

import http.client
import json
import ssl
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_smtpconfig.audit.page import render_page
from pulumi_smtpconfig.emulator import Emulator
from pulumi_smtpconfig.emulator.faults import FAULTS
from tests.audit.sample_report import sample_report
from tests.servers.browser import running_browser
from tools.cache import Unavailable, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser

IMAGES = Path(__file__).parents[1] / "docs/images"
WIDTH, HEIGHT = 1200, 760
MOST_BYTES = 150_000
AUDITED = 240
"""Tenants of the audit whose page is shown."""

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


def emulator_page(browser: Browser) -> bytes:
    """Return a picture of the emulator's page."""
    with Emulator() as emulator:
        show_something(emulator)
        page = browser.new_page(
            ignore_https_errors=True, viewport={"width": WIDTH, "height": HEIGHT}
        )
        page.goto(emulator.page)
        page.locator("article").first.wait_for()
        page.wait_for_timeout(3000)  # until new rows no longer flash
        return page.screenshot()


def audit_page(browser: Browser) -> bytes:
    """Return a picture of the page of an audit, with the details of a tenant open."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 700})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "audit.html"
        file.write_text(render_page(sample_report(AUDITED)), "utf-8")
        page.goto(file.as_uri())
        page.locator("td.found summary").nth(2).click()
        return page.screenshot()


def main() -> None:
    """Write the images; exit with 1 if there is no Chromium, or if an image is too large."""
    try:
        with running_browser() as browser:
            images = {"emulator": emulator_page(browser), "audit": audit_page(browser)}
    except Unavailable as problem:
        sys.exit(str(problem))
    IMAGES.mkdir(exist_ok=True)
    for name, image in images.items():
        if len(image) > MOST_BYTES:
            sys.exit(f"The image has {len(image):,} bytes, more than {MOST_BYTES:,}.")
        target = IMAGES / f"{name}.png"
        target.write_bytes(image)
        say(f"Wrote {target} ({len(image):,} bytes).")


if __name__ == "__main__":
    main()
