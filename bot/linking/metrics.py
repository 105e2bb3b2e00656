"""What linking counts; no label holds anything personal."""

from prometheus_client import Counter

CODES = Counter("hoso_linking_codes", "One-time codes asked for", ["purpose", "outcome"])
TRIES = Counter("hoso_linking_tries", "One-time codes typed in", ["outcome"])
LOOKUPS = Counter("hoso_linking_lookups", "Dossiers asked about that are not linked", ["outcome"])
GUESSING = Counter("hoso_linking_guessing", "Alarms: somebody seems to guess", ["scope"])
PHOTOS = Counter("hoso_linking_photos", "Photos looked at", ["outcome"])
