"""What late work is worth, to the second, and across the days on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.scoring.late_policy import Attempt, LatePolicy, day_end, weigh

BERLIN = "Europe/Berlin"
SECOND = timedelta(seconds=1)


def at(text, zone=BERLIN, fold=0):
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return wall.astimezone(UTC)


def policy(due="2026-11-02T17:00", **rules):
    return LatePolicy(BERLIN, at(due), **rules)


def test_without_a_due_time_nothing_is_late():
    worth = LatePolicy(BERLIN, penalty=0.5).worth(at("2030-01-01T00:00"))
    assert (worth.kept, worth.late, worth.days_late) == (1.0, False, 0)


def test_the_due_second_itself_is_in_time_and_the_next_one_is_a_day_late():
    rules = policy(penalty=0.1)
    assert not rules.worth(at("2026-11-02T17:00")).late
    assert rules.worth(at("2026-11-02T17:00") + SECOND).days_late == 1


def test_work_came_in_the_whole_second_that_its_receipt_shows():
    rules = policy(penalty=0.1, cut_off_at=at("2026-11-04T17:00"))
    within = timedelta(microseconds=999_999)
    assert not rules.is_late(at("2026-11-02T17:00") + within)
    assert rules.days_late(at("2026-11-03T17:00") + within) == 1
    assert not rules.is_cut_off(at("2026-11-04T17:00") + within)
    assert rules.is_cut_off(at("2026-11-04T17:00") + SECOND)


def test_grace_is_in_time_and_after_it_the_day_counts_from_the_due_time():
    rules = policy(penalty=0.1, grace=timedelta(minutes=15))
    assert rules.days_late(at("2026-11-02T17:15")) == 0
    assert rules.days_late(at("2026-11-02T17:15") + SECOND) == 1
    assert rules.days_late(at("2026-11-03T17:00")) == 1
    assert rules.days_late(at("2026-11-03T17:00") + SECOND) == 2


def test_a_grace_of_more_than_a_day_ends_on_the_second_day_late():
    rules = policy(grace=timedelta(hours=30))
    assert rules.days_late(at("2026-11-03T23:00")) == 0
    assert rules.days_late(at("2026-11-03T23:00") + SECOND) == 2


@pytest.mark.parametrize(
    ("days", "kept"), [(0, 1.0), (1, 0.8), (2, 0.6), (4, 0.2), (5, 0.0), (9, 0.0)]
)
def test_each_day_costs_its_share_and_no_score_falls_below_zero(days, kept):
    rules = policy(penalty=0.2)
    assert rules.worth(day_end(rules.due_at, days, BERLIN)).kept == kept


def test_three_tenths_are_three_tenths():
    assert policy(penalty=0.1).worth(at("2026-11-05T16:00")).kept == 0.7


def test_late_days_are_spent_before_points_and_no_more_than_needed():
    rules = policy(penalty=0.1)
    two_late = at("2026-11-04T12:00")
    worth = rules.worth(two_late, late_days=1)
    assert (worth.kept, worth.days_late, worth.late_days_used) == (0.9, 2, 1)
    assert rules.worth(two_late, late_days=5).late_days_used == 2
    assert rules.worth(two_late, late_days=-1).late_days_used == 0


def test_no_late_day_is_spent_where_lateness_costs_nothing_or_nothing_counts():
    free = policy().worth(at("2026-11-04T12:00"), late_days=3)
    assert (free.kept, free.late, free.late_days_used) == (1.0, True, 0)
    rules = policy(penalty=0.1, cut_off_at=at("2026-11-03T17:00"))
    cut = rules.worth(at("2026-11-03T17:00") + SECOND, late_days=3)
    assert (cut.kept, cut.late_days_used) == (0.0, 0)
    assert rules.worth(at("2026-11-03T17:00")).kept == 0.9


def test_an_extension_moves_the_due_time_and_the_cut_off_with_it():
    rules = policy(penalty=0.1, cut_off_at=at("2026-11-04T17:00")).extended(at("2026-11-05T17:00"))
    assert not rules.is_late(at("2026-11-05T17:00"))
    assert rules.worth(at("2026-11-07T17:00")).kept == 0.8
    assert rules.worth(at("2026-11-07T17:00") + SECOND).kept == 0.0


def test_an_extension_to_an_earlier_moment_takes_no_cut_off_away():
    rules = policy(cut_off_at=at("2026-11-04T17:00")).extended(at("2026-11-01T17:00"))
    assert rules.cut_off_at == at("2026-11-04T17:00")


def test_the_day_on_which_clocks_go_back_has_twenty_five_hours():
    due = at("2026-10-24T17:00")
    end = day_end(due, 1, BERLIN)
    assert end - due == timedelta(hours=25)
    rules = LatePolicy(BERLIN, due)
    assert rules.days_late(due + timedelta(hours=25)) == 1
    assert rules.days_late(due + timedelta(hours=25) + SECOND) == 2


def test_the_day_on_which_clocks_go_forward_has_twenty_three_hours():
    due = at("2026-03-28T17:00")
    assert day_end(due, 1, BERLIN) - due == timedelta(hours=23)
    rules = LatePolicy(BERLIN, due)
    assert rules.days_late(due + timedelta(hours=23)) == 1
    assert rules.days_late(due + timedelta(hours=23) + SECOND) == 2


def test_a_day_that_would_end_at_a_time_left_out_ends_as_much_later():
    assert day_end(at("2026-03-28T02:30"), 1, BERLIN) == at("2026-03-29T03:30")
    assert day_end(at("2026-03-28T02:30"), 2, BERLIN) == at("2026-03-30T02:30")


def test_a_day_that_would_end_at_a_time_shown_twice_ends_at_the_later_one():
    assert day_end(at("2026-10-24T02:30"), 1, BERLIN) == at("2026-10-25T02:30", fold=1)


def test_a_due_time_that_is_shown_twice_stays_the_one_it_is():
    first = at("2026-10-25T02:30", fold=0)
    assert day_end(first, 0, BERLIN) == first
    assert LatePolicy(BERLIN, first).is_late(at("2026-10-25T02:30", fold=1))


def test_grace_is_elapsed_time_when_the_clocks_change():
    rules = LatePolicy(BERLIN, at("2026-10-25T02:45", fold=0), grace=timedelta(minutes=30))
    assert not rules.is_late(at("2026-10-25T02:15", fold=1))
    assert rules.is_late(at("2026-10-25T02:16", fold=1))


@pytest.mark.parametrize(
    "zone", [BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
)
def test_days_late_fit_between_their_ends_on_every_day_of_a_year(zone):
    due = at("2026-01-01T02:30", zone)
    rules = LatePolicy(zone, due)
    for days in range(1, 366):
        end = day_end(due, days, zone)
        assert (rules.days_late(end), rules.days_late(end + SECOND)) == (days, days + 1)


def attempt(number, score, *, days=0, fixed=False):
    due = at("2026-11-02T17:00")
    return Attempt(number, due + timedelta(days=days) - SECOND, score, fixed)


def counting(found):
    (one,) = [judged for judged in found if judged.counts]
    return one


def test_the_best_is_what_is_worth_most_after_the_penalty():
    found = weigh(
        policy(penalty=0.3),
        [attempt(1, 15.0), attempt(2, 20.0, days=1)],
        last_counts=False,
        late_days=0,
    )
    assert counting(found).attempt.number == 1
    assert [judged.worth.kept for judged in found] == [1.0, 0.7]


def test_among_equals_the_earliest_counts():
    found = weigh(policy(), [attempt(2, 9.0), attempt(1, 9.0)], last_counts=False, late_days=0)
    assert counting(found).attempt.number == 1


def test_the_last_one_graded_counts_where_the_rule_says_so():
    tries = [attempt(1, 9.0), attempt(2, 4.0), attempt(3, None)]
    assert counting(weigh(policy(), tries, last_counts=True, late_days=0)).attempt.number == 2


@pytest.mark.parametrize("last", [True, False])
def test_until_one_is_graded_the_first_counts(last):
    tries = [attempt(1, None), attempt(2, None)]
    assert counting(weigh(policy(), tries, last_counts=last, late_days=0)).attempt.number == 1
    assert weigh(policy(), [], last_counts=last, late_days=0) == []


def test_a_score_that_staff_set_as_the_whole_is_kept_as_it_stands():
    found = weigh(
        policy(penalty=0.5, cut_off_at=at("2026-11-03T00:00")),
        [attempt(1, 12.0, days=3, fixed=True)],
        last_counts=False,
        late_days=2,
    )
    worth = counting(found).worth
    assert (worth.kept, worth.late, worth.days_late, worth.late_days_used) == (1.0, True, 3, 0)


def test_late_days_are_spent_only_where_they_save_points():
    rules = policy(penalty=0.5)
    hopeless = rules.worth(at("2026-11-08T12:00"), late_days=3)
    assert (hopeless.kept, hopeless.days_late, hopeless.late_days_used) == (0.0, 6, 0)
    (refused,) = weigh(
        rules, [Attempt(1, at("2026-11-03T12:00"), None)], last_counts=False, late_days=2
    )
    assert refused.worth.late_days_used == 0


def test_an_attempt_after_the_cut_off_takes_nothing_from_the_last_one_before():
    rules = policy(cut_off_at=at("2026-11-04T17:00"))
    times = (at("2026-11-02T12:00"), at("2026-11-03T12:00"), at("2026-11-05T12:00"))
    attempts = [Attempt(number, time, 3.0) for number, time in enumerate(times, 1)]
    judged = weigh(rules, attempts, last_counts=True, late_days=0)
    assert [one.counts for one in judged] == [False, True, False]
    only = weigh(rules, attempts[2:], last_counts=True, late_days=0)
    assert [one.counts for one in only] == [True]
