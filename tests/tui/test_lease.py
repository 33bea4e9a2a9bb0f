"""A lease: what is used stays open, and is closed once, by whoever is last."""

import logging

import pytest

from annotat3d_tui.errors import Cancelled, CannotWrite
from annotat3d_tui.tui.lease import Lease


def test_the_last_one_closes_and_only_once() -> None:
    closed: list[str] = []
    lease = Lease(lambda: closed.append("closed"))
    with lease.used():
        with lease.used():
            lease.end()
            lease.end()
        assert closed == []
    assert closed == ["closed"]
    lease.end()
    assert closed == ["closed"]


def test_what_was_given_up_is_not_used_again() -> None:
    lease = Lease(lambda: None)
    lease.end()
    with pytest.raises(Cancelled, match="was closed before this was done; nothing was changed"), lease.used():
        pytest.fail("it was used")


def test_a_workspace_that_cannot_be_closed_well_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def full() -> None:
        raise CannotWrite("the disk is full: make room.")

    with caplog.at_level(logging.ERROR):
        Lease(full).end()
    assert "CannotWrite: the disk is full: make room." in caplog.text
