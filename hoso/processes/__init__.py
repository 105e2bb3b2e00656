"""One composition root per process kind: the only places that put doors, domain and storage together."""
