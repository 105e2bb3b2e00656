"""The fixed secrets of a fresh emulator. All are invented, and say so: they open nothing but an emulator."""

from typing import Any

from emulator.templates import load_templates

APP_ID = "1000000000000000001"
APP_SECRET = "emulator-app-secret-not-a-real-one"  # noqa: S105 - invented, opens nothing else
OA_ID = "2000000000000000002"
OA_NAME = "Báo Hồ Sơ (trình giả lập)"
OA_SECRET_KEY = "emulator-oa-secret-key-not-a-real-one"  # noqa: S105 - invented
ACCESS_TOKEN = "emulator-first-access-token-not-a-real-one"  # noqa: S105 - invented
REFRESH_TOKEN = "emulator-first-refresh-token-not-a-real-one"  # noqa: S105 - invented
BOT_TOKEN = "3000000000000000003:emulator-bot-token-not-a-real-one"  # noqa: S105 - invented
BOT_SECRET_TOKEN = "emulator-bot-secret-token-not-a-real-one"  # noqa: S105 - invented
ESMS_API_KEY = "emulator-esms-api-key-not-a-real-one"
ESMS_SECRET_KEY = "emulator-esms-secret-key-not-a-real-one"  # noqa: S105 - invented
SPEEDSMS_TOKEN = "emulator-speedsms-token-not-a-real-one"  # noqa: S105 - invented


def credentials() -> dict[str, Any]:
    """What a client of a fresh emulator needs, as `GET /_emulator/credentials` answers it (docs: contract 5)."""
    return {
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "oa_id": OA_ID,
        "oa_secret_key": OA_SECRET_KEY,
        "access_token": ACCESS_TOKEN,
        "refresh_token": REFRESH_TOKEN,
        "bot_token": BOT_TOKEN,
        "bot_secret_token": BOT_SECRET_TOKEN,
        "esms_api_key": ESMS_API_KEY,
        "esms_secret_key": ESMS_SECRET_KEY,
        "speedsms_access_token": SPEEDSMS_TOKEN,
        "templates": [template.describe() for template in load_templates().values() if template.is_enabled],
    }
