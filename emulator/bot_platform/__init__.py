"""The Zalo Bot Platform: another product, with a token in the path (docs: zalo 8)."""
