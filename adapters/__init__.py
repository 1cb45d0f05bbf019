"""The outside world in our words: webshops, accounting systems, the store, the settings."""
