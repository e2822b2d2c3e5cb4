"""The page as a text; tests/servers has a browser."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64encode
from datetime import datetime, timezone
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple, get_args

import pytest
from hypothesis import given, settings

from pulumi_smtpconfig.audit.findings import KINDS
from pulumi_smtpconfig.audit.live import SOURCES
from pulumi_smtpconfig.audit.page import TITLES, render_page
from pulumi_smtpconfig.audit.report import AuditedTenant, AuditReport, Difference, Finding, State
from pulumi_smtpconfig.audit.words import STATE_WORDS
from pulumi_smtpconfig.cli.exit_codes import EXIT_USAGE
from tests.audit.auditing import LIVE, audit
from tests.audit.hostile_reports import REPORTS, plain, values, visible
from tests.audit.sample_report import report_of, sample_report, tenant
from tests.emulator.requests import REALM, send

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator

SCRIPT_URLS = (
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/",
    "ht\ntps://evil.example/",
    " https://evil.example/",
    "https://",
    "https:evil.example",
    "file:///etc/passwd",
    "https://evil.example/\u202e",
    'https://evil.example/" onclick="x',
)


class Parsed(NamedTuple):
    """A page as a browser sees it.

    Attributes:
        structure: The elements in order, each with the names of its attributes.
        texts: What stands within each `bdi`, which is a value of the report.
        links: Where links lead, each with its `rel`.
    """

    structure: list[tuple[str, ...]]
    texts: list[str]
    links: list[tuple[str, str]]


class Parser(HTMLParser):
    """Notes elements, the texts of values, and links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parsed = Parsed([], [], [])
        self.is_value = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.parsed.structure.append((tag, *(name for name, _ in attrs)))
        known = {name: value or "" for name, value in attrs}
        if tag == "bdi":
            self.is_value = True
            self.parsed.texts.append("")
        if tag == "a":
            self.parsed.links.append((known["href"], known.get("rel", "")))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        self.parsed.structure.append((f"/{tag}",))
        self.is_value = self.is_value and tag != "bdi"

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self.is_value:
            self.parsed.texts[-1] += data


def parse(page: str) -> Parsed:
    """Parse a page."""
    parser = Parser()
    parser.feed(page)
    parser.close()
    return parser.parsed


@given(report=REPORTS)
@settings(deadline=None)
def test_values_are_text_and_nothing_else(report: AuditReport) -> None:
    """The page has the elements of a plain report's, and the texts, whatever they are."""
    parsed, harmless = parse(render_page(report)), parse(render_page(plain(report)))
    assert parsed.structure == harmless.structure
    assert {visible(each) for each in values(report) if each} <= {*parsed.texts}


@given(report=REPORTS)
@settings(deadline=None, max_examples=30)
def test_only_web_addresses_are_links(report: AuditReport) -> None:
    """Each source that is one leads there, tells its site nothing, and gives it no hold on us."""
    found = {each.source for one in report.tenants for each in one.findings}
    links = {link for link in parse(render_page(report)).links if link[0] != "#tenants-title"}
    expected = {each for each in found if re.fullmatch("https?://[!-~]+", each)}
    assert links == {(each, "noreferrer noopener") for each in expected}


@pytest.mark.parametrize("url", SCRIPT_URLS)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    """It is shown as text."""
    finding = Finding("A999", "error", "host", "It is wrong.", "Mend it.", url)
    parsed = parse(render_page(report_of([tenant("acme", [finding])])))
    assert [link for link, _ in parsed.links] == ["#tenants-title"]
    assert visible(url) in parsed.texts


@pytest.mark.parametrize("code", TITLES)
def test_each_source_that_we_name_is_a_link(code: str) -> None:
    """What a finding is based on can be read, unless no page says it."""
    sources = SOURCES | {kind.code: kind.source for kind in KINDS}
    finding = Finding(code, "error", "", "", "", sources[code])
    links = parse(render_page(report_of([tenant("acme", [finding])]))).links
    assert [link for link, _ in links[1:]] == [sources[code]] * bool(sources[code])


def test_the_policy_allows_the_script_and_the_style_of_the_page_alone() -> None:
    """By their hashes; no request, form or base, and no attribute that runs or styles."""
    page = render_page(sample_report(10))
    (policy,) = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script>")
    directives = dict(each.strip().split(" ", 1) for each in unescape(policy).split(";"))
    assert directives["default-src"] == "'none'"
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert directives[directive] == f"'sha256-{digest}'"
        for active in ("innerHTML", "eval(", "url(", "@import", "fetch", "http:", "https:"):
            assert active not in content
    for name in {name for _, *names in parse(page).structure for name in names}:
        assert not name.startswith("on")
        assert name not in {"style", "src", "srcset", "action", "formaction", "background"}


def test_a_finding_is_counted_once_for_each_tenant() -> None:
    """However often it has it; errors come first, then what most tenants have."""
    often, rare = (Finding(code, "warning", "", code, "") for code in ("X1", "X2"))
    bad = Finding("X3", "error", "", "X3", "")
    tenants = [tenant("a", [often, often, rare]), tenant("b", [often]), tenant("c", [bad])]
    page = render_page(report_of(tenants))
    assert re.findall('data-code="(.*?)"><.*?<b>(.*?)</b>', page) == [
        ("X3", "1 tenant"),
        ("X1", "2 tenants"),
        ("X2", "1 tenant"),
    ]


def test_every_state_has_a_word_and_a_place() -> None:
    """Worst first, whether or not a tenant is in it."""
    assert tuple(STATE_WORDS) == get_args(State)
    page = render_page(sample_report(10))
    assert tuple(re.findall('<li class="[a-z]+" data-state="([a-z]+)"', page)) == get_args(State)


@pytest.mark.parametrize(
    ("days", "told"),
    [(-1, "expired"), (0, "expires today"), (1, "1 day"), (41, "41 days")],
)
def test_days_of_a_certificate_are_told_in_words(days: int, told: str) -> None:
    """A column for them is there only if a certificate was looked at."""
    page = render_page(report_of([tenant("acme", certificate_days=days)]))
    assert f'data-key="{days}">{told}</td>' in page
    assert ">Certificate<" in page
    assert ">Certificate<" not in render_page(report_of([tenant("acme")]))


def test_the_time_has_its_zone() -> None:
    """A reader elsewhere can tell when it was."""
    report = sample_report(1)
    assert ">2026-03-02 at 06:04 UTC+01:00</time>" in render_page(report)
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc)
    assert ">2026-01-02 at 03:04 UTC+00:00</time>" in render_page(report._replace(finished=moment))


def test_the_same_report_gives_the_same_page() -> None:
    """So two pages can be compared."""
    assert render_page(sample_report(50)) == render_page(sample_report(50))


def test_the_command_writes_the_page_without_secrets(emulator: Emulator, tmp_path: Path) -> None:
    """A password that the platform has is in no part of it."""
    send(emulator.environment, REALM, {"smtpServer": LIVE}, "PUT")
    path = tmp_path / "audit.html"
    audit(emulator, "--html", str(path))
    page = path.read_text("utf-8")
    assert "acme" in parse(page).texts
    for secret in ("c4n4ry", emulator.token, emulator.client_secret):
        assert secret not in page


WITHOUT_THE_EXTRA = """
import sys
sys.modules["jinja2"] = None  # so its import fails
from pulumi_smtpconfig.cli.app import main
main()
"""


def test_a_missing_extra_is_told_before_the_audit(tmp_path: Path) -> None:
    """Nothing is asked for a page that could not be made."""
    page = ["--hostname", "idp.invalid", "--html", "audit.html"]
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA, "audit", *page],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == EXIT_USAGE
    assert "pip install 'pulumi-smtpconfig[audit]'" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "audit.html").exists()


def test_a_row_shows_every_field() -> None:
    """Nothing that was found stays out of the page."""
    found = Finding("A999", "error", "a-subject", "A reason.", "A remedy.", "https://a.example/")
    whole = AuditedTenant(
        tenant_id="a-tenant",
        platform="shift",
        hostname="a-host",
        resource="a-resource",
        group="a-group",
        state="error",
        settings={"a-setting": "a-value"},
        are_live=False,
        server="a-server:25",
        authentication="token",
        password="not set",
        drift=[Difference("a-name", "", "a-live-value")],
        certificate_days=9,
        session="a-session",
        findings=[found],
        dns={"a-record": "a-text"},
    )
    text = re.sub("<[^>]*>", " ", render_page(report_of([whole])).partition("<body>")[2])
    for part in (
        *("a-tenant", "SHIFT", "a-host", "a-resource", "a-group", "In danger", "a-setting"),
        *("a-value", "Declared settings", "a-server:25", "token", "not set", "a-name"),
        *("a-live-value", "9 days", "a-session", "A999", "a-subject", "A reason.", "A remedy."),
        *("https://a.example/", "a-record", "a-text"),
    ):
        assert part in text, part
