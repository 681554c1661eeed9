"""Memory check: whether an allocation would succeed, asked before work whose native code ends the process where it does not."""

import mmap
from typing import Final

#: Bytes that must be free at any time, so that small allocations succeed everywhere.
RESERVE: Final = 16 << 20

#: Bytes that reading a page takes: for each byte of it, and for each tag. Measured: up to 14, and up to 2,000.
_A_BYTE: Final = 16
_A_TAG: Final = 2_000


def require_memory(size: int) -> None:
    """Raises MemoryError where `size` bytes cannot be had now. They are not touched, so asking costs two system calls."""
    try:
        mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except OSError as error:
        raise MemoryError(f"not enough memory: {size >> 20} MiB are not free") from error


def require_memory_to_read(body: bytes) -> None:
    """Raises MemoryError where there is not enough memory to read a page of this body and to go on."""
    require_memory(RESERVE + _A_BYTE * len(body) + _A_TAG * body.count(b"<"))
