"""Similarity reports, by program."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import operation
from webapp.base.database import db
from webapp.courses.access import assignment_in, for_roles
from webapp.models import Enrolment, ReportState, Role, SimilarityReport
from webapp.similarity import operations
from webapp.similarity import reports as similarity_reports
from webapp.similarity.operations import SimilarityRefused
from webapp.similarity.schemas import NewSimilarity, SimilarityInfo, SimilarPairInfo

_SIMILARITY = "/courses/<slug>/staff/assignments/<name>/similarity"
_MOST_ROWS = 200


@operation(
    "GET",
    _SIMILARITY,
    summary="The newest comparison of the class: how far it is, and its pairs",
    scopes=("read",),
    answers={200: SimilarityInfo},
)
@for_roles(Role.INSTRUCTOR)
def similarity(enrolment: Enrolment, name: str) -> SimilarityInfo:
    found = similarity_reports.latest_report(db.session, assignment_in(enrolment, name))
    return _info(found) if found is not None else abort(404)


@operation(
    "POST",
    _SIMILARITY,
    summary="Compare the class's notebooks; a worker does it",
    scopes=("grade",),
    body=NewSimilarity,
    answers={201: SimilarityInfo},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def start_similarity(
    enrolment: Enrolment, name: str, body: NewSimilarity
) -> tuple[SimilarityInfo, int]:
    assignment = assignment_in(enrolment, name)
    try:
        started = operations.compare_notebooks(
            db.session, enrolment, assignment, all_attempts=body.all_attempts
        )
    except SimilarityRefused as error:
        abort(409, str(error))
    return _info(started), 201


@operation(
    "POST",
    f"{_SIMILARITY}/cancel",
    summary="Stop the comparison that is being made",
    scopes=("grade",),
    answers={200: SimilarityInfo},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def cancel_similarity(enrolment: Enrolment, name: str) -> SimilarityInfo:
    assignment = assignment_in(enrolment, name)
    try:
        stopped = operations.cancel_comparison(db.session, enrolment, assignment)
    except SimilarityRefused as error:
        abort(409, str(error))
    return _info(stopped)


def _info(report: SimilarityReport) -> SimilarityInfo:
    pairs = []
    if report.state == ReportState.DONE:
        listed = similarity_reports.pairs_of(db.session, report, page=1, rows=_MOST_ROWS)
        pairs = [
            SimilarPairInfo(
                left=pair.left_id,
                right=pair.right_id,
                left_user=pair.left.user_id,
                right_user=pair.right.user_id,
                figure=pair.figure,
                shared=pair.shared,
                same_team=pair.id in listed.team_mates,
            )
            for pair in listed.pairs
        ]
    return SimilarityInfo(
        state=report.state,
        all_attempts=report.all_attempts,
        done=report.done,
        total=report.total,
        error=report.error,
        pairs=pairs,
    )
