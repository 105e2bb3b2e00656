"""The rules of linking; docs: public-services 3.1 (five tries an hour) and 4.1."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LinkingConfig(BaseModel):
    """Limits and durations. Numbers are counts within the last hour or the last 24 hours."""

    model_config = ConfigDict(frozen=True)

    code_seconds: float = Field(300, gt=0, description="how long a one-time code may be used")
    tries_per_code: int = Field(3, ge=1, description="wrong ones, then the code is void")
    asked_per_citizen_hour: int = Field(5, ge=1, description="codes that a person may ask for")
    asked_per_phone_hour: int = Field(3, ge=1, description="codes that go to one phone, whoever asks")
    asked_per_phone_day: int = Field(6, ge=1, description="the same a day")
    asked_per_dossier_day: int = Field(5, ge=1, description="codes for one dossier, whoever asks")
    wrong_per_citizen_hour: int = Field(5, ge=1, description="wrong codes typed by a person")
    wrong_per_citizen_day: int = Field(10, ge=1, description="the same a day")
    lookups_per_citizen_hour: int = Field(20, ge=1, description="dossier codes asked about that are not linked")
    photos_per_citizen_hour: int = Field(20, ge=1, description="photos that are looked at for a person")
    alarm_per_citizen_day: int = Field(20, ge=1, description="guesses of one person that raise the alarm")
    alarm_of_all_hour: int = Field(200, ge=1, description="guesses of all people together that raise the alarm")
    relative_days: int = Field(30, ge=1, description="how long a relative's dossier stays linked")
    shared_phone_owners: int = Field(20, ge=0, description="a phone of more owners is never linked as a whole; 0: any")
    proof_seconds: float = Field(1800, gt=0, description="how long a proof may be used for the phone's other dossiers")
