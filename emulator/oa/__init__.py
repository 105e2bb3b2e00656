"""The Official Account's Open API (docs: zalo 4, 5). `routes.py` lists what is there, one module a family."""
