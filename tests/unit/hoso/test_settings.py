"""Settings: everything wrong is told at once, and what follows from them."""

import pytest

from emulator.credentials import ACCESS_TOKEN, APP_ID
from hoso.env_example import render_env_example
from hoso.errors import BadSettings
from hoso.settings import ENV_FILE_VARIABLE, PREFIX, Settings, load_settings

REAL = {
    "HOSO_ZALO_APP_ID": "1234",
    "HOSO_ZALO_APP_SECRET": "s",
    "HOSO_ZALO_OA_ID": "5678",
    "HOSO_ZALO_OA_SECRET_KEYS": "new,old",
    **{
        f"HOSO_ZALO_TEMPLATE_{name}": str(number)
        for number, name in enumerate(
            ["SUBMITTED", "ACCEPTED", "REFUSED", "SUPPLEMENT", "FINISHED", "WITHDRAWN", "PAYMENT", "STOPPED"], start=100
        )
    },
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    import os

    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(ENV_FILE_VARIABLE, "")


def _load(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_without_any_setting_the_emulator_stands_in_and_nobody_is_kept_waiting_for_the_morning(monkeypatch):
    settings = _load(monkeypatch)
    assert settings.is_stand_in
    assert settings.app_id == APP_ID
    assert settings.template_base == "http://127.0.0.1:9090"
    assert settings.first_tokens is not None
    assert settings.first_tokens[0].get_secret_value() == ACCESS_TOKEN
    assert not settings.hours.is_set
    assert set(settings.templates) >= {"submitted", "accepted", "refused", "supplement", "finished"}


def test_quiet_hours_that_somebody_set_hold_with_the_emulator_too(monkeypatch):
    assert _load(monkeypatch, HOSO_QUIET_HOURS="21:30-07:00").hours.is_set


def test_the_real_zalo_gets_real_hosts_and_quiet_hours(monkeypatch):
    settings = _load(monkeypatch, **REAL)
    assert not settings.is_stand_in
    assert settings.template_base == "https://business.openapi.zalo.me"
    assert settings.hours.is_set
    assert settings.doubt_seconds == 300
    assert settings.first_tokens is None
    assert [key.get_secret_value() for key in settings.oa_secret_keys] == ["new", "old"]


def test_short_leases_are_for_the_emulator_and_every_send_ends_before_its_lease(monkeypatch):
    short = _load(monkeypatch, HOSO_LEASE_SECONDS="6")
    assert short.send_deadline_seconds == 4.5
    assert _load(monkeypatch, HOSO_LEASE_SECONDS="45").send_deadline_seconds == 40
    with pytest.raises(BadSettings, match="HOSO_LEASE_SECONDS: must be at least 30 with the real Zalo"):
        _load(monkeypatch, **REAL, HOSO_LEASE_SECONDS="29")


def test_a_real_host_without_a_secret_is_no_door(monkeypatch):
    with pytest.raises(BadSettings, match=r"HOSO_ZALO_APP_ID.*HOSO_ZALO_OA_SECRET_KEYS.*HOSO_ZALO_TEMPLATE_ACCEPTED"):
        _load(monkeypatch, HOSO_ZALO_TEMPLATE_BASE="https://business.openapi.zalo.me")


def test_an_emulator_elsewhere_on_this_machine_lends_its_ids(monkeypatch):
    settings = _load(monkeypatch, HOSO_ZALO_APP_ID=APP_ID, HOSO_ZALO_TEMPLATE_BASE="http://127.0.0.1:9999")
    assert not settings.is_stand_in
    assert settings.templates["finished"]
    assert settings.first_tokens is not None


def test_the_emulators_secrets_open_no_other_app_even_behind_a_local_proxy(monkeypatch):
    with pytest.raises(BadSettings, match="HOSO_ZALO_APP_SECRET, HOSO_ZALO_OA_ID, HOSO_ZALO_OA_SECRET_KEYS"):
        _load(monkeypatch, HOSO_ZALO_APP_ID="77", HOSO_ZALO_TEMPLATE_BASE="http://127.0.0.1:9999")


def test_everything_malformed_is_told_in_one_line(monkeypatch):
    with pytest.raises(BadSettings) as caught:
        _load(
            monkeypatch,
            HOSO_QUIET_HOURS="midnight",
            HOSO_LISTEN="8080",
            HOSO_TIMEZONE="Mars/Olympus",
            HOSO_NOTICE_EXTRAS="birthday",
            HOSO_EVENT_KEYS="nocolon",
            HOSO_PUBLIC_URL="example",
            HOSO_DATABASE_URL="mysql://hoso:unsaid@db/hoso",
            HOSO_REDIS_URL="unsaid-redis:6379",
            HOSO_ENCRYPTION_KEYS="unsaid-and-too-short",
        )
    message = str(caught.value)
    assert "\n" not in message
    for name in ("QUIET_HOURS", "LISTEN", "TIMEZONE", "NOTICE_EXTRAS", "EVENT_KEYS", "PUBLIC_URL"):
        assert f"HOSO_{name}" in message
    for name in ("DATABASE_URL", "REDIS_URL", "ENCRYPTION_KEYS"):
        assert message.count(f"HOSO_{name}: ") == 1
    assert "unsaid" not in message
    assert "midnight" not in message.replace("'midnight'", "")  # values are not spread around


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://hoso:p%40ss@[::1]:5433,other/hoso?sslmode=require",
        "postgres:///hoso?host=/run/pg",
        "host=db dbname=hoso",
    ],
)
def test_whatever_the_driver_reads_is_an_address_of_postgresql(monkeypatch, url):
    assert _load(monkeypatch, HOSO_DATABASE_URL=url, HOSO_ENCRYPTION_KEYS="k" * 40).database_url == url


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/0", "rediss://u:p@cache.example.vn", "unix:///run/redis?db=0"])
def test_whatever_the_client_reads_is_an_address_of_redis(monkeypatch, url):
    assert _load(monkeypatch, HOSO_REDIS_URL=url).redis_url == url


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"HOSO_LANGUAGE=en\nnot a line\nHOSO_HOTLINE='open\n", "line 2"),
        (b"HOSO_LANGUAGE=en\nHOSO_HOTLINE='open\n", "line 2"),
        (b"\n# ours\nHOSO_DATABASE_URL postgresql://db/hoso\n", "line 3"),
        (b"HOSO_HOTLINE\n", "line 1"),
        (b"HOSO_HOTLINE=\xff\n", "not UTF-8"),
        (None, "is no file"),
    ],
)
def test_a_file_of_settings_that_cannot_be_read_is_no_reason_for_defaults(monkeypatch, tmp_path, content, told):
    """Such lines were passed over with a word of the library's, and a missing file without one."""
    path = tmp_path / "site.env"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(ENV_FILE_VARIABLE, str(path))
    with pytest.raises(BadSettings, match=told) as caught:
        _load(monkeypatch, HOSO_TIMEZONE="Mars/Olympus")
    assert "HOSO_TIMEZONE" in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(BadSettings, match=told):
        _load(monkeypatch, HOSO_TIMEZONE="UTC")


def test_a_file_of_settings_is_read_as_people_write_it_and_the_environment_wins(monkeypatch, tmp_path):
    path = tmp_path / "site.env"
    path.write_bytes(
        b'\xef\xbb\xbf# ours\r\nexport HOSO_HOTLINE="1022 "\r\n\r\nHOSO_LANGUAGE = en # two\r\nHOSO_LISTEN=\r\n'
    )
    monkeypatch.setenv(ENV_FILE_VARIABLE, str(path))
    settings = _load(monkeypatch, HOSO_LANGUAGE="vi")
    assert (settings.hotline, settings.language, settings.listen) == ("1022 ", "vi", "127.0.0.1:8080")


def test_an_outside_database_needs_a_key_of_its_own(monkeypatch):
    with pytest.raises(BadSettings, match="HOSO_ENCRYPTION_KEYS"):
        _load(monkeypatch, HOSO_DATABASE_URL="postgresql://localhost/hoso")


def test_optional_notices_can_be_switched_off(monkeypatch):
    assert _load(monkeypatch, HOSO_NOTICE_EXTRAS="none").extras == frozenset()
    assert len(Settings().extras) == 0


@pytest.mark.parametrize(
    ("key", "source"), [("secret-123", "one.stop:a"), ("secret-456", "b"), ("secret-45", None), ("", None)]
)
def test_event_keys_are_compared_whole_and_a_source_may_hold_a_colon(monkeypatch, key, source):
    settings = _load(monkeypatch, HOSO_EVENT_KEYS="one.stop:a:secret-123,b:secret-456")
    assert settings.source_of_event_key(key) == source


def test_secrets_are_not_shown(monkeypatch):
    settings = _load(monkeypatch, **REAL | {"HOSO_ZALO_APP_SECRET": "very-hidden", "HOSO_ENCRYPTION_KEYS": "k" * 40})
    assert "very-hidden" not in repr(settings)
    assert "k" * 40 not in repr(settings)


def test_the_example_names_every_setting_once():
    text = render_env_example()
    for name in Settings.model_fields:
        assert text.count(f"#{PREFIX}{name.upper()}=") == 1
