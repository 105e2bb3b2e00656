"""How one emulator behaves: everything that may differ between two of them, in one object.

Settings may change while an emulator runs (`/_emulator/settings`), so everybody reads them when they are needed.
Facts that only one source tells (grade C of the fact sheet) are settings here; the default is the sheet's advice.
"""

from dataclasses import dataclass
from pathlib import Path

ACCESS_TOKEN_SECONDS = 90_000  # 25 hours (docs: zalo 2.4)
REFRESH_TOKEN_SECONDS = 90 * 86_400  # three months (docs: zalo 2.4)
CODE_SECONDS = 600  # an authorisation code lives ten minutes (docs: zalo 2.1)
WEBHOOK_RETRY_DELAYS_SECONDS = (30.0, 300.0, 900.0, 1800.0, 3600.0)  # docs: zalo 7.1
WEBHOOK_DEADLINE_SECONDS = 2.0  # docs: zalo 7.1


@dataclass(slots=True)
class EmulatorConfig:
    """The settings of one emulator; every field has a default that behaves as the fact sheet says."""

    webhook_url: str | None = None
    """Where Official Account events go; None: they wait until an address is set."""
    state_file: Path | None = None
    """Where phones, messages, tokens and quotas are kept; None: in memory only."""
    night_rule: bool = True
    """Refuse templates between 22:00 and 06:00 in Vietnam with -133 (docs: zalo 6.5, grade B/C)."""
    daily_quota: int = 500_000
    """Template messages a day before -144 (docs: zalo 6.5; the ladder's top step)."""
    receipts: bool = True
    """Send `user_received_message` for what arrives."""
    receipt_delay_seconds: float = 0.05
    """Between a message's arrival and its receipt."""
    read_delay_seconds: float | None = None
    """Between a receipt and `user_seen_message`; None: people read when they look at the page."""
    webhook_retry_delays_seconds: tuple[float, ...] = WEBHOOK_RETRY_DELAYS_SECONDS
    """Before each repeat of an event that was not answered 200; after the last the subscription is cancelled."""
    webhook_deadline_seconds: float = WEBHOOK_DEADLINE_SECONDS
    """How long the receiver may take."""
    webhook_concurrency: int = 64
    """Events on their way at the same time, at most."""
    max_waiting_events: int = 200_000
    """Events that may wait for a webhook address or a free connection; the oldest is dropped beyond it."""
    allow_plus_phone: bool = True
    """Accept `+84…` beside `84…` in template sends (docs: zalo 6.1, seen accepted)."""
    old_token_dies_at_refresh: bool = True
    """The former access token stops working when a new one is minted (docs: zalo 2.4, grade C)."""
    access_token_seconds: int = ACCESS_TOKEN_SECONDS
    """Life of an access token."""
    refresh_token_seconds: int = REFRESH_TOKEN_SECONDS
    """Life of a refresh token, counted from its issue."""
    callback_url: str | None = None
    """The console's "Official Account Callback Url"; None: any http(s) address is taken, else -14003 on mismatch."""
    admin_phones: tuple[str, ...] = ()
    """Phones (84…) that may receive `mode: development` (docs: zalo 6.1)."""
    echo_oa_messages: bool = True
    """Send `oa_send_text` for the account's own messages (docs: zalo 7.3)."""
    zns_header: bool = True
    """Add `X-ZEvent-Server: ZNS` to template events (docs: zalo 7.1, grade C)."""
    mac_prefix: bool = True
    """Write the signature as `mac=<hex>`; False: bare hex (docs: zalo 7.2)."""
    timestamp_header: bool = False
    """Add `X-ZEvent-Timestamp`, which several codes prefer and nobody documents (docs: zalo 7.2, grade C)."""
    webhook_retry: bool = True
    """The "webhook retry" toggle; false: an event that was not taken is lost, and nothing is cancelled (7.1)."""
    resign_retries: bool = False
    """Repeats carry a timestamp of their own and a new signature; false: the first bytes again (7.2, grade C)."""
    webhook_needs_grant: bool = True
    """Events go only while the account's grant to the app lasts: its refresh token lives, nothing changed (7.1)."""
    webhook_events: tuple[str, ...] = ()
    """The events switched on, by name; none: all (docs: zalo 7.1)."""
    only_hash_text: bool = False
    """Of `user_send_text` only what starts with `#` is sent (docs: zalo 7.1)."""
    user_follow_names: bool = False
    """Say `user_follow` and `user_unfollow` for `follow` and `unfollow` (docs: zalo 7.4, grade C)."""
    older_user_info: bool = False
    """`user_submit_info` in its older shape, flat with city and district (docs: zalo 7.4)."""
    user_info_phone_as_number: bool = False
    """`info.phone` of `user_submit_info` as a number (docs: zalo 7.4: it may be an int)."""
    file_size_as_number: bool = False
    """`size` of `user_send_file` as a number instead of a text (docs: zalo 7.4: both were seen)."""
    feedback_rating_type: bool = False
    """`user_feedback` carries `rating_type` and `option` (docs: zalo 7.4: optional)."""
    drop_undelivered: bool = True
    """A template not delivered within its timeout never is (docs: zalo 6.1, grade C)."""
    free_replies_per_window: int | None = 8
    """Free replies in 48 hours, renewed by each user message; then the package is used (docs: zalo 4.7, grade B/C).

    None: no limit, as two sources say since 2026."""
    package_replies: int = 100_000
    """Paid consultation messages before -211."""
    older_reply_codes: bool = False
    """Answer -305 and -311 where the free replies end, instead of using the package (docs: zalo 4.7, grade C)."""
    gif_size_required: bool = True
    """A gif needs `width` and `height`, as the docs say; two clients leave them out (docs: zalo 4.2, grade C)."""
    list_messages: bool = False
    """Take `template_type: list` on the message address; else -233 (docs: zalo 4.2, grade C)."""
    uid_tracking_id: bool = False
    """`tracking_id` is a known field of templates by user id (docs: zalo 4.4, grade C)."""
    discontinue_by_uid: bool = True
    """Transaction and promotion by user id ended on 2026-03-01; False: they work (docs: zalo 0.8, 4.5, grade C)."""
    promotion_night_rule: bool = True
    """Refuse promotions and broadcasts from 22:00 to 06:00 in Vietnam with -234 (docs: zalo 4.7, grade C)."""
    package_broadcasts: int = 1_000
    """Broadcasts of an article before -211; no source tells how many a package holds."""
    reaction_icons: tuple[str, ...] = ("/-strong", "/-heart", ":>", ":o", ":-((", ":-h", "--b")
    """What the account may react with, beside `/-remove` (docs: zalo 4.6, grade C)."""
    reactions_per_message: int = 50
    """Reactions on one message before -210 (docs: zalo 4.6, grade C)."""
    groups: bool = False
    """The account's package holds groups; else -224 (docs: zalo 4.1, grade C)."""
    oa_requests_per_minute: int | None = 4_000
    """Requests to the account's API a minute and app before -32; null: no limit (docs: zalo 4.7, grade C)."""
    asset_days: float = 7.0
    """Days until an uploaded picture or file may no longer be sent: -100 (docs: zalo 5.3, grade C)."""
    uploads_per_month: int = 5_000
    """Uploads a month in Vietnam before -211 (docs: zalo 5.3, grade C)."""
    upload_without_extension_is_empty: bool = True
    """An upload without a file name extension succeeds with empty data, as is said; false: it works (5.3, grade C)."""
    article_processing_seconds: float = 2.0
    """How long a new or changed article answers -214 to `verify` (docs: zalo 4.6, 4.8; the time is not documented)."""
    getprofile_stopped: bool = True
    """`/v2.0/oa/getprofile` answers -240, as for business accounts since 2024-06-01 (docs: zalo 5.1, grade C)."""
    shared_phone_as_number: bool = False
    """Write `shared_info.phone` as a number instead of a text (docs: zalo 5.1: both were seen)."""
    pkce: str = "any"
    """PKCE at consent: `any` (as the permission request did), `fresh`, `fixed` or `off` (docs: zalo 2.2)."""
    fixed_code_challenge: str | None = None
    """The console's field "Code Challenge", used when `pkce` is `fixed` (docs: zalo 2.2, grade C)."""
    oauth_error_names: bool = True
    """OAuth errors carry `error_name`, `error_reason`, `error_description`, `ref_doc` (docs: zalo 2.6: keys vary)."""
    oauth_error_message: bool = False
    """OAuth errors say the reason in `message` too; false: it is empty (docs: zalo 2.6)."""
    refresh_answer_omits_token: bool = False
    """A refresh answers no `refresh_token`; the old one stays good (docs: zalo 2.3, grade C)."""
    tell_refresh_token_life: bool = False
    """Token answers carry `refresh_token_expires_in` (docs: zalo 2.3, grade C)."""
    permissions: tuple[str, ...] = ()
    """What the app asks the account for, in any words: listed on the consent page (docs: zalo 2.7)."""
    grant_ends_on_change: bool = True
    """Another callback address or other permissions than those consented to end the grant (docs: zalo 2.6, grade C)."""
    require_appsecret_proof: bool = False
    """Every call must carry `appsecret_proof`; a wrong one is refused in any case (docs: zalo 3)."""
    bot_error_status: bool = True
    """A bot error has its code as HTTP status, as seen on a real one; false: 200 (docs: zalo 8.2, grade C)."""
    bot_updates_as_array: bool = False
    """`getUpdates` answers a list with one update instead of the update (docs: zalo 8.1, grade A/B)."""
    bot_max_poll_seconds: float = 60.0
    """The longest `getUpdates` may hang, whatever `timeout` says (docs: zalo 8.1 names none)."""
    bot_webhook_wrapped: bool = True
    """The bot's webhook gets `{"ok", "result"}` as in the docs; false: the update itself (docs: zalo 8.3, grade B)."""
    bot_event_names: bool = True
    """Updates carry `event_name`; false: as in older samples (docs: zalo 8.3, grade B)."""
    bot_first_name: bool = False
    """`from` carries `first_name` instead of `display_name`, as in older samples (docs: zalo 8.3)."""
    bot_fresh_webhook_info_404: bool = True
    """`getWebhookInfo` answers 404 while no webhook was ever set; false: an empty url (docs: zalo 8.1, grade C)."""
    bot_allow_http_loopback: bool = True
    """`setWebhook` takes http for this machine, where nobody has https; false: https only, as the platform."""
    bot_test_webhook: bool = True
    """`testWebhook` exists (docs: zalo 8.1, grade C)."""
    bot_send_voice: bool = False
    """`sendVoice` exists (docs: zalo 8.1, grade C)."""
    bot_webhook_verification: bool = False
    """`setWebhook` tries the address and adds `verification` to its result (docs: zalo 8.1, grade C)."""
    bot_rich_text: bool = True
    """`sendMessage` knows parse_mode, text_styles and reply_to_message_id (docs: zalo 8.1, grade C)."""
    bot_users: int | None = 50
    """People a bot may answer, in the order they first wrote; null: all (docs: zalo 8.3 limits, grade C)."""
    bot_monthly_messages: int | None = 3_000
    """Messages a bot may send in a month of Vietnam; null: no limit (docs: zalo 8.3 limits, grade C)."""
    bot_webhook_deadline_seconds: float = 5.0
    """How long the bot's webhook may take (docs: zalo 8.3 names none)."""
    bot_webhook_retry_delays_seconds: tuple[float, ...] = ()
    """Before each repeat of a bot's update; none: it is lost (docs: zalo 8.3 names none)."""
    sms_price_vnd: int | None = 500
    """Price of one part of a short message; null: no price list, eSMS answers 102 (docs: zalo 10.3, grade C)."""
    sms_max_parts: int = 3
    """Longest short message: beyond it eSMS answers 110, SpeedSMS 113 (docs: zalo 10.3 names up to three)."""
    sms_report_delay_seconds: float = 0.05
    """Between a short message's arrival and its report."""
    sms_offline_fails: bool = False
    """A phone that is offline fails at once; false: it gets its message and reports when it is back."""
    sms_failing_phones: tuple[str, ...] = ()
    """Phones (84…) whose messages end with SendFailed 1."""
    sms_rejected_phones: tuple[str, ...] = ()
    """Phones (84…) whose messages end with SendStatus 4, rejected."""
    sms_uncertain_phones: tuple[str, ...] = ()
    """Phones (84…) whose messages end with SendStatus 5 and both counts 0 (docs: zalo 10.1, the documented sample)."""
    sms_callback_deadline_seconds: float = 5.0
    """How long a receiver of reports may take (docs: zalo 10.1 names none)."""
    sms_callback_retry_delays_seconds: tuple[float, ...] = (60.0, 60.0, 60.0, 60.0, 60.0)
    """Before each of the five repeats of a report (docs: zalo 10.1; the delays are a guess, grade C)."""
    esms_balance_vnd: int = 10_000_000
    """What the eSMS account was charged with; what was sent is taken from it, 103 when it does not suffice."""
    esms_brandnames: tuple[str, ...] = ()
    """Registered brandnames, others get 104; none: any of at most 11 characters (docs: zalo 10.3)."""
    esms_templates: tuple[str, ...] = ()
    """Registered contents as regular expressions for the whole text, others get 146; none: any (docs: zalo 10.3)."""
    esms_unicode: bool = False
    """The brandname is registered for Unicode; false: IsUnicode 1 gets 146 for SmsType 2 (docs: zalo 10.1)."""
    esms_brand_in_content: bool = False
    """The content must hold the brandname, else 146 (docs: zalo 10.3, grade C)."""
    esms_blocked_phones: tuple[str, ...] = ()
    """Phones (84…) that get 99."""
    esms_carriers: tuple[str, ...] = ()
    """Carriers the brandname is registered with, such as Viettel; others get 177; none: all (docs: zalo 10.3)."""
    esms_forbidden_words: tuple[str, ...] = ()
    """Words that make 201."""
    esms_allowed_ips: tuple[str, ...] = ()
    """Addresses that may send, others get 140; none: all."""
    esms_locked: bool = False
    """The eSMS account is locked: 143."""
    esms_requests_per_second: int | None = None
    """Sends a second before 160; null: no limit (docs: zalo 10.1 names no figure)."""
    esms_processing_seconds: float = 0.0
    """A RequestId repeated within this time gets 199 (still in processing) instead of 124 (docs: zalo 10.1)."""
    esms_same_content_seconds: float = 300.0
    """How long the same content to the same phone is refused (docs: zalo 10.1, grade B); 0: never."""
    esms_same_content_code: int = 124
    """The code of that refusal; no source tells it, so it is the duplicate's (grade C)."""
    esms_status_after_seconds: float = 0.0
    """A status query sooner after the send gets 105 (docs: zalo 10.1, "too early?")."""
    speedsms_balance_vnd: int = 10_000_000
    """What the SpeedSMS account was charged with; 300 when it does not suffice."""
    speedsms_senders: tuple[str, ...] = ()
    """Senders registered for types 3 and 5, others get 009; none: any (docs: zalo 10.2, grade C)."""
    speedsms_unicode: bool = True
    """SpeedSMS sends diacritics; false: 110 (docs: zalo 10.2, grade C)."""
    speedsms_locked_ips: tuple[str, ...] = ()
    """Addresses that get 007."""
    speedsms_blocked: bool = False
    """The SpeedSMS account is blocked: 008."""
    speedsms_requests_per_minute: int | None = 60
    """Requests a minute before HTTP 429; null: no limit (the vendor's page; the sheet is silent, grade C)."""
    development_daily_quota: int = 100
    """Sends with `mode: development` a day before -126; no source tells how many (docs: zalo 6.1)."""
    otp_at_night: bool = True
    """OTP templates pass at night; false: they get -133 too (docs: zalo 6.5, grade C)."""
    over_quota_allowed: bool = False
    """The account may use `sending_mode` 3 for promotion templates; false: -161 (docs: zalo 6.1)."""
    template_format_check: bool = True
    """Dates, phones, links and amounts must look like such: -1124, by the kind of the parameter (6.4, grade C)."""
    template_tags: tuple[str, ...] = ("TRANSACTION", "CUSTOMER_CARE", "PROMOTION")
    """Tags the account may send; a template with another gets -145 (docs: zalo 6.3, 6.4)."""
    promotion_daily_quota: int | None = None
    """Promotion templates a day before -144; null: only the account's daily quota counts (docs: zalo 6.3)."""
    promotion_monthly_quota: int = 10_000
    """Promotion templates a month before -1441; no source tells how many (docs: zalo 6.3, 6.6)."""
    promotions_per_user_day: int = 1
    """Promotions a day and person: templates before -1472, by user id -218; no source tells how many (4.8, 6.6)."""
    promotions_per_user_month: int = 4
    """Promotions a month and person: templates before -1471, by user id -218; no source tells how many (4.8, 6.6)."""
    quality_48_hours: str = "HIGH"
    """`oaCurrentQuality`: HIGH, MEDIUM, LOW or UNDEFINED (docs: zalo 6.3)."""
    quality_7_days: str = "HIGH"
    """`oa7dayQuality`: HIGH, MEDIUM, LOW or UNDEFINED (docs: zalo 6.3)."""
    rsa: bool = False
    """Phones encrypted with RSA may be used (`/rsa/…`); false: -106 (docs: zalo 6.2, grade C)."""
    rsa_codes: str = "new"
    """Key missing and key there: `new` is -142 and -143, `old` is -128 and -129 (docs: zalo 6.6 has both)."""
    journey: bool = False
    """Journey tokens can be had (`/journey/…`); false: -106 (docs: zalo 6.2, grade C)."""
    may_create_templates: bool = True
    """The account may create and edit templates; false: -1201 (docs: zalo 6.6)."""
    template_creates_per_day: int = 100
    """New templates a day before -160 (docs: zalo 6.3, grade C)."""
    template_edits_per_day: int = 100
    """Edits a day before -160 (docs: zalo 6.3, grade C)."""
    template_uploads_per_day: int = 100
    """Pictures for templates a day before -160 (docs: zalo 6.6 names the limit, not the figure)."""
    template_image_bytes: int = 512_000
    """Size of a picture for a template before -158: 500 KB (docs: zalo 6.3, grade C)."""
    template_image_needs_button: bool = True
    """A template with a picture needs a button, else -1132 (a partner's page; the sheet is silent, grade C)."""
    template_timeout_seconds: int = 7_200
    """Time to deliver that a created template gets; OTP 15 s (docs: zalo 6.1, grade C)."""
    max_messages: int = 300_000
    """Messages kept; the oldest is forgotten beyond it."""
    max_unregistered_phones: int = 100_000
    """Phones remembered that nobody registered; the oldest is forgotten beyond it."""
