"""What linking gets of the settings."""

from emulator.templates import load_templates
from hoso.settings import Settings

REAL = {
    "zalo_app_id": "1",
    "zalo_app_secret": "s",
    "zalo_oa_id": "2",
    "zalo_oa_secret_keys": "k",
    **{f"zalo_template_{name}": "9" for name in ("submitted", "accepted", "refused", "supplement", "finished")},
    **{f"zalo_template_{name}": "9" for name in ("withdrawn", "payment", "stopped")},
}


def test_the_emulator_alone_may_be_reached_on_this_machine_and_only_while_it_stands_in() -> None:
    emulated = Settings(_env_file=None, emulator_listen="127.0.0.1:8099")
    assert emulated.downloads.trusted_origins == {"127.0.0.1:8099"}
    assert Settings(_env_file=None, **REAL).downloads.trusted_origins == frozenset()
    assert emulated.downloads.schemes == {"https"}


def test_one_time_codes_have_a_template_of_their_own() -> None:
    template_id = Settings(_env_file=None).templates["otp"]
    assert load_templates()[template_id].name == "code"
    assert "otp" not in Settings(_env_file=None, **REAL).templates
    assert Settings(_env_file=None, **REAL, zalo_template_code="77").templates["otp"] == "77"


def test_the_limits_are_the_settings() -> None:
    linking = Settings(_env_file=None, link_codes_per_hour=7, link_relative_days=3, shared_phone_owners=0).linking
    assert (linking.asked_per_citizen_hour, linking.relative_days, linking.shared_phone_owners) == (7, 3, 0)
    assert Settings(_env_file=None, download_max_mb=2).downloads.max_bytes == 2 * 1024 * 1024
