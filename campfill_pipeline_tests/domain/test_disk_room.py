"""A full disk is told from other faults, whoever met it."""

from __future__ import annotations

import errno

from psycopg import errors

from campfill_pipeline.domain.disk_room import is_disk_full


def test_files_quotas_and_the_database_may_be_out_of_room() -> None:
    assert is_disk_full(OSError(errno.ENOSPC, "No space left on device"))
    assert is_disk_full(OSError(errno.EDQUOT, "Disk quota exceeded"))
    assert is_disk_full(errors.DiskFull("could not extend file"))
    assert not is_disk_full(PermissionError(errno.EACCES, "Permission denied"))
    assert not is_disk_full(ValueError("full"))


def test_what_is_wrapped_in_another_fault_is_found() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise RuntimeError("could not write") from error
    except RuntimeError as error:
        assert is_disk_full(error)
