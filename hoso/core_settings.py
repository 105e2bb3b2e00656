"""Settings of the site itself and of Zalo's Official Account."""

import hmac
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from dossiers.calendar import QuietHours
from dossiers.status import DEFAULT_EXTRAS, EXTRAS, FIVE, Notice
from emulator.credentials import ACCESS_TOKEN, APP_ID, APP_SECRET, OA_ID, OA_SECRET_KEY, REFRESH_TOKEN
from emulator.templates import load_templates
from hoso.env_file import find_faults
from hoso.errors import BadSettings
from hoso.readable import require_encryption_keys, require_postgres_address, require_redis_address

PREFIX = "HOSO_"
ENV_FILE_VARIABLE = "HOSO_ENV_FILE"
"""Names another file than `.env`; empty: no file is read."""
REAL_OAUTH_BASE = "https://oauth.zaloapp.com"
REAL_OA_BASE = "https://openapi.zalo.me"
REAL_TEMPLATE_BASE = "https://business.openapi.zalo.me"
SHORTEST_LEASE_SECONDS = 30  # docs: rq-httpx-redis-pitfalls A1: 30 to 60; its answers may take 15 s
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

SettingsT = TypeVar("SettingsT", bound=BaseSettings)
Words = Annotated[tuple[str, ...], NoDecode]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode]


def _listed(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class CoreSettings(BaseSettings):
    """The site's fields, and what follows from them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        defer_build=True,  # only the last of the classes is read; the others are its parts
    )

    # -- servers
    database_url: str | None = Field(
        None,
        description="PostgreSQL, as postgresql://user:password@host/name. Empty: an embedded server in HOSO_DATA_DIR.",
    )
    redis_url: str | None = Field(
        None,
        description=(
            "Redis 7 or Valkey, as redis://host:6379/0 or unix:///path?db=0. Empty: an embedded server "
            "in HOSO_DATA_DIR."
        ),
    )
    data_dir: Path = Field(
        Path("var"), description="Folder for the embedded servers, the webhook's spool and generated keys."
    )
    pgbouncer: bool = Field(
        False,
        description=(
            "PostgreSQL is reached through PgBouncer in transaction mode: no prepared statements, no session settings."
        ),
    )
    database_pool: int = Field(10, ge=2, le=200, description="Connections to PostgreSQL per process, at most.")
    listen: str = Field("127.0.0.1:8080", description="Address and port of `hoso serve`.")
    public_url: str | None = Field(
        None,
        description=(
            "Address under which the world reaches `hoso serve`, as https://hoso.example.vn. Empty: "
            "http:// and HOSO_LISTEN."
        ),
    )
    emulator_listen: str = Field(
        "127.0.0.1:9090",
        description="Address and port of the emulator that stands in for Zalo while HOSO_ZALO_APP_ID is empty.",
    )

    # -- secrets
    encryption_keys: Secrets = Field(
        (),
        description=(
            "Keys of the encrypted columns, comma-separated: the first encrypts, all decrypt. Make one "
            "with `hoso keys generate`. Empty with an embedded PostgreSQL: one is made in HOSO_DATA_DIR."
        ),
    )
    event_keys: Secrets = Field(
        (),
        description=(
            "Keys of systems that post events, as source:key, comma-separated; for a start without `hoso keys add`."
        ),
    )

    # -- the city's rules
    timezone: str = Field("Asia/Ho_Chi_Minh", description="The city's time zone.")
    quiet_hours: str = Field(
        "21:30-07:00",
        description=(
            "No notice goes out in these hours, they wait; 'off' for none. Unset with an emulator on this machine: off."
        ),
    )
    max_event_age_days: float = Field(
        3, gt=0, description="Days after which an event is stored but no longer announced."
    )
    notice_extras: Words = Field(
        tuple(sorted(DEFAULT_EXTRAS)),
        description="Notices beside the five, comma-separated: withdrawn, payment, stopped, returned; 'none' for none.",
    )
    language: Literal["vi", "en"] = Field("vi", description="Language of notices.")
    sensitive_procedures: Words = Field(
        ("1.000656", "2.001263", "3.000333", "1.011607", "1.014028"),
        description="Codes of procedures that a notice must not name, comma-separated.",
    )
    hotline: str = Field("1022", description="Number that people may call, named in notices and answers.")
    quiet_release_spread_seconds: int = Field(
        900, ge=0, description="Notices held for the night go out spread over this many seconds after it."
    )

    # -- Zalo
    zalo_app_id: str | None = Field(None, description="Id of the Zalo app. Empty: the emulator stands in for Zalo.")
    zalo_app_secret: SecretStr | None = Field(None, description="Secret of the app (OAuth).")
    zalo_oa_id: str | None = Field(None, description="Id of the Official Account that sends.")
    zalo_oa_secret_keys: Secrets = Field(
        (), description="OA Secret Keys that sign webhooks, comma-separated, new and old."
    )
    zalo_access_token: SecretStr | None = Field(
        None, description="First access token of the account; afterwards the pair in the database rules."
    )
    zalo_refresh_token: SecretStr | None = Field(None, description="First refresh token of the account.")
    zalo_oauth_base: str | None = Field(None, description=f"Host of OAuth. Empty: {REAL_OAUTH_BASE}, or the emulator.")
    zalo_oa_base: str | None = Field(
        None, description=f"Host of the OA Open API. Empty: {REAL_OA_BASE}, or the emulator."
    )
    zalo_template_base: str | None = Field(
        None, description=f"Host of templates by phone. Empty: {REAL_TEMPLATE_BASE}, or the emulator."
    )
    zalo_webhook_mode: Literal["enforce", "log"] = Field(
        "enforce",
        description="'log' takes webhooks with a wrong signature and says so loudly: for the first hour of going live.",
    )
    zalo_appsecret_proof: bool = Field(
        False, description="Send appsecret_proof with every call, when the app demands it."
    )
    zalo_check_templates: bool = Field(
        True, description="Compare parameters with the template's own description before sending."
    )
    zalo_template_uid_tracking: bool = Field(
        False, description="Send a tracking id with templates by user id; not documented everywhere."
    )
    zalo_callback_url: str | None = Field(
        None,
        description=(
            "Callback address of the app as it stands in Zalo's console, for `hoso accounts authorize`; the web server "
            "answers there. "
            "Empty: HOSO_PUBLIC_URL/oauth/zalo/callback."
        ),
    )
    zalo_pkce: Literal["fresh", "fixed", "off"] = Field(
        "fresh", description="How the consent proves itself; 'fixed' when the console holds the Code Challenge."
    )
    zalo_code_verifier: SecretStr | None = Field(None, description="The verifier of that Code Challenge.")
    zalo_template_submitted: str | None = Field(None, description="Platform template id of the notice 'submitted'.")
    zalo_template_accepted: str | None = Field(None, description="Platform template id of the notice 'accepted'.")
    zalo_template_refused: str | None = Field(None, description="Platform template id of the notice 'refused'.")
    zalo_template_supplement: str | None = Field(None, description="Platform template id of the notice 'supplement'.")
    zalo_template_finished: str | None = Field(None, description="Platform template id of the notice 'finished'.")
    zalo_template_withdrawn: str | None = Field(None, description="Platform template id of the notice 'withdrawn'.")
    zalo_template_payment: str | None = Field(None, description="Platform template id of the notice 'payment'.")
    zalo_template_stopped: str | None = Field(None, description="Platform template id of the notice 'stopped'.")
    zalo_template_returned: str | None = Field(None, description="Platform template id of the notice 'returned'.")

    # -- delivery
    sends_in_flight: int = Field(
        100, ge=1, le=500, description="Messages that one worker process has on their way at once."
    )
    lease_seconds: float = Field(
        45,
        ge=5,
        le=600,
        description=(
            "How long an attempt may take before it counts as in doubt. At least 30, or 5 while Zalo's side is an "
            "emulator on this machine."
        ),
    )
    in_doubt_seconds: float | None = Field(
        None,
        ge=1,
        description=(
            "How long a notice in doubt waits for its receipt. Empty: 300, or 30 with an emulator on this machine."
        ),
    )
    sweep_seconds: float = Field(
        2, ge=0.1, le=60, description="How often the sweeper looks for what is due, expired or stuck."
    )

    consumer_name: str | None = Field(
        None,
        description="Name of this bridge among several on the stream, the same after a restart. Empty: the host's.",
    )

    # -- logs
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="'auto' writes text to a terminal and JSON elsewhere."
    )

    @field_validator(
        "notice_extras", "sensitive_procedures", "encryption_keys", "event_keys", "zalo_oa_secret_keys", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return _listed(value)

    @field_validator("database_url")
    @classmethod
    def _postgres_address(cls, value: str | None) -> str | None:
        if value is not None:
            require_postgres_address(value)
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str | None) -> str | None:
        if value is not None:
            require_redis_address(value)
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _readable_keys(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if value:
            require_encryption_keys([key.get_secret_value() for key in value])
        return value

    @field_validator("notice_extras")
    @classmethod
    def _known_extras(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        value = () if value == ("none",) else value
        if unknown := set(value) - set(EXTRAS):
            raise ValueError(f"unknown notices {sorted(unknown)}; choose from {', '.join(sorted(EXTRAS))} or 'none'")
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _readable_hours(cls, value: str) -> str:
        QuietHours.parse(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is no time zone name such as Asia/Ho_Chi_Minh") from None
        return value

    @field_validator("event_keys")
    @classmethod
    def _source_and_key(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for pair in value:
            source, _, key = pair.get_secret_value().rpartition(":")
            if not source or len(key) < 8:
                raise ValueError("must be source:key,source:key with keys of 8 characters or more")
        return value

    @field_validator("public_url", "zalo_oauth_base", "zalo_oa_base", "zalo_template_base")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        # Not the callback address: it must stay as it stands in the console, byte for byte.
        return None if value is None else value.rstrip("/")

    @field_validator("listen", "emulator_listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        split_address(value)
        return value

    @field_validator("zalo_callback_url", "public_url", "zalo_oauth_base", "zalo_oa_base", "zalo_template_base")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("must be an address such as https://hoso.example.vn")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.database_url and not self.encryption_keys:
            raise ValueError("HOSO_ENCRYPTION_KEYS: needed with HOSO_DATABASE_URL; make one with: hoso keys generate")
        needed = [] if self.is_emulated else ["app_id", "app_secret", "oa_id", "oa_secret_keys"]
        if not self.is_emulated:
            needed += [f"template_{notice}" for notice in (*sorted(FIVE), *self.notice_extras)]
        names = [f"zalo_{name}" for name in needed]
        if missing := [f"{PREFIX}{name.upper()}" for name in names if not getattr(self, name)]:
            raise ValueError(f"{', '.join(missing)}: needed for this Zalo app")
        if not self.is_emulated and self.lease_seconds < SHORTEST_LEASE_SECONDS:
            raise ValueError(f"HOSO_LEASE_SECONDS: must be at least {SHORTEST_LEASE_SECONDS} with the real Zalo")
        return self

    # -- what follows from them

    @property
    def is_stand_in(self) -> bool:
        """True while no Zalo is set up at all: then `hoso up` starts the emulator in its place."""
        bases = (self.zalo_oauth_base, self.zalo_oa_base, self.zalo_template_base)
        return self.zalo_app_id is None and not any(bases)

    @property
    def is_emulated(self) -> bool:
        """True when Zalo's side is an emulator on this machine: its fixed ids and secrets are the defaults then.

        An address on this machine may be a proxy to the real Zalo, so the app must be the emulator's as well.
        """
        is_on_loopback = urlsplit(self.template_base).hostname in _LOOPBACK
        return is_on_loopback and self.zalo_app_id in (None, APP_ID)

    @property
    def emulator_url(self) -> str:
        """Address of the emulator that stands in."""
        return f"http://{self.emulator_listen}"

    @property
    def oauth_base(self) -> str:
        """Host of OAuth."""
        return self.zalo_oauth_base or self._default_base(REAL_OAUTH_BASE)

    @property
    def oa_base(self) -> str:
        """Host of the OA Open API."""
        return self.zalo_oa_base or self._default_base(REAL_OA_BASE)

    @property
    def template_base(self) -> str:
        """Host of templates by phone."""
        return self.zalo_template_base or self._default_base(REAL_TEMPLATE_BASE)

    def _default_base(self, real: str) -> str:
        if self.zalo_app_id:
            return real
        return self.zalo_template_base or self.zalo_oa_base or self.zalo_oauth_base or self.emulator_url

    @property
    def app_id(self) -> str:
        """Id of the app, or the emulator's."""
        return self.zalo_app_id or APP_ID

    @property
    def app_secret(self) -> SecretStr:
        """Secret of the app, or the emulator's."""
        return self.zalo_app_secret or SecretStr(APP_SECRET)

    @property
    def oa_id(self) -> str:
        """Id of the account, or the emulator's."""
        return self.zalo_oa_id or OA_ID

    @property
    def oa_secret_keys(self) -> tuple[SecretStr, ...]:
        """Keys that sign webhooks, or the emulator's."""
        return self.zalo_oa_secret_keys or (SecretStr(OA_SECRET_KEY),)

    @property
    def first_tokens(self) -> tuple[SecretStr, SecretStr] | None:
        """The pair that seeds the account at the first start, if one is known."""
        if self.zalo_access_token and self.zalo_refresh_token:
            return self.zalo_access_token, self.zalo_refresh_token
        if self.is_emulated:
            return SecretStr(ACCESS_TOKEN), SecretStr(REFRESH_TOKEN)
        return None

    @property
    def templates(self) -> dict[str, str]:
        """Platform template id by notice name; the emulator's where Zalo's side is on this machine."""
        ids = {notice.value: getattr(self, f"zalo_template_{notice}") for notice in Notice}
        if self.is_emulated:
            known = {template.name: template.template_id for template in load_templates().values()}
            ids = {name: given or known.get(name) for name, given in ids.items()}
        return {name: given for name, given in ids.items() if given}

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def hours(self) -> QuietHours:
        """Quiet hours: none while Zalo is an emulator on this machine and nobody set them, for then nobody is woken."""
        is_set = "quiet_hours" in self.model_fields_set
        return QuietHours.parse(self.quiet_hours if is_set or not self.is_emulated else "off")

    @property
    def extras(self) -> frozenset[Notice]:
        """The optional notices that are on."""
        return frozenset(Notice(name) for name in self.notice_extras)

    @property
    def max_event_age(self) -> timedelta:
        """Age after which an event is stored but no longer announced."""
        return timedelta(days=self.max_event_age_days)

    @property
    def doubt_seconds(self) -> float:
        """How long a notice in doubt waits for its receipt (docs: rq-httpx-redis-pitfalls B3: at least 5 minutes)."""
        return self.in_doubt_seconds or (30 if self.is_emulated else 300)

    @property
    def send_deadline_seconds(self) -> float:
        """How long one send may take: it ends before the lease does, so that its outcome is recorded within it."""
        return max(self.lease_seconds - 5, self.lease_seconds * 0.75)

    @property
    def callback_url(self) -> str:
        """Where the platform sends an administrator's browser after the consent."""
        return self.zalo_callback_url or f"{self.base_url}/oauth/zalo/callback"

    @property
    def base_url(self) -> str:
        """Address under which the world reaches the server."""
        return self.public_url or f"http://{self.listen}"

    @property
    def standin_base(self) -> str | None:
        """Address of the emulator while its own app is used; None with the real Zalo."""
        return self.template_base if self.is_emulated else None

    def source_of_event_key(self, key: str) -> str | None:
        """Return the source of a key in HOSO_EVENT_KEYS."""
        for pair in self.event_keys:
            source, _, known = pair.get_secret_value().rpartition(":")
            if hmac.compare_digest(known.encode(), key.encode()):
                return source
        return None


def split_address(address: str) -> tuple[str, int]:
    """Split `host:port`.

    Raises:
        ValueError: it is not of that form.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("must be host:port, such as 127.0.0.1:8080")
    return host.strip("[]"), int(port)


def read_settings(kind: type[SettingsT], **overrides: Any) -> SettingsT:
    """Read the settings of this class from the environment, and from `.env` or the file that HOSO_ENV_FILE names.

    Raises:
        BadSettings: with everything that is missing or malformed, in one line.
    """
    named = os.environ.get(ENV_FILE_VARIABLE)
    env_file = ".env" if named is None else named or None
    faults = find_faults(Path(env_file), is_named=named is not None) if env_file else []
    if faults:
        env_file = None  # what else is wrong is told from the environment alone
    try:
        settings = kind(_env_file=env_file, **overrides)
    except ValidationError as error:
        problems = faults + _explain(error)
        # What fields demand of each other is looked at only when each is well: ask again without the bad ones.
        bad = {str(problem["loc"][0]).lower() for problem in error.errors() if problem["loc"]}
        defaults = {name: kind.model_fields[name].default for name in bad & kind.model_fields.keys()}
        if defaults:
            try:
                kind(_env_file=env_file, **overrides | defaults)
            except ValidationError as further:
                problems += [line for line in _explain(further) if line not in problems]
        raise _refuse(problems) from None
    if faults:
        raise _refuse(faults)
    return settings


def _refuse(problems: list[str]) -> BadSettings:
    return BadSettings(f"settings: {'; '.join(problems)} (see .env.example)")


def _explain(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        name = f"{PREFIX}{str(problem['loc'][0]).upper()}: " if problem["loc"] else ""
        lines.append(f"{name}{problem['msg'].removeprefix('Value error, ')}")
    return lines
