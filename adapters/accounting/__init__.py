"""The books, one module a system: each fulfils `domain.ports.Accounting` and passes the suite of `tests/contract`."""
