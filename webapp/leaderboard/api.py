"""The leaderboard, by program: the same as its page shows and does."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import STAFF_PATH, operation
from webapp.base.database import Missing, db
from webapp.courses.access import EVERYONE, assignment_in, for_roles
from webapp.leaderboard import operations, queries
from webapp.leaderboard.alias import AliasRefused
from webapp.leaderboard.operations import BoardRefused
from webapp.leaderboard.ranking import Place
from webapp.leaderboard.schemas import LeaderboardInfo, NewAlias, PlaceInfo
from webapp.models import BoardState, CourseAssignment, Enrolment, Role

_PATH = "/courses/<slug>/assignments/<name>/leaderboard"
_OF_STAFF = f"{STAFF_PATH}/assignments/<name>/leaderboard"


@operation(
    "GET",
    _PATH,
    summary="The ranks under aliases, once staff opened the leaderboard",
    scopes=("read",),
    answers={200: LeaderboardInfo},
)
@for_roles(*EVERYONE)
def leaderboard(enrolment: Enrolment, name: str) -> LeaderboardInfo:
    return _told(enrolment, assignment_in(enrolment, name))


@operation(
    "POST",
    f"{_PATH}/join",
    summary="Take part in a leaderboard, or change one's alias",
    scopes=("submit",),
    body=NewAlias,
    answers={200: LeaderboardInfo},
)
@for_roles(Role.STUDENT)
def join_leaderboard(enrolment: Enrolment, name: str, body: NewAlias) -> LeaderboardInfo:
    item = assignment_in(enrolment, name)
    try:
        operations.join(db.session, item, enrolment.user_id, body.alias)
    except AliasRefused as error:
        abort(422, str(error))
    return _told(enrolment, item)


@operation(
    "POST",
    f"{_PATH}/leave",
    summary="Take no part in a leaderboard any more",
    scopes=("submit",),
    answers={200: LeaderboardInfo},
)
@for_roles(Role.STUDENT)
def leave_leaderboard(enrolment: Enrolment, name: str) -> LeaderboardInfo:
    item = assignment_in(enrolment, name)
    operations.leave(db.session, item, enrolment.user_id)
    state = queries.state_of(db.session, item)
    if state not in queries.SHOWN:
        # Who took part may leave all the same, and is told no more than that it is not shown.
        return LeaderboardInfo(state, "", None, "", [], None, None, None)
    return _told(enrolment, item)


@operation(
    "POST",
    f"{_OF_STAFF}/open",
    summary="Show the leaderboard to students",
    scopes=("manage",),
    answers={200: LeaderboardInfo},
)
@for_roles(Role.INSTRUCTOR)
def open_leaderboard(enrolment: Enrolment, name: str) -> LeaderboardInfo:
    item = assignment_in(enrolment, name)
    operations.open_board(db.session, enrolment, item)
    return _told(enrolment, item)


@operation(
    "POST",
    f"{_OF_STAFF}/close",
    summary="Hide the leaderboard from students; who took part is remembered",
    scopes=("manage",),
    answers={200: LeaderboardInfo},
)
@for_roles(Role.INSTRUCTOR)
def close_leaderboard(enrolment: Enrolment, name: str) -> LeaderboardInfo:
    item = assignment_in(enrolment, name)
    operations.close_board(db.session, enrolment, item)
    return _told(enrolment, item)


@operation(
    "POST",
    f"{_OF_STAFF}/reveal",
    summary="Rank by the final rows, those attempts alone that were received by now",
    scopes=("manage",),
    answers={200: LeaderboardInfo},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def reveal_final_ranks(enrolment: Enrolment, name: str) -> LeaderboardInfo:
    item = assignment_in(enrolment, name)
    try:
        operations.reveal(db.session, enrolment, item)
    except BoardRefused as error:
        abort(409, str(error))
    return _told(enrolment, item)


@operation(
    "POST",
    f"{_OF_STAFF}/take-back",
    summary="Hide the final ranks again, and rank by the board's rows",
    scopes=("manage",),
    answers={200: LeaderboardInfo},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def take_back_final_ranks(enrolment: Enrolment, name: str) -> LeaderboardInfo:
    item = assignment_in(enrolment, name)
    try:
        operations.take_back(db.session, enrolment, item)
    except BoardRefused as error:
        abort(409, str(error))
    return _told(enrolment, item)


def _told(enrolment: Enrolment, item: CourseAssignment) -> LeaderboardInfo:
    board = queries.board_for(db.session, enrolment, item)
    if board is None:
        raise Missing
    entry = queries.entry_of(db.session, item, enrolment.user_id)
    final, staff = board.state == BoardState.FINAL, enrolment.is_staff
    return LeaderboardInfo(
        board.state,
        board.measured,
        entry.alias if entry else None,
        board.held.sentence(enrolment.course.time_zone) if board.held else "",
        [_place(each, enrolment, final=final) for each in board.places],
        board.lacking if staff else None,
        board.elsewhere if staff else None,
        board.hidden if staff else None,
    )


def _place(place: Place, enrolment: Enrolment, *, final: bool) -> PlaceInfo:
    staff = enrolment.is_staff
    return PlaceInfo(
        place.rank,
        place.alias or None,
        place.value,
        place.final_rank,
        place.final,
        place.climbed if final and place.final_rank else None,
        place.user_id == enrolment.user_id,
        place.user_id if staff else None,
        place.name if staff else None,
    )
