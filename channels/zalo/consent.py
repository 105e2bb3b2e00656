"""The consent of an Official Account's admin, without any I/O: where to go, and what comes back (docs: zalo 2.1).

PKCE comes in three modes, because the sources disagree (docs: zalo 2.2): a fresh pair per consent, one fixed pair whose
challenge is saved in the platform's console, or none.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import SecretStr

from channels.zalo.config import ZaloConfig
from channels.zalo.methods import ExchangeCode
from channels.zalo.proofs import code_challenge

PkceMode = Literal["fresh", "fixed", "off"]
# Ids are opaque numbers of up to 19 digits (docs: zalo 1); what comes by a browser may be anything.
_ACCOUNT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_VERIFIER_BYTES = 32  # 43 characters, docs: zalo 2.2


class ConsentRefused(ValueError):
    """What came back is no consent of ours; the message is one line that says why."""


def make_verifier() -> SecretStr:
    """Return a fresh PKCE verifier."""
    return SecretStr(base64.urlsafe_b64encode(secrets.token_bytes(_VERIFIER_BYTES)).rstrip(b"=").decode())


def challenge_of(verifier: SecretStr) -> str:
    """Return the challenge of a verifier: base64url of its SHA-256, without padding (RFC 7636, S256)."""
    return code_challenge(verifier.get_secret_value())


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent that was begun. `verifier` is None where PKCE is off."""

    config: ZaloConfig
    redirect_uri: str
    state: str
    verifier: SecretStr | None

    @classmethod
    def begin(
        cls, config: ZaloConfig, redirect_uri: str, *, pkce: PkceMode = "fresh", fixed_verifier: SecretStr | None = None
    ) -> "Consent":
        """Begin a consent.

        Args:
            config: the app.
            redirect_uri: the console's callback address, byte for byte (else the platform answers -14003).
            pkce: the mode.
            fixed_verifier: the verifier whose challenge is saved in the console, for the mode `fixed`.

        Raises:
            ValueError: the mode `fixed` without a verifier.
        """
        if pkce == "fixed" and fixed_verifier is None:
            raise ValueError("the PKCE mode 'fixed' needs the verifier whose challenge is in the console")
        verifier = {"fresh": make_verifier(), "fixed": fixed_verifier, "off": None}[pkce]
        return cls(config, redirect_uri, secrets.token_urlsafe(24), verifier)

    @property
    def url(self) -> str:
        """The address for the admin's browser."""
        query = {"app_id": self.config.app_id, "redirect_uri": self.redirect_uri, "state": self.state}
        if self.verifier is not None:
            query["code_challenge"] = challenge_of(self.verifier)
        base = self.config.oauth_base.rstrip("/")
        return f"{base}/v4/oa/permission?{urlencode(query)}"

    def read_callback(self, address: str) -> tuple[str, ExchangeCode]:
        """Read the address at which the browser ended: the account's id, and the request for its first pair.

        Raises:
            ConsentRefused: it holds no code, or belongs to another consent.
        """
        try:
            query = parse_qs(urlsplit(address.strip()).query)
        except ValueError as exc:
            raise ConsentRefused("this is no address; paste the whole address after the consent") from exc
        return self.read_query({name: values[0] for name, values in query.items()})

    def read_query(self, query: Mapping[str, str]) -> tuple[str, ExchangeCode]:
        """Read the parameters that the platform sent back. Raises as `read_callback`."""
        code, oa_id, state = (query.get(name, "") for name in ("code", "oa_id", "state"))
        if not hmac.compare_digest(state.encode("utf-8", "replace"), self.state.encode()):
            raise ConsentRefused("the address belongs to another consent; begin again")
        if not code or not oa_id:
            raise ConsentRefused("the address holds no code and oa_id; paste the whole address after the consent")
        if _ACCOUNT_ID.fullmatch(oa_id) is None or not code.isprintable():
            raise ConsentRefused("the address holds no readable code and oa_id; begin again")
        return oa_id, ExchangeCode(code=SecretStr(code), code_verifier=self.verifier)
