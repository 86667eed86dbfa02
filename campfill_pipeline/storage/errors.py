"""What can be wrong with an object store, in words.

Belongs here: the errors of this room. Does not belong here: recognising them (`objects`).
"""

from campfill_pipeline.domain.errors import CampfillError


class StorageError(CampfillError):
    """The object store did not do what was asked."""


class NoSuchObjectError(StorageError):
    """An object is not there. Carries its key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"The object store has no “{key}”.", "Put it back from a copy, if it counts.")


class ChangedObjectError(StorageError):
    """An object is not any more the one that was seen. Carries its key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"“{key}” was put anew meanwhile.", "It is read at the next look.")


class NoStorageInstalledError(StorageError):
    """CAMPFILL_STORAGE_URL is set, and the package that speaks with object stores is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "CAMPFILL_STORAGE_URL is set, but the package that speaks with object stores is missing.",
            "Install it: pip install 'campfill[scale]'",
        )
