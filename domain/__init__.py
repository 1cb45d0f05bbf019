"""The rules of the business, pure: nothing here opens a file, a socket or a database."""
