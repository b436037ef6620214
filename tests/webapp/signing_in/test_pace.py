"""How long the next try has to wait, worked out by hand."""

import pytest

from webapp.signing_in import pace
from webapp.signing_in.pace import Growing, Level, Steady
from webapp.signing_in.trying import source_of

PAUSES = Growing(free=3, first=2.0, longest=60.0)
RATE = Steady(burst=5, hourly=60.0)


def in_vain(rule: pace.Pace, seconds: float) -> int:
    """How many tries somebody has within that time who never waits longer than they must."""
    level, clock, count = 0.0, 0.0, 0
    while clock <= seconds:
        level = rule.after(Level(level, 0.0))
        count += 1
        clock += rule.wait(Level(level, 0.0)) or 0.0
        if isinstance(rule, Steady):
            level -= rule.wait(Level(level, 0.0)) * rule.hourly / 3600
    return count


@pytest.mark.parametrize(
    ("level", "seconds_ago", "wait"),
    [
        (0, 0, 0),
        (2, 0, 0),
        (3, 0, 2),
        (4, 0, 4),
        (4, 1.5, 2.5),
        (7, 0, 32),
        (8, 0, 60),
        (5000, 0, 60),
    ],
)
def test_pauses_double_up_to_the_longest(level, seconds_ago, wait):
    assert PAUSES.wait(Level(level, seconds_ago)) == wait


def test_a_day_without_a_try_forgets_all():
    day = pace.FORGOTTEN_SECONDS
    assert PAUSES.after(Level(9, day - 1)) == 10
    assert PAUSES.after(Level(9, day)) == 1
    assert PAUSES.wait(Level(9, day)) == 0


def test_a_steady_rate_lets_a_burst_go_and_then_one_at_a_time():
    assert RATE.wait(Level(4, 0)) == 0
    assert RATE.wait(Level(5, 0)) == 60  # 1 too many at 60 an hour
    assert RATE.wait(Level(5, 45)) == pytest.approx(15)
    assert RATE.after(Level(5, 120)) == pytest.approx(4)
    assert RATE.after(Level(5, 1e9)) == 1


def test_the_numbers_that_the_documents_say():
    assert in_vain(pace.ACCOUNT_FROM_SOURCE, 900) <= 20
    a_day = in_vain(pace.ACCOUNT_FROM_SOURCE, 86400)
    assert a_day <= 120
    # One address never uses up what an account takes from everywhere.
    assert a_day - pace.ACCOUNT.hourly * 24 < pace.ACCOUNT.burst
    assert in_vain(pace.ACCOUNT, 86400) == pytest.approx(100 + 24 * 6, abs=2)


@pytest.mark.parametrize("rule", [v for v in vars(pace).values() if isinstance(v, Steady)])
def test_what_is_a_day_old_means_nothing(rule):
    assert rule.left(Level(rule.burst, pace.FORGOTTEN_SECONDS)) == 0


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_a_household_of_ipv6_is_one_source(address, source):
    assert source_of(address) == source
