"""The usual ways to send a message a job: each of them one POST a message over the same Valkey, and nothing more."""
