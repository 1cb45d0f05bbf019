"""Messages between us and the worker that knows the official rules: each after its length in four bytes."""

import struct
from typing import IO

LENGTH = struct.Struct(">I")


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next message; None where there will be none any more."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    body = stream.read(LENGTH.unpack(head)[0])
    return body if len(body) == LENGTH.unpack(head)[0] else None


def write_frame(stream: IO[bytes], body: bytes) -> None:
    """One message, sent at once."""
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()
