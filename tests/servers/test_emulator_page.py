"""The emulator's page in a real Chromium, with the real engine where Pulumi has a part."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Error, expect

from pulumi_smtpconfig.emulator import Emulator
from pulumi_smtpconfig.emulator.faults import FAULTS
from tests.emulator.requests import REALM, SETTINGS, SHIFT, SSMS, granted, read, send
from tests.servers.browser import running_browser
from tests.servers.conftest import failing_in_one_line
from tools.engine import engine_folder
from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

    from tests.servers.site import Site

SCRIPT = "<script>document.title='owned'</script>"
IMAGE = "\"'><img src=x onerror=\"document.title='owned'\">"
UP = ("up", "--yes", "--skip-preview")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium."""
    with failing_in_one_line(), running_browser() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without cookies or history, whose user accepts the emulator's certificate."""
    context = browser.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, emulator: Emulator) -> Page:
    """The page, of which every error in the console fails the test."""
    page = context.new_page()
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            problems.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.problems = problems  # type: ignore[attr-defined]  # for the tests
    page.goto(emulator.page)
    expect(page.get_by_role("status")).to_have_text("live")
    return page


def problems(page: Page) -> list[str]:
    """Return what the console showed as errors or warnings."""
    return page.problems  # type: ignore[attr-defined,no-any-return]


def button(page: Page, name: str) -> None:
    """Press a button by its name."""
    page.get_by_role("button", name=name, exact=True).click()


@pytest.fixture
def stack(emulator: Emulator, tmp_path: Path) -> Stack:
    """A stack of a tenant on SHIFT that is read back."""
    from tests.engine.conftest import PROGRAMS, declare  # noqa: PLC0415 - needs the engine

    stack = Stack(PROGRAMS / "declared", tmp_path, engine_folder(), emulator.environment)
    mail = {
        "platform": "shift",
        "hostname": "idp.example.com",
        "tenant_id": "acme",
        "host": "smtp.acme.example",
        "from_": "no-reply@acme.example",
    }
    declare(stack, {"acme": mail})
    stack.configure(**{"smtpconfig:readBack": "admin"})
    return stack


def test_an_up_appears_and_drift_by_button_is_found(page: Page, stack: Stack) -> None:
    """What Pulumi sends is shown; a setting changed by button is found by the next preview."""
    expect(page.get_by_text("No tenant has settings yet.")).to_be_visible()
    stack.must(*UP)
    expect(page.get_by_role("article")).to_contain_text("smtp.acme.example")
    expect(page.get_by_role("heading", name="SHIFT")).to_be_visible()
    expect(page.get_by_role("listitem").first).to_contain_text("POST")
    button(page, "Change a setting of acme")
    page.get_by_label("New value").fill("smtp.elsewhere.example")
    button(page, "Change")
    expect(page.get_by_role("article")).to_contain_text(
        'by this page: host: "smtp.acme.example" -> "smtp.elsewhere.example"'
    )
    output = stack.must("preview", "--refresh", "--diff")
    assert "smtp.elsewhere.example" in output
    stack.must(*UP, "--refresh")
    expect(page.get_by_role("article")).to_contain_text(
        'by POST: host: "smtp.elsewhere.example" -> "smtp.acme.example"'
    )
    assert problems(page) == []


def test_a_fault_by_button_shows_the_documented_error(page: Page, stack: Stack) -> None:
    """The next request meets it, Pulumi tells, and the page does too."""
    page.get_by_label("meet").select_option("403 not permitted")
    button(page, "Order fault")
    expect(page.get_by_text("Waiting for a request: 403 not permitted")).to_be_visible()
    failed = stack.run(*UP)
    assert failed.status
    assert "403" in failed.output
    expect(page.get_by_role("listitem").first).to_contain_text("403 not permitted")
    expect(page.get_by_text("Waiting for a request")).to_have_count(0)
    stack.must(*UP)


def test_expired_tokens_are_refused_until_a_reset(page: Page, emulator: Emulator) -> None:
    """Granted ones and the printed one; a reset forgets all settings too."""
    token = granted(emulator)
    send(emulator.environment, SHIFT)
    button(page, "Expire all tokens")
    expect(page.get_by_text("All tokens have expired")).to_be_visible()
    statuses = [
        send(emulator.environment, SHIFT, Authorization=f"Bearer {each}").status_code
        for each in (token, emulator.token, granted(emulator))
    ]
    assert statuses == [401, 401, 200]
    button(page, "Reset…")
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    expect(page.get_by_text("No tenant has settings yet.")).to_be_visible()
    expect(page.get_by_text("No request has arrived yet.")).to_be_visible()
    assert (emulator.tenants, emulator.requests) == ({}, [])
    assert send(emulator.environment, SHIFT).status_code == 200


def test_a_reset_can_be_cancelled(page: Page, emulator: Emulator) -> None:
    """By its button and by Escape."""
    send(emulator.environment, SHIFT)
    button(page, "Reset…")
    button(page, "Cancel")
    button(page, "Reset…")
    page.keyboard.press("Escape")
    expect(page.get_by_role("article")).to_have_count(1)
    assert "acme" in emulator.tenants


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_ordered_by_name(page: Page, emulator: Emulator, name: str) -> None:
    """For as many requests of the kind as asked for; they can be forgotten."""
    page.get_by_label("The next").fill("3")
    page.get_by_label("requests to").select_option("token")
    page.get_by_label("meet").select_option(name)
    button(page, "Order fault")
    expect(page.get_by_text("Waiting for a request")).to_be_visible()
    assert [(each.name, each.on) for each in emulator._application.faults] == [(name, "token")] * 3
    button(page, "Forget faults")
    expect(page.get_by_text("Waiting for a request")).to_have_count(0)
    assert emulator._application.faults == []


def test_a_tenant_is_deleted_and_a_setting_removed(page: Page, emulator: Emulator) -> None:
    """Behind Pulumi's back; the change is among the requests."""
    send(emulator.environment, SHIFT)
    button(page, "Change a setting of acme")
    page.get_by_role("dialog").get_by_role("combobox").select_option("port")
    button(page, "Remove setting")
    expect(page.get_by_role("listitem").first).to_contain_text('port removed (was "587")')
    assert "port" not in emulator.tenants["acme"]
    button(page, "Delete acme")
    expect(page.get_by_role("article")).to_have_count(0)
    assert emulator.tenants == {}


def test_everything_works_by_keyboard(page: Page, emulator: Emulator) -> None:
    """Tab reaches every control, Enter changes a setting, and the focus is kept while live."""
    send(emulator.environment, SHIFT)
    expect(page.get_by_role("article")).to_have_count(1)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "Change a setting of acme"
    for tenant in ("0first", "another", "zlast"):
        send(emulator.environment, SHIFT.replace("acme", tenant))
    expect(page.get_by_role("article")).to_have_count(4)
    assert page.evaluate(focused) == "Change a setting of acme"
    page.keyboard.press("Enter")
    page.keyboard.type("smtp.typed.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").nth(1)).to_contain_text("smtp.typed.example")
    assert emulator.tenants["acme"]["host"] == "smtp.typed.example"
    assert page.evaluate(focused) == "Change a setting of acme"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.id || document.activeElement.textContent")
        )
    controls = {"count", "kind", "fault", "expire", "reset", "requests"}
    assert controls | {"Change…", "Delete", "Order fault"} <= reached


@pytest.mark.parametrize("name", [SCRIPT, IMAGE, "{{7*7}}${7*7}", "x" * 500, "a/b\x00\u202e\n"])
def test_text_from_outside_is_only_text(page: Page, emulator: Emulator, name: str) -> None:
    """A tenant, a key or a value that is HTML or a script is shown and nothing else happens."""
    body = {**SETTINGS, "host": name, "user": name, "fromDisplayName": name, name: "another"}
    send(emulator.environment, SHIFT.replace("acme", quote(name, safe="")), body)
    read(emulator, f"https://idp.example.com/auth/nothing/{quote(name)}", **{"User-Agent": "x"})
    expect(page.get_by_role("article")).to_have_count(1)
    visible = "".join(x if x.isprintable() else ascii(x)[1:-1] for x in name[:300])
    expect(page.get_by_role("article").locator("b")).to_have_text(visible)
    button(page, f"Change a setting of {visible}")
    expect(page.get_by_role("dialog").locator("b")).to_have_text(visible)
    assert page.title() == "SMTP settings emulator"
    assert page.locator("article script, article img, article i").count() == 0
    assert problems(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_is_wider_than_the_window(
    browser: Browser, emulator: Emulator, scheme: Any, width: int
) -> None:
    """With long names, many tenants and a narrow window, in both colour schemes."""
    for number in range(50):
        name = f"{number}-" + "long" * (number * 3)
        emulator.tenants[name] = {**SETTINGS, "host": "h" * 300, "k" * 100: "x"}
    send(emulator.environment, SHIFT.replace("acme", "n" * 300), {**SETTINGS, "host": "h" * 300})
    context = browser.new_context(
        ignore_https_errors=True, viewport={"width": width, "height": 700}, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(emulator.page)
    expect(page.get_by_role("article")).to_have_count(51, timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(18, 19, 28)") == (scheme == "dark")
    context.close()


def test_no_secret_is_shown_or_sent_to_the_page(context: BrowserContext) -> None:
    """Neither in what is seen nor in what arrives: passwords, tokens, secrets, the page's token."""
    with Emulator() as emulator:
        page = context.new_page()
        received: list[str] = []
        page.on("request", lambda request: received.append(request.url))
        page.goto(emulator.page)
        expect(page.get_by_role("status")).to_have_text("live")
        token = granted(emulator)
        secrets = ("pw-canary", "cs-canary", emulator.token, emulator.client_secret, token)
        for where in (SHIFT, SSMS):
            send(
                emulator.environment,
                where,
                {**SETTINGS, "password": "pw-canary", "passwd": "x" * 9},
            )
        login = {
            **SETTINGS,
            "auth": "true",
            "authType": "token",
            "authTokenClientSecret": "cs-canary",
        }
        send(emulator.environment, REALM.replace("acme", "kc"), {"smtpServer": login}, "PUT")
        leaky = {**SETTINGS, "user": "pw-canary", "password": "pw-canary", "replyTo": token}
        send(emulator.environment, SHIFT + f"?t={token}", leaky)
        expect(page.get_by_role("article")).to_have_count(3)
        script = """async token => {
            const answer = await fetch("/-/events", {headers: {Authorization: `Bearer ${token}`}});
            const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
            let text = "";
            while (!text.includes("\\n\\n")) text += (await reader.read()).value;
            return text;
        }"""
        snapshot = page.evaluate(script, emulator.page.partition("#")[2])
        assert json.loads(snapshot.partition("\n\n")[0].removeprefix("data: "))["tenantCount"] == 3
        for text in (snapshot, page.content(), *received):
            for secret in (*secrets, emulator.page.partition("#")[2]):
                assert secret not in text.partition("#")[0]


def test_it_asks_nobody_else(context: BrowserContext, emulator: Emulator) -> None:
    """Every request goes to the emulator, and nothing persists in the browser."""
    page = context.new_page()
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(emulator.page)
    expect(page.get_by_role("status")).to_have_text("live")
    assert {re.match("https://[^/]+", url)[0] for url in urls} == {  # type: ignore[index]  # they are URLs
        f"https://{emulator.address}"
    }
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    with pytest.raises(Error, match=r"Content Security Policy|Failed to fetch"):
        page.evaluate("fetch('https://127.0.0.2/').then(() => null)")


def test_without_its_token_the_page_shows_nothing(
    context: BrowserContext, emulator: Emulator
) -> None:
    """It says which address to open."""
    send(emulator.environment, SHIFT)
    page = context.new_page()
    for fragment in ("", "#wrong"):
        page.goto("about:blank")
        page.goto(f"https://{emulator.address}/{fragment}")
        expect(page.get_by_role("alert")).to_contain_text("address that the terminal printed")
        expect(page.get_by_role("article")).to_have_count(0)


def test_it_says_when_the_emulator_stops_and_is_live_again(context: BrowserContext) -> None:
    """A stopped emulator is told; after a start at the same address the token is another one."""
    page = context.new_page()
    with Emulator() as emulator:
        page.goto(emulator.page)
        expect(page.get_by_role("status")).to_have_text("live")
    expect(page.get_by_role("status")).to_have_text("the emulator does not answer")
    with Emulator(int(emulator.address.partition(":")[2])):
        expect(page.get_by_role("alert")).to_contain_text("address that the terminal printed")


ATTACK = """async ([target, token]) => {
    const results = [];
    for (const [method, mode, type] of [
        ["POST", "cors", "application/json"], ["POST", "no-cors", "text/plain"],
        ["GET", "no-cors", ""], ["POST", "no-cors", "application/x-www-form-urlencoded"],
    ]) {
        for (const path of ["/-/actions", "/-/events", "/", "/auth/realms/acme/mail/setup"]) {
            try {
                const answer = await fetch(target + path, {
                    method, mode, credentials: "include",
                    headers: mode === "cors"
                        ? {"Content-Type": type, Authorization: `Bearer ${token}`} : {},
                    body: method === "POST" ? JSON.stringify({do: "reset"}) : undefined,
                });
                results.push(`${answer.type} ${answer.status}`);
            } catch (problem) { results.push("failed"); }
        }
    }
    return results;
}"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A web site of somebody else."""
    from tests.servers.site import running_site  # noqa: PLC0415 - only these tests need it

    with running_site(tmp_path) as site:
        yield site


def test_a_page_of_another_site_cannot_act(
    context: BrowserContext, emulator: Emulator, site: Site
) -> None:
    """Not even if it knows the token (CSRF): no way to send reaches settings or actions."""
    send(emulator.environment, SHIFT)
    page = context.new_page()
    page.goto(site.url)
    token = emulator.page.partition("#")[2]
    for target in (f"https://{emulator.address}", f"https://localhost:{emulator.address[10:]}"):
        for secret in (token, emulator.token):
            results = page.evaluate(ATTACK, [target, secret])
            assert set(results) <= {"failed", "opaque 0"}
    form = """target => {
        const form = document.createElement("form");
        form.action = target + "/-/actions"; form.method = "POST"; form.enctype = "text/plain";
        const input = document.createElement("input");
        input.name = '{"do":"reset","x":"'; input.value = '"}';
        form.append(input); document.body.append(form); form.submit();
    }"""
    with page.expect_navigation():
        page.evaluate(form, f"https://{emulator.address}")
    assert "refuses requests from web pages of other sites" in page.content()
    assert emulator.tenants == {"acme": SETTINGS}


def test_a_page_of_another_site_cannot_frame_it(
    context: BrowserContext, emulator: Emulator, site: Site
) -> None:
    """So nobody can be made to press its buttons (clickjacking)."""
    page = context.new_page()
    page.goto(site.url)
    page.evaluate(
        """url => { const frame = document.createElement("iframe"); frame.src = url;
                    document.body.append(frame); }""",
        emulator.page,
    )
    page.wait_for_timeout(1000)
    assert not any(frame.locator("#order").count() for frame in page.frames[1:])


@pytest.mark.parametrize("path", ["/", "/-/events", "/-/actions", "/-/page.js"])
def test_a_name_that_resolves_to_this_machine_is_no_way_in(
    browser: Browser, emulator: Emulator, path: str
) -> None:
    """A rebound name is the page's own origin for a browser, and is refused (DNS rebinding)."""
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    port = emulator.address.partition(":")[2]
    answer = page.goto(f"https://rebound.localhost:{port}{path}")
    assert answer
    assert answer.status == 403
    assert "/-/page.css" not in page.content()
    context.close()
