"""The officers' console: server-rendered pages under `/console/`."""
