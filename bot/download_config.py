"""What may be downloaded; apart from bot/downloads.py, so that reading the settings needs no HTTP client."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class DownloadConfig(BaseModel):
    """What may be downloaded."""

    model_config = ConfigDict(frozen=True)

    max_bytes: int = Field(10 * 1024 * 1024, gt=0, description="of one file")
    total_seconds: float = Field(15, gt=0, description="for everything, redirects included")
    together_seconds: float = Field(25, gt=0, description="for all pictures of one message, and looking at them")
    connect_seconds: float = Field(5, gt=0, description="for one connection")
    max_redirects: int = Field(3, ge=0)
    schemes: frozenset[str] = Field(frozenset({"https"}), description="http too where the platform needs it")
    ports: frozenset[int] = Field(frozenset({80, 443}), description="no other port is knocked at")
    trusted_origins: frozenset[str] = Field(
        frozenset(), description="host:port that may be private: the emulator's, while it stands in for the platform"
    )
