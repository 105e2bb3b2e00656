"""The domain: which event came, what it means, what to say, to whom and through which channel."""
