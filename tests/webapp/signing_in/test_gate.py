"""Passwords are tried few at a moment, and nobody takes all the threads for it."""

import threading
import time
from dataclasses import astuple, replace

import pytest

from tests.webapp.graders import LIBRARY
from webapp import create_app
from webapp.signing_in.gate import Gate, Gates, NoPlace, Places


def crowd(gate: Gate, source: str, people: int, most: int, until: threading.Event):
    """So many at one moment; returns their threads, who were told that there is no place, and the
    most that were let through at once."""
    refused, inside, highest = [], [], []

    def come() -> None:
        try:
            with gate.enter(source, most=most):
                inside.append(1)
                highest.append(len(inside))
                until.wait(10)
                inside.pop()
        except NoPlace:
            refused.append(source)

    threads = [threading.Thread(target=come) for _ in range(people)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while len(refused) < people - most and time.monotonic() < deadline:
        time.sleep(0.01)
    return threads, refused, highest


def test_one_source_has_its_places_and_another_still_gets_one():
    gate, until = Gate(at_once=2, places=6), threading.Event()
    threads, refused, highest = crowd(gate, "flood", 40, 4, until)
    assert len(refused) == 36
    others, elsewhere, _ = crowd(gate, "class", 2, 2, until)
    assert elsewhere == []
    until.set()
    for thread in (*threads, *others):
        thread.join()
    assert max(highest) <= 2
    with gate.enter("flood", most=1):  # every place is free again
        pass
    assert not gate._inside


def test_no_more_wait_than_there_are_places():
    gate, until = Gate(at_once=1, places=3), threading.Event()
    threads, *_ = crowd(gate, "a", 5, 3, until)
    with pytest.raises(NoPlace), gate.enter("b", most=3):
        pass
    until.set()
    for thread in threads:
        thread.join()


def test_who_waits_too_long_is_told_so():
    gate = Gate(at_once=1, places=3, seconds=0.01)
    with gate.enter("a", most=3), pytest.raises(NoPlace), gate.enter("b", most=3):
        pass
    assert not gate._inside


def test_known_browsers_have_a_gate_of_their_own():
    gates = Gates(16)
    with gates.for_source("a", guesses=True):
        with gates.for_known("a browser"):
            pass
        with pytest.raises(NoPlace), gates.for_known("b"), gates.for_known("b"):
            pass


def test_a_source_that_guesses_has_fewer_places_than_another():
    places = Places.among(16)
    guesses = places.of_one_that_guesses
    assert guesses < places.of_one_source < places.strange
    gate, until = Gate(at_once=1, places=places.strange), threading.Event()
    threads, *_ = crowd(gate, "a", guesses, guesses, until)
    deadline = time.monotonic() + 10
    while gate._inside["a"] < guesses and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(NoPlace), gate.enter("a", most=guesses):
        pass
    until.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("threads", [1, 2, 4, 8, 16, 64, 256])
def test_signing_in_and_the_renderer_leave_threads_to_pages(threads):
    places = Places.among(threads)
    assert min(astuple(places)) >= 1
    assert places.of_one_that_guesses <= places.of_one_source <= places.strange
    assert places.strange + places.known <= max(2, threads // 2)


def test_the_service_tells_its_threads_to_whatever_waits_in_them(settings):
    app = create_app(replace(settings, threads=8), library=LIBRARY)
    assert app.extensions["heldout-gates"].places == Places.among(8)
    waiting = [app.extensions["heldout-renderings"].may_wait(account) for account in range(3)]
    assert [each.__enter__() for each in waiting] == [True, True, False]
