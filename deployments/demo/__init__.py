"""The demo: a small Danish coffee and tableware shop of our own making, and the books that it already has."""
