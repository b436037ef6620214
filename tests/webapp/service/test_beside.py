"""What the web process does beside its pages goes on, whatever fails once."""

import threading

import pytest
import sqlalchemy as sa

from webapp.service.web import again


@pytest.mark.parametrize(
    "fault",
    [OSError("No space left on device"), sa.exc.OperationalError("SELECT 1", {}, Exception())],
)
def test_a_fault_is_said_and_it_is_tried_again(engine, caplog, fault):
    turns, went_on = iter((fault, None)), threading.Event()

    def work(session) -> None:
        session.execute(sa.select(1))
        if (fails := next(turns, None)) is not None:
            raise fails
        went_on.set()

    stop = again(engine, work, seconds=0.01, name="looking")
    assert went_on.wait(30)
    stop.set()
    assert "looking failed, and is tried again" in caplog.text
