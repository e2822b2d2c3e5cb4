"""The picture of a run of the benchmark."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.results import Case

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from bench.results import Results


def svg(results: Results) -> str:
    """Draw how long an up takes, a part for each latency: by tenants, or bars for one number."""
    latencies = sorted({case.latency for case in results.cases})
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "bench"}):
        figure = Figure(figsize=(5 * len(latencies) + 3, 4.5), layout="constrained")
        axes = figure.subplots(1, len(latencies), squeeze=False)[0]
        for each, latency in zip(axes, latencies, strict=True):
            _draw(each, results, latency)
        drawn = StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


def _draw(axes: Axes, results: Results, latency: float) -> None:
    cases = [case for case in results.cases if case.latency == latency]
    subjects = list(dict.fromkeys(case.subject for case in cases))
    sizes = sorted({case.size for case in cases})
    axes.set_title(f"up, each answer after {1000 * latency:.0f} ms")
    if len(sizes) == 1:
        _bars(axes, results, [Case(subject, sizes[0], latency) for subject in subjects])
    else:
        for subject in subjects:
            _line(axes, results, [Case(subject, size, latency) for size in sizes])
        axes.set(xlabel="tenants", ylabel="seconds", xscale="log", yscale="log")
        axes.legend(fontsize="small")
    axes.grid(visible=True, which="major", alpha=0.3)


def _line(axes: Axes, results: Results, cases: list[Case]) -> None:
    points = {case.size: up.median for case in cases if (up := results.seconds(case))}
    axes.plot(list(points), list(points.values()), "o-", label=cases[0].subject)


def _bars(axes: Axes, results: Results, cases: list[Case]) -> None:
    bars = {case.subject: up.median for case in cases if (up := results.seconds(case))}
    drawn = axes.barh(list(bars), list(bars.values()))
    axes.bar_label(drawn, fmt="%.1f s", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel(f"seconds for {cases[0].size:,} tenants")
