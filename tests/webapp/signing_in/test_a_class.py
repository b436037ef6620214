"""A class that signs in together."""

from tests.webapp.signing_in.trying import ADA
from webapp.signing_in.gate import Gates
from webapp.signing_in.trying import PasswordTry


def test_a_class_behind_one_address_meets_no_limit(session):
    """300 students within a minute, each of whom mistypes twice before."""
    gates = Gates(16)
    for number in range(300):
        each = PasswordTry("secret", f"s{number}@example.edu", "192.0.2.1")
        for _ in range(3):
            with each.made(session, gates):
                pass
        each.succeeded(session)
    with PasswordTry("secret", ADA, "192.0.2.1").made(session, gates):
        pass
