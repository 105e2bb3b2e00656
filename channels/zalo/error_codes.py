"""Every documented error code of Zalo, and which of our errors it is.

Three tables, because the same number means different things on different hosts (-100 and -118 are examples): `OAUTH`
(docs: zalo 2.6), `OA` (4.8, with the token variants of 2.6) and `ZBS` (6.6, templates by phone); a fourth,
`TEMPLATE_BY_USER`, is made of the last two. A row reads: code, what to do, what it means, how well it is known (grade
of the sheet). A code in no table becomes `UnknownCode`.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels.code_table import (
    CodeRow,
    Make,
    classify,
    later,
    make_table,
    needs_human,
    refused,
    temporary,
    unreachable,
)
from channels.errors import (
    BadMessage,
    NeedsAuthorization,
    NeedsHuman,
    RateLimited,
    Temporary,
    TokenRejected,
    UnknownCode,
)
from channels.later import Until

__all__ = ["OA", "OAUTH", "TEMPLATE_BY_USER", "ZBS", "CodeRow", "CodeTable", "classify"]

CodeTable = Mapping[int, CodeRow]

# What to do. Letters as in the sheet: R refresh, T transient, L later, H human, P permanent for this person, B bug.
_R: Make = TokenRejected
_T: Make = Temporary
_T_ONCE = temporary(max_retries=1)
_TOO_FAST: Make = RateLimited
_H: Make = NeedsHuman
_H_AFTER_ONE_TRY = needs_human(retry_once=True)
_B: Make = BadMessage
_CONSENT: Make = NeedsAuthorization
_UNKNOWN: Make = UnknownCode
_P_OTHER = unreachable()
_P_TOMORROW = unreachable(tomorrow=True)
_P_DEAD_END = unreachable(other=False)
_REFUSED_OTHER = refused(other=True)
_REFUSED = refused(other=False)
_MORNING = later(Until.MORNING)
_NEXT_DAY = later(Until.NEXT_DAY)
_NEXT_DAY_OR_OTHER = later(Until.NEXT_DAY, other=True)
_NEXT_MONTH = later(Until.NEXT_MONTH)

_Rows = list[tuple[int, Make, str, str]]

OAUTH: CodeTable = make_table(  # docs: zalo 2.6
    [
        (-14002, _H, "app id invalid, or app inactive and the user no admin; check the app in the console", "B"),
        (-14003, _H, "redirect address differs from the console's callback address", "B"),
        (-14004, _H, "app secret wrong; check HOSO_ZALO_APP_SECRET", "C"),
        (-14005, _H, "authorization code invalid, expired or used; start the consent again", "C"),
        (-14014, _CONSENT, "refresh token used, expired or revoked; an OA administrator must consent again", "B"),
        (-14018, _B, "grant_type wrong", "C"),
        (-118, _CONSENT, "grant invalid; an OA administrator must consent again", "C"),
    ]
)

_TOKEN: _Rows = [  # docs: zalo 2.6 and 11 "Retry once on token errors": on whichever host they appear
    (-216, _R, "access token invalid", "B"),
    (-220, _R, "access token expired or removed", "B"),
    (-124, _R, "access token invalid", "B"),
    (216, _R, "access token invalid (variant)", "C"),
    (401, _R, "access token invalid (variant)", "C"),
    (-401, _R, "access token invalid (variant)", "C"),
]

OA: CodeTable = make_table(  # docs: zalo 4.8
    _TOKEN,
    [
        (-32, _TOO_FAST, "rate limit of the app or OA", "B"),
        (-100, _B, "attachment expired after 7 days; upload it again", "C"),
        (-200, _T_ONCE, "send failed", "C"),
        (-201, _B, "a parameter is invalid", "B"),
        (-202, _B, "mac invalid (old)", "B"),
        (-204, _H, "OA disabled or deleted", "B"),
        (-205, _H, "OA does not exist", "B"),
        (-207, _H, "OA not registered as third party (old)", "B"),
        (-208, _H, "OA has no secret (old)", "B"),
        (-209, _H, "app not activated, or API not supported", "B"),
        (-210, _B, "a parameter is out of range (text too long, count over the limit, file too big)", "B"),
        (-211, _NEXT_DAY, "out of quota", "B"),
        (-212, _H, "API not registered for this app or OA", "B"),
        (-213, _P_OTHER, "the user does not follow the OA", "B"),
        (-214, _T, "article still processing", "B"),
        (-215, _H, "app id invalid (old)", "B"),
        (-217, _REFUSED_OTHER, "the user blocked invitations", "B"),
        (-218, _NEXT_DAY, "the recipient's receive quota is used up", "B"),
        (-219, _H, "app removed or disabled", "B"),
        (-221, _H, "the OA must be verified", "B"),
        (-222, _P_OTHER, "the user blocked the OA or was inactive for 45 days", "B"),
        (-223, _H, "the OA has not granted this permission; consent again with it", "B"),
        (-224, _H, "an OA package must be bought or upgraded", "B"),
        (-227, _P_OTHER, "the user is blocked or was inactive for 45 days", "B"),
        (-230, _P_OTHER, "no interaction in 7 days; use a template", "B"),
        (-232, _P_OTHER, "never interacted, or the window is closed; use a template", "B"),
        (-233, _B, "message type invalid or unsupported", "B"),
        (-234, _MORNING, "not allowed at night", "C"),
        (-235, _H, "not supported for this type of OA", "C"),
        (-237, _P_DEAD_END, "group expired or disabled", "C"),
        (-238, _H, "quota asset id invalid", "C"),
        (-240, _B, "the v2 message API is shut down; use v3", "B"),
        (-241, _H, "quota asset id invalid", "C"),
        (-242, _H, "appsecret_proof invalid; check HOSO_ZALO_APP_SECRET", "B"),
        (-244, _REFUSED_OTHER, "the user restricted this kind of message", "B"),
        (-248, _H, "policy violation", "C"),
        (-249, _H, "this template cannot go by user id; clone it", "B"),
        (-305, _NEXT_DAY_OR_OTHER, "the 48 hour window has passed (older code)", "C"),
        (-311, _NEXT_DAY_OR_OTHER, "reply quota used (older code)", "C"),
        (-320, _H, "the app is not linked to a wallet", "B"),
        (-321, _H, "wallet empty or charge failed", "B"),
        (-403, _P_DEAD_END, "the OA is not in this group", "C"),
        # The sheet gives these no class, and no call of ours can cause them.
        (-1340, _UNKNOWN, "ads form code", "C"),
        (-1341, _UNKNOWN, "ads form code", "C"),
    ],
)

ZBS: CodeTable = make_table(  # docs: zalo 6.6
    _TOKEN,
    [
        # Not in 6.6 but in 4.8: this host's rate is unpublished, and parking every message would be the worse guess.
        (-32, _TOO_FAST, "rate limit of the app or OA", "C"),
        (-100, _T, "unknown error of the platform", "A/B"),
        (-101, _H, "app invalid", "A/B"),
        (-102, _H, "app missing", "A/B"),
        (-103, _H, "app inactive", "A/B"),
        (-104, _H, "app secret wrong", "A/B"),
        (-105, _H, "app not linked to an OA", "A/B"),
        (-106, _B, "method unsupported", "A/B"),
        (-107, _B, "message id invalid", "A/B"),
        (-108, _P_DEAD_END, "phone number invalid; correct it in the dossier", "A/B"),
        (-109, _H, "template id invalid", "A/B"),
        (-1091, _H, "templates of this type cannot be edited", "A/B"),
        (-110, _P_OTHER, "the recipient's Zalo is too old", "B"),
        (-111, _B, "template data empty", "A/B"),
        (-112, _B, "type of a template parameter undefined", "A/B"),
        (-1121, _B, "template parameter too long", "A/B"),
        (-1122, _B, "template parameter missing", "A/B"),
        (-1123, _B, "QR code could not be made", "A/B"),
        (-1124, _B, "template parameter badly formatted", "A/B"),
        (-113, _B, "button invalid", "B"),
        (-1131, _B, "button content invalid", "B"),
        (-1132, _B, "required button missing", "C"),
        (-114, _P_TOMORROW, "the user cannot receive (inactive, rejects, old client)", "A/B"),
        (-115, _H, "out of quota, or wallet empty", "A/B"),
        (-116, _B, "text invalid", "B"),
        (-117, _H, "the OA or app may not use this template", "A/B"),
        (-118, _P_OTHER, "no Zalo account for this number", "A/B"),
        (-119, _P_OTHER, "the account cannot receive", "A/B"),
        (-120, _H, "the OA lacks permission for this feature", "B"),
        (-1201, _H, "the OA lacks permission to create templates", "B"),
        (-1202, _H, "the OA lacks permission for this media resource", "B"),
        (-121, _B, "body empty", "A/B"),
        (-122, _B, "body is no JSON", "A/B"),
        (-123, _H, "RSA decoding failed", "B"),
        (-1241, _H, "appsecret_proof invalid; check HOSO_ZALO_APP_SECRET", "B"),
        (-125, _H, "OA id invalid", "A/B"),
        (-126, _H, "quota of the development mode used up", "A/B"),
        (-127, _H, "development mode sends to admins only; switch HOSO_ZALO_TEMPLATE_MODE off", "A/B"),
        (-128, _H, "RSA key problem", "B"),
        (-129, _H, "RSA key problem", "B"),
        (-130, _B, "over the character limit", "A/B"),
        (-131, _H, "template not approved", "A/B"),
        (-132, _B, "parameter invalid", "A/B"),
        (-133, _MORNING, "not at night (22:00 to 06:00)", "B"),
        (-134, _REFUSED, "the user has not opted in (unused)", "C"),
        (-135, _H, "the OA may not send (unverified or free package)", "A/B"),
        (-1351, _H, "the OA is blocked", "A/B"),
        (-136, _H, "a wallet must be linked", "A/B"),
        (-137, _H_AFTER_ONE_TRY, "charging the wallet failed", "A/B"),
        (-138, _H, "the app lacks permission", "B"),
        (-1381, _H, "the extension may not use the wallet", "B"),
        (-139, _REFUSED_OTHER, "the user refused this kind of message", "A/B"),
        (-140, _REFUSED_OTHER, "the user is not eligible under the current policy", "A/B"),
        (-141, _REFUSED, "the user refused messages of this OA", "A/B"),
        (-142, _H, "RSA key problem", "B"),
        (-143, _H, "RSA key problem", "B"),
        (-144, _NEXT_DAY, "daily limit of the OA", "A/B"),
        (-1441, _NEXT_MONTH, "monthly promotion limit of the OA", "B"),
        (-145, _H, "the OA may not send this type", "B"),
        (-146, _H, "template disabled for low quality", "A/B"),
        (-147, _NEXT_DAY, "daily quota of the template", "A/B"),
        (-1471, _NEXT_MONTH, "monthly promotion limit of this user", "B"),
        (-1472, _NEXT_DAY, "daily promotion limit of this user", "B"),
        (-148, _B, "journey token missing", "B"),
        (-149, _B, "journey token invalid", "B"),
        (-1491, _B, "journey token of the wrong type", "B"),
        (-150, _B, "journey token expired", "B"),
        (-151, _H, "not an end-to-end encrypted template", "B"),
        (-152, _H, "key for end-to-end encryption failed", "B"),
        (-153, _B, "request data invalid", "B"),
        (-158, _B, "upload too large", "B"),
        (-159, _B, "upload format wrong", "B"),
        (-160, _NEXT_DAY, "daily quota for creating, editing and uploading", "B"),
        (-161, _B, "sending_mode invalid", "B"),
        (-162, _B, "sending_mode 3 with this template", "B/C"),
    ],
)

# Templates by user id (docs: zalo 4.4) go over the OA's host and name parameters of the template host, and no source
# lists their codes: the OA's rows, and beneath them the template host's. -100 speaks of attachments, which a template
# has none of, so here it is the template host's "unknown error".
TEMPLATE_BY_USER: CodeTable = {**ZBS, **OA, -100: ZBS[-100]}
