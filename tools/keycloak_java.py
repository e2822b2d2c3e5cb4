"""The Java that Keycloak runs on, and the environment that its scripts get."""

import os
import re

from tools.engine_process import Environment, Unavailable, ask

OLDEST = 17
"""What Keycloak 26 needs."""

QUICK = "-XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC -XX:-UsePerfData"
"""Half the time to start, a quarter less memory, and nothing left in the temporary folder."""


def java_environment(**variables: str) -> Environment:
    """Return all that Keycloak's scripts need, and nothing that the user set for another Keycloak.

    Raises:
        Unavailable: there is no Java, or it is too old.
    """
    java = f"{os.environ['JAVA_HOME']}/bin/java" if os.environ.get("JAVA_HOME") else "java"
    _check(java)
    return {"PATH": os.environ["PATH"], "JAVA": java, "JAVA_OPTS_APPEND": QUICK, **variables}


def _check(java: str) -> None:
    try:
        version = ask(java, "--version", env=os.environ)
    except Unavailable as reason:
        raise Unavailable(_needed(str(reason))) from None
    if int((re.findall(r"\d+", version) or ["0"])[0]) < OLDEST:
        raise Unavailable(_needed(f"`{java} --version`: {version.splitlines()[0]}"))


def _needed(found: str) -> str:
    return f"Keycloak needs Java {OLDEST} or newer in JAVA_HOME or on PATH. {found}"
