"""Every channel of the registry with its platform. A new channel is one line here."""

from __future__ import annotations

from collections.abc import Mapping

from tests.integration.channels import contract_emulator as emulator
from tests.integration.channels.contract import Platform
from tests.integration.channels.contract_email import MailPlatform

PLATFORMS: Mapping[str, type[Platform]] = {
    "zalo_template": emulator.ZaloTemplatePlatform,
    "zalo_template_uid": emulator.ZaloTemplateByUserPlatform,
    "zalo_oa": emulator.ZaloOaPlatform,
    "zalo_bot": emulator.ZaloBotPlatform,
    "sms_esms": emulator.EsmsPlatform,
    "sms_speedsms": emulator.SpeedSmsPlatform,
    "email": MailPlatform,
}
