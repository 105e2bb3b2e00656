"""The vocabulary of dossiers, pure: statuses and notices, codes, contacts, Vietnamese text, names, masking, calendar.

Imports nothing of ours and does no input or output; what other rooms use is named in ``__all__``.
"""

from dossiers.calendar import VIETNAM, QuietHours, WorkCalendar, format_date_en, format_date_vi, format_day_vi
from dossiers.city_days import CityDays, UnitDays
from dossiers.code import (
    MAX_CODE_CHARS,
    ProcedureCode,
    authority_of,
    dossier_from_qr_payload,
    find_dossier_codes,
    find_procedure_codes,
    find_social_insurance_codes,
    is_home_authority,
    normalise_dossier_code,
)
from dossiers.contact import (
    PhoneKind,
    classify_phone,
    display_phone,
    find_identity_numbers,
    find_phones,
    normalise_phone,
)
from dossiers.errors import CalendarError, DossierCodeError, DossiersError, UnknownStatus
from dossiers.masking import contains_personal_number, mask_identity_number, mask_phone, redact
from dossiers.names import given_name, shorten, sort_key, title_case_name
from dossiers.status import DEFAULT_EXTRAS, EXTRAS, FIVE, Notice, Status, Transition, notice_for, notices_of, transition
from dossiers.text import clean, fold, looks_like_tcvn3, nfc_length, sms_parts, to_gsm7, truncate
from dossiers.vocabularies import Vocabulary, status_from

__all__ = [
    "DEFAULT_EXTRAS",
    "EXTRAS",
    "FIVE",
    "MAX_CODE_CHARS",
    "VIETNAM",
    "CalendarError",
    "CityDays",
    "DossierCodeError",
    "DossiersError",
    "Notice",
    "PhoneKind",
    "ProcedureCode",
    "QuietHours",
    "Status",
    "Transition",
    "UnitDays",
    "UnknownStatus",
    "Vocabulary",
    "WorkCalendar",
    "authority_of",
    "classify_phone",
    "clean",
    "contains_personal_number",
    "display_phone",
    "dossier_from_qr_payload",
    "find_dossier_codes",
    "find_identity_numbers",
    "find_phones",
    "find_procedure_codes",
    "find_social_insurance_codes",
    "fold",
    "format_date_en",
    "format_date_vi",
    "format_day_vi",
    "given_name",
    "is_home_authority",
    "looks_like_tcvn3",
    "mask_identity_number",
    "mask_phone",
    "nfc_length",
    "normalise_dossier_code",
    "normalise_phone",
    "notice_for",
    "notices_of",
    "redact",
    "shorten",
    "sms_parts",
    "sort_key",
    "status_from",
    "title_case_name",
    "to_gsm7",
    "transition",
    "truncate",
]
