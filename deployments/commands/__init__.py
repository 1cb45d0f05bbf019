"""The commands of `afstem`, one file a command; what they share is how they tell (`telling.py`, `typed.py`).

Each imports what is heavy (the store, the books, Prefect) where it is used, so that `afstem --help` answers at once.
"""
