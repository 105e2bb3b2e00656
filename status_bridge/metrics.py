"""Counters of the bridge; labels hold no personal data."""

from prometheus_client import Counter

EVENTS = Counter("hoso_events_total", "Dossier events offered, by outcome.", ["outcome"])
ANOMALIES = Counter("hoso_event_anomalies_total", "Events whose step the transition matrix does not know.")
DEAD_LETTERS = Counter("hoso_events_dead_total", "Stream entries moved to hoso:events:dead.")
