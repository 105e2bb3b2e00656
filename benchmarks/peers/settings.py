"""What the peers' jobs are set up with, for them and for the report."""

CONNECTIONS = 20
"""Of httpx's asynchronous client, whose pool is slower with every connection: of 5, 10, 20 and 100 it sent the most
with 20."""
