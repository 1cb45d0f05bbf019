"""Other systems on loopback, as they really behave."""
