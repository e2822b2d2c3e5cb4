"""The package's source, which the laws of the code base are read from."""

from __future__ import annotations

import ast
from pathlib import Path

import pulumi_smtpconfig

PACKAGE = Path(str(pulumi_smtpconfig.__file__)).parent
SOURCES = {path.relative_to(PACKAGE): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
TREES = {path: ast.parse(source) for path, source in SOURCES.items()}
