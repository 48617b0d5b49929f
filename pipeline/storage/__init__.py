"""Where bytes are kept: the object store's implementations, their keys, and the private staging area."""
