"""Everything that can go wrong, as one tree. Each error tells its reader what to do next, in Vietnamese.

    VanKhoError                    exit 1, HTTP 500
    ├── UsageError                 exit 2, HTTP 422   the asker must change the request
    │   ├── SettingsError                             a setting is misspelt or impossible
    │   └── OrganisationError                         the organisation file has faults
    ├── NotFoundError              exit 1, HTTP 404   missing, or hidden from this reader: the same
    ├── NotAllowedError            exit 1, HTTP 403   may be seen but not done by this person
    ├── StaleError                 exit 1, HTTP 409   what it is about has changed since it was looked at
    ├── NotSignedInError           exit 1, HTTP 401
    │   └── SecondFactorNeededError                   the password is right; the second factor's code is needed too
    ├── TooManyAttemptsError       exit 1, HTTP 429   somebody tries passwords, and has to wait
    ├── UnavailableError           exit 1, HTTP 503   a store, index or program cannot be used now
    │   ├── StorageFullError                          no space left where the store or staging lies
    │   ├── BusyError                                 somebody else holds the lock
    │   └── MissingProgramError                       Tesseract or its language is not installed
    ├── FileRefusedError           (a file's result)  the file cannot be taken in; carries its reason
    ├── UnscreenedError            (a file's result)  a page of it could not be looked at for secrecy marks
    ├── PageFailedError            (a page's result)  the page cannot be read; carries its reason
    ├── StoppedError               (the run's end)    the run was asked to stop; the next one goes on
    ├── ObjectMissingError                            a key is not in the object store
    ├── ObjectConflictError                           a key is there already with other bytes
    └── CorruptObjectError                            bytes do not match their recorded hash

Vendor errors are translated into these at the edge that meets the vendor, with `from`.
"""


class VanKhoError(Exception):
    """Base of all our errors. The message is for people and says what to do."""

    exit_code = 1
    http_status = 500


class UsageError(VanKhoError):
    """The request itself is wrong and must be changed by whoever asks."""

    exit_code = 2
    http_status = 422


class SettingsError(UsageError):
    """A setting is unknown or has an impossible value."""


class OrganisationError(UsageError):
    """The organisation file has faults; nothing of it was imported."""


class NotFoundError(VanKhoError):
    """There is no such thing, or none that this reader may know of: the two must look the same."""

    http_status = 404


class NotAllowedError(VanKhoError):
    """The person may see it but may not do this to it."""

    http_status = 403


class StaleError(VanKhoError):
    """What the person wants to change has changed since they looked at it; nothing was done."""

    http_status = 409


class NotSignedInError(VanKhoError):
    """Nobody is signed in, or the name and password do not match."""

    http_status = 401


class SecondFactorNeededError(NotSignedInError):
    """The name and password match; the code of the second factor is needed too."""


class TooManyAttemptsError(VanKhoError):
    """Too many attempts have failed; in `retry_seconds` they are heard again."""

    http_status = 429

    def __init__(self, message: str, *, retry_seconds: int) -> None:
        """Say so, and for how long."""
        super().__init__(message)
        self.retry_seconds = retry_seconds


class UnavailableError(VanKhoError):
    """Something we need (store, index, catalogue, program) cannot be used now."""

    http_status = 503


class StorageFullError(UnavailableError):
    """The disk is full; nothing was half-kept."""


class BusyError(UnavailableError):
    """Somebody else holds the lock."""


class MissingProgramError(UnavailableError):
    """A program or its data is not installed; the message has the command that installs it."""


class FileRefusedError(VanKhoError):
    """A file cannot be taken in. `code` is a short English slug for programs, the message is the reason."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both as arguments, so that the error survives the way out of a worker process."""
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        """The reason alone."""
        return self.message


class UnscreenedError(VanKhoError):
    """A page of the file could not be looked at for secrecy marks, so the file is not kept."""


class StoppedError(VanKhoError):
    """The run was asked to stop. What was begun waits in staging for the next one."""


class PageFailedError(VanKhoError):
    """A page cannot be read; the message is the reason."""


class ObjectMissingError(VanKhoError):
    """The object store has no such key."""

    http_status = 404


class ObjectConflictError(VanKhoError):
    """The key exists with other bytes; nothing was overwritten."""


class CorruptObjectError(VanKhoError):
    """Stored bytes do not match the hash they were stored under."""
