"""Show the quickstart with the real engine against the emulator, step by step."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from pulumi_smtpconfig.emulator import Emulator
from tools.cache import Unavailable, end_children
from tools.engine import engine_folder
from tools.stack import Stack

QUICKSTART = Path(__file__).parents[1] / "examples/quickstart"
SETTINGS = {
    "hostname": "idp.example.com",
    "tenantId": "ACME",
    "smtpHost": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "fromDisplayName": "Acme",
    "smtpUser": "acme",
}
READ_URL = "https://{tenantId}.{hostname}/auth/admin/realms/{tenantId}"
NEXT = "the next password"
MASK = "********"
UP = ("up", "--yes", "--skip-preview", "--suppress-outputs")


class StepFailedError(Exception):
    """A step of the demo showed something else than it should."""


class Demo:
    """The steps, each a method; what it shows is checked too, so that the demo cannot lie."""

    def __init__(self, stack: Stack, emulator: Emulator) -> None:
        self._stack = stack
        self._emulator = emulator

    def preview(self) -> None:
        """Preview: what would be created. Nothing is sent."""
        self._expect(0, "preview", "--diff", "--suppress-outputs")

    def create(self) -> None:
        """Up: one POST, and the platform has the settings."""
        self._expect(1, *UP)

    def received(self) -> None:
        """What the platform received: eleven texts, the password masked here."""
        request = self._emulator.requests[-1]
        print(f"    {request.method} https://{request.header('host')}{request.target}")
        for key, value in request.json().items():
            print(f"    {key}: {MASK if key == 'password' else value!r}")

    def repeat(self) -> None:
        """Up again: nothing changed, so nothing is sent."""
        self._expect(0, *UP, "--expect-no-changes")

    def change(self) -> None:
        """One setting changed: one line of diff, one request."""
        self._stack.configure(fromDisplayName="Acme Corporation")
        self._expect(1, *UP, "--diff")

    def rotate(self) -> None:
        """The password alone rotated: it is noticed and sent, and never shown."""
        self._stack.configure_secret("smtpPassword", NEXT)
        self._expect(1, *UP, "--diff")
        if self._emulator.tenants["ACME"]["password"] != NEXT:
            raise StepFailedError("The platform does not have the new password.")

    def drift(self) -> None:
        """Somebody changes the host behind Pulumi's back: a preview shows it, an up repairs it."""
        self._emulator.tenants["ACME"]["host"] = "smtp.somewhere.example"
        self._expect(0, "preview", "--refresh", "--diff", "--suppress-outputs")
        self._expect(1, *UP, "--refresh")
        if self._emulator.tenants["ACME"]["host"] != SETTINGS["smtpHost"]:
            raise StepFailedError("The platform does not have the declared host.")

    def state(self) -> None:
        """The password in the exported state: ciphertext."""
        resources = self._stack.exported()["deployment"]["resources"]
        mail = next(r for r in resources if r["type"].endswith(":SmtpConfig"))
        print(f"    password: {mail['outputs']['password']['ciphertext']}")

    def destroy(self) -> None:
        """Destroy: the platform offers no delete, so the tenant keeps its settings."""
        self._expect(0, "destroy", "--yes", "--suppress-outputs")

    def _expect(self, requests: int, *command: str) -> None:
        before = self._sent()
        print(f"    $ pulumi {' '.join(command)}")
        print(indented(self._stack.must(*command)))
        sent = self._sent() - before
        print(f"    => {sent} request(s) reached the platform")
        if sent != requests:
            raise StepFailedError(f"{requests} request(s) should have been sent, not {sent}.")

    def _sent(self) -> int:
        return sum(request.method == "POST" for request in self._emulator.requests)


def indented(output: str) -> str:
    """Return what the engine printed, without the lines that only show that it is alive."""
    lines = (line for line in output.splitlines() if line.strip() and not line.startswith("@"))
    return "\n".join(f"    | {line}" for line in lines)


def pause() -> None:
    """Wait for Enter if DEMO_PAUSE is 1, so that one can look at the page."""
    if os.environ.get("DEMO_PAUSE") == "1":
        with suppress(EOFError):
            input("    Press Enter to go on. ")


def run() -> None:
    """Run all steps in a folder that is removed at the end."""
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="smtpconfig-demo-")))
        cleanup.callback(end_children)  # Ctrl-C while an engine starts leaves it running
        emulator = cleanup.enter_context(Emulator())
        stack = Stack(QUICKSTART, folder, engine_folder(), emulator.environment)
        stack.configure(**SETTINGS, **{"smtpconfig:readUrl": READ_URL})
        stack.configure_secret("smtpPassword", "the first password")
        demo = Demo(stack, emulator)
        print(f"Watch the platform at {emulator.page} (no browser knows its certificate).")
        steps = (demo.preview, demo.create, demo.received, demo.repeat)
        for step in (*steps, demo.change, demo.rotate, demo.drift, demo.state, demo.destroy):
            print(f"\n{step.__doc__}")
            step()
            pause()


def main() -> None:
    """Exit with 0 after all steps, 1 when one failed, 130 after Ctrl-C; always clean up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run()
    except (Unavailable, RuntimeError, StepFailedError, OSError) as error:
        sys.exit(f"{error}\nThe demo failed; the lines above say why.")
    except KeyboardInterrupt:
        print("\nThe demo was interrupted; everything that it started is gone.", file=sys.stderr)
        sys.exit(130)
    print("\nThe demo is done; everything that it started is gone.")


if __name__ == "__main__":
    main()
