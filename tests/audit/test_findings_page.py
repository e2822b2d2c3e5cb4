"""docs/findings.md says what an audit says."""

from __future__ import annotations

import re

from pulumi_smtpconfig.audit.findings import KINDS
from tools.findings_page import PAGE, page

CODES = [kind.code for kind in KINDS]


def test_the_committed_page_is_current() -> None:
    """After changing a finding, run `python -m tools.findings_page`."""
    assert PAGE.read_text("utf-8") == page()


def test_each_finding_has_a_section_that_its_code_links_to() -> None:
    """A code of a report can be found in the page, in the order of the codes."""
    assert re.findall(r"^### (A\d{3})$", page(), re.MULTILINE) == CODES == sorted(CODES)
    assert re.findall(r"\]\(#(a\d{3})\) \|", page()) == [code.lower() for code in CODES]


def test_each_section_says_what_is_wrong_what_to_do_and_where_it_is_written() -> None:
    """With an example in place of what varies."""
    sections = re.split(r"^### ", page(), flags=re.MULTILINE)[1:]
    for kind, section in zip(KINDS, sections, strict=True):
        assert (
            f"**{kind.title}.** A{'n error' if kind.severity == 'error' else ' warning'}" in section
        )
        assert re.search(r"^- Problem: \S.*\.$", section, re.MULTILINE)
        assert re.search(r"^- Fix: \S.*\.$", section, re.MULTILINE)
        assert (f"- Source: <{kind.source}>\n" in section) == bool(kind.source)
        assert "{" not in section
