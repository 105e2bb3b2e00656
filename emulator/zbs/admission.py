"""Whether a well-formed send may go now, and to this citizen (docs: zalo 6.1, 6.5, 6.6).

No source tells in which order the platform looks; here it is: journey token, development mode, night, quotas of the
template and of the account, then the citizen: no Zalo, a refusal set by a tester, inactivity, the account blocked,
templates refused, promotions enough.
"""

from emulator.clock import is_night
from emulator.errors import Refused
from emulator.phones import Phone
from emulator.state import Emulator
from emulator.template_rules import TemplateSend
from emulator.templates import Template


def check_moment(send: TemplateSend, emulator: Emulator, now_ms: int) -> None:
    """Raises Refused: -148, -149, -1491, -150, -127, -126, -133, -147, -144, -1441."""
    template, config = send.template, emulator.config
    if template.kind == "journey":
        emulator.journey_tokens.check(send.journey_token, template.journey_type, send.phone, now_ms)
    if send.is_development:
        if send.phone not in config.admin_phones:
            raise Refused(-127, rule="mode", detail="mode development reaches admins only")
        emulator.quota.check_development(now_ms)
    if config.night_rule and is_night(now_ms) and not (template.kind == "otp" and config.otp_at_night):
        raise Refused(-133)
    if not send.is_development and not send.is_over_quota:
        emulator.quota.check_account(template, now_ms)


def check_recipient(phone: Phone, template: Template, emulator: Emulator, now_ms: int) -> None:
    """Raises Refused: -118, the phone's own refusal, -114, -141, -139, -1471, -1472."""
    if not phone.zalo:
        raise Refused(-118)
    if phone.template_refusal:
        raise Refused(phone.template_refusal)
    if phone.inactive:
        raise Refused(-114)
    if phone.blocked:
        raise Refused(-141)
    if phone.refuses_templates:
        raise Refused(-139)
    emulator.quota.check_citizen(template, phone.phone, now_ms)
