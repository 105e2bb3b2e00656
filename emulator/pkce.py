"""PKCE in the three ways that the sources tell, and the tolerant fourth (docs: zalo 2.2). Pure."""

import base64
import hashlib
import hmac

from emulator.config import EmulatorConfig
from emulator.errors import Refused

NOT_PROVEN = -14005  # the code is refused; the fact sheet has no number of its own for PKCE (docs: zalo 2.6)


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier: base64url without padding (docs: zalo 2.1, 14)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def check_verifier(asked_challenge: str | None, verifier: str | None, config: EmulatorConfig) -> None:
    """Whether a code may be exchanged; `asked_challenge` came with the permission request. Raises Refused(-14005).

    The setting `pkce` decides: `fresh` needs a challenge in the request, `fixed` takes the one saved in the console
    whatever the request said, `off` looks at nothing, `any` does as the permission request did.
    """
    if config.pkce == "off":
        return
    challenge = (config.fixed_code_challenge or None) if config.pkce == "fixed" else asked_challenge
    if challenge is None:
        if config.pkce == "fresh":
            raise Refused(NOT_PROVEN, rule="pkce", detail="the permission request carried no code_challenge")
        if config.pkce == "fixed":
            raise Refused(NOT_PROVEN, rule="pkce", detail="no Code Challenge is saved: set fixed_code_challenge")
        return
    if verifier is None or not hmac.compare_digest(challenge.encode(), challenge_of(verifier).encode()):
        raise Refused(NOT_PROVEN, rule="pkce", detail="code_verifier does not fit the code_challenge")


def describe_mismatch(asked_challenge: str | None, config: EmulatorConfig) -> str | None:
    """What is odd about a permission request's challenge, None when nothing is: it fails only at the exchange."""
    if config.pkce == "fresh" and asked_challenge is None:
        return "code_challenge is missing, so the code will not be exchanged"
    if config.pkce == "fixed" and asked_challenge not in {None, config.fixed_code_challenge}:
        return "code_challenge is not the one saved in the console, which rules"
    if config.pkce == "off" and asked_challenge is not None:
        return "code_challenge is not used: PKCE is off"
    return None
