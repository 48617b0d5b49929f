"""A random key of the installation in a file for its owner alone, made on first use."""

import os
from collections.abc import Callable
from pathlib import Path

from pipeline.storage.local import storage_errors


def key_in(file: Path, make: Callable[[], bytes]) -> bytes:
    """The key in this file. It is linked to its name whole, so that two first starts agree on one."""
    with storage_errors():
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = file.with_name(f".{file.name}-{os.getpid()}")
            temporary.touch(mode=0o600)
            temporary.write_bytes(make())
            try:
                os.link(temporary, file)
            except FileExistsError:
                pass  # another process made it first: use that one
            finally:
                temporary.unlink()
        return file.read_bytes()
