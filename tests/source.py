"""The source of the package, as text and as syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path

import pulumi_smtpconfig

PACKAGE = Path(str(pulumi_smtpconfig.__file__)).parent
SOURCES = {path.relative_to(PACKAGE): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
TREES = {path: ast.parse(source) for path, source in SOURCES.items()}
