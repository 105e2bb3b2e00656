"""What the doctor says of one part."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and what to do. `is_missing`: a server or a secret is not there."""

    part: str
    verdict: Verdict
    detail: str
    is_missing: bool = False
