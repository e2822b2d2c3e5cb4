"""docs/lint.md says what the rules say."""

from __future__ import annotations

import re

from pulumi_smtpconfig.lint.mail_services import SERVICES
from pulumi_smtpconfig.lint.rules import RULES
from tools.lint_page import PAGE, page


def test_the_committed_page_is_current() -> None:
    """After changing a rule, run `python -m tools.lint_page`."""
    assert PAGE.read_text("utf-8") == page()


def test_each_rule_has_a_section_that_its_code_links_to() -> None:
    """A code from a message can be found in the page."""
    sections = re.findall(r"^## ([EW]\d{3})$", page(), re.MULTILINE)
    assert sections == [rule.code for rule in RULES]
    assert re.findall(r"\]\(#([ew]\d{3})\) \|", page()) == [code.lower() for code in sections]


def test_each_anchor_exists() -> None:
    """An anchor is a heading in lower case."""
    headings = {name.lower() for name in re.findall(r"^## (\w+)$", page(), re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]*)\)", page())) <= headings


def test_each_service_is_cited_with_its_month() -> None:
    """A reader can check a row and see how old it is."""
    assert all(f"[{service.read}]({service.source})" in page() for service in SERVICES)
