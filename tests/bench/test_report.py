from __future__ import annotations

import socket
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.aims import aims
from bench.measure import Figures, role_of
from bench.plot import svg
from bench.report import BEGIN, END, machine, page
from bench.results import CHECKPOINTS, NOTHING, OAUTH2, OURS, SSMS, WAITING, Case, Results, spread
from tests.source import PACKAGE

PLACE = f"# Performance\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n"
SUBJECTS = [OURS, NOTHING, WAITING, SSMS, OAUTH2, CHECKPOINTS]
SECONDS = st.floats(0.001, 1000)


def figures(seconds: float, *, mail: int = 3) -> Figures:
    """Return what an operation took."""
    return Figures(seconds, {"provider": 0.5, "program": 0.2}, {"provider": 70.0}, {"mail": mail})


@st.composite
def runs(draw: st.DrawFn) -> Results:
    """Draw what a run of the benchmark measured."""
    results = Results()
    results.throughput += draw(st.lists(SECONDS, min_size=1))
    cases = st.builds(
        Case, st.sampled_from(SUBJECTS), st.sampled_from([1, 3, 100]), st.sampled_from([0.0, 0.1])
    )
    for case in draw(st.lists(cases, min_size=1)):
        results.add(case, draw(st.sampled_from(["up", "refresh"])), figures(draw(SECONDS)))
    return results


def test_what_must_be_reached_is_a_row_each() -> None:
    """A ratio is that of medians, and one above its limit is a missed aim."""
    results = Results()
    for ours, nothing in [(1.0, 1.0), (1.2, 1.0), (9.0, 1.0)]:
        results.add(Case(OURS, 3, 0), "up", figures(ours))
        results.add(Case(NOTHING, 3, 0), "up", figures(nothing))
    up, memory, requests = aims(results)
    assert (up.measured, up.limit, up.reached) == ("1.20", "at most 1.10", False)
    assert (memory.measured, memory.reached) == ("70", True)
    assert (requests.measured, requests.reached) == ("3 mail", True)


def test_a_request_too_many_is_a_missed_aim() -> None:
    """One up of several that sent more is shown, though the others sent as many as they should."""
    results = Results()
    for mail in (3, 4, 3):
        results.add(Case(OURS, 3, 0), "up", figures(1, mail=mail))
    requests = next(aim for aim in aims(results) if "requests" in aim.what)
    assert (requests.measured, requests.reached) == ("4 mail", False)


@given(st.lists(SECONDS, min_size=1))
def test_a_spread_goes_from_the_least_to_the_most(numbers: list[float]) -> None:
    """Its middle is the median."""
    assert spread(numbers) == (median(numbers), min(numbers), max(numbers))


def test_no_measurement_has_no_spread() -> None:
    """What was not measured is an empty cell, never a zero."""
    assert spread([]) is None
    assert spread([None]) is None


@given(runs())
def test_a_page_keeps_what_people_wrote(results: Results) -> None:
    """What stands outside of the marks stays; the same results write the same page again."""
    written = page(PLACE, results, "3.225.0", "performance.svg")
    assert written.startswith(f"# Performance\n\nBefore.\n\n{BEGIN}\n")
    assert written.endswith(f"\n{END}\n\nAfter.\n")
    assert "\nold\n" not in written
    assert page(written, results, "3.225.0", "performance.svg") == written


@given(runs())
def test_all_rows_of_a_table_have_its_cells(results: Results) -> None:
    """Whatever was measured, the tables are whole."""
    lines = page(PLACE, results, "3.225.0", "performance.svg").splitlines()
    rows = [(above, row) for above, row in pairwise(lines) if above and row]
    tables = [(above, row) for above, row in rows if above[0] == row[0] == "|"]
    assert tables
    assert all(above.count(" | ") == row.count(" | ") for above, row in tables)


def test_a_page_without_a_place_is_refused() -> None:
    """Nothing is written over."""
    with pytest.raises(ValueError, match="no place"):
        page("# Performance\n", Results(), "3.225.0", "performance.svg")


def test_a_machine_is_its_cores_and_versions() -> None:
    """Neither its name nor a path leaves it."""
    told = machine("3.225.0")
    assert "cores" in told
    assert not [word for word in (socket.gethostname(), str(PACKAGE.parent), "/") if word in told]


def test_a_picture_names_what_it_shows() -> None:
    """Its texts can be searched, and the same results draw the same picture."""
    results = Results()
    for size, latency in [(1, 0.0), (3, 0.0), (3, 0.1)]:
        results.add(Case(OURS, size, latency), "up", figures(2))
    assert OURS in svg(results)
    assert svg(results) == svg(results)


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("/venv/bin/python -u -m pulumi.dynamic 127.0.0.1:1", "provider"),
        ("/bin/sh /engine/pulumi-resource-pulumi-python 127.0.0.1:1", ""),
        ("python /engine/pulumi-language-python-exec --project bench .", "program"),
        ("/engine/pulumi up --yes", "engine"),
        ("/engine/pulumi-language-python 127.0.0.1:1", ""),
        ("/venv/bin/python -m bench.client up 3 4", "client"),
        ("", ""),
    ],
)
def test_processes_are_told_apart_by_their_command(command: str, role: str) -> None:
    """A shell that starts a provider is none, so that nothing counts twice."""
    assert role_of(command.split()) == role
