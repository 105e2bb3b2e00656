"""Fail when requirements.lock does not hold what pyproject.toml asks for, lacks a hash, or names a host."""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def problems(project: str, lock: str) -> list[str]:
    """Return what is wrong with the lock."""
    wanted = tomllib.loads(project)
    asked = [Requirement(text) for text in wanted["project"]["dependencies"] + wanted["dependency-groups"]["dev"]]
    pins = {canonicalize_name(name): version for name, version in PIN.findall(lock)}
    found = []
    for requirement in asked:
        version = pins.get(canonicalize_name(requirement.name))
        if version is None:
            found.append(f"{requirement.name} is not locked")
        elif version not in requirement.specifier:
            found.append(f"{requirement.name} is locked at {version}, wanted {requirement.specifier}")
    blocks = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    found += [f"no hash: {block.split()[0]}" for block in blocks if PIN.match(block) and "--hash=" not in block]
    if "://" in lock or "index-url" in lock:
        found.append("the lock names a host")
    return found


def main() -> int:
    """Check the committed lock."""
    found = problems((ROOT / "pyproject.toml").read_text(), (ROOT / "requirements.lock").read_text())
    for problem in found:
        print(f"requirements.lock: {problem}; run: make lock", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
