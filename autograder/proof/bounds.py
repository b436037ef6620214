"""How much of a question an adversary may earn: a fifth, or what the assignment excepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograder.assignment import Assignment

FIFTH = 0.2
_ROUNDING = 1e-9
# adversary -> question -> the share of its points that is earned, on average over seeds
Earned = Mapping[str, Mapping[str, float]]


def too_much(assignment: Assignment, adversary: str, earned: Mapping[str, float]) -> Iterator[str]:
    """What an adversary earned beyond its bounds, question by question."""
    for question, share in earned.items():
        bound = bound_of(assignment, adversary, question)
        if share > bound + _ROUNDING:
            yield f"earns {share:.0%} of {question}, at most {bound:.0%} expected"


def bound_of(assignment: Assignment, adversary: str, question: str) -> float:
    """The share of the question's points that the adversary may earn."""
    return max(
        [FIFTH]
        + [
            each.bound
            for each in assignment.exceptions
            if each.question == question and adversary in each.adversaries
        ]
    )


def needless(assignment: Assignment, earned: Earned) -> Iterator[str]:
    """Exceptions that nothing needs: of an adversary that earned no more than everywhere."""
    for each in assignment.exceptions:
        for adversary in each.adversaries:
            if adversary not in earned:
                yield f"there is no adversary {adversary!r} (exception for {each.question})"
            elif earned[adversary].get(each.question, 0.0) <= FIFTH + _ROUNDING:
                yield f"{adversary} needs no exception for {each.question}"
