"""The course's lists by program: papers, examples, the running order, kept replies, and the log."""

from __future__ import annotations

from flask import abort

from webapp.api.operations import operation
from webapp.api.schemas import moment
from webapp.audit import log as audit_log
from webapp.audit.log import LogFilters, between_days, day_of
from webapp.base.database import db
from webapp.courses.access import STAFF, for_roles
from webapp.models import Enrolment, Role
from webapp.presentations import day as presentations
from webapp.presentations.pages import draw_order, move_team
from webapp.results import kept_replies
from webapp.results.schemas import Kept
from webapp.written import schemas
from webapp.written.examples import Example, ExamplesError, as_text, examples_of
from webapp.written.lists_pages import change_papers, change_proposals
from webapp.written.papers import PaperListError, suggested
from webapp.written.proposal_pages import proposal_in

_STAFF = "/courses/<slug>/staff"
_PAPERS, _EXAMPLES = f"{_STAFF}/papers", f"{_STAFF}/examples"
_ORDER, _REPLIES = f"{_STAFF}/presentations/order", f"{_STAFF}/replies"
_PAGE_ROWS = 100


@operation(
    "GET",
    _PAPERS,
    summary="The papers that students are suggested for the review",
    scopes=("read",),
    answers={200: schemas.Papers},
)
@for_roles(*STAFF)
def suggested_papers(enrolment: Enrolment) -> schemas.Papers:
    return schemas.Papers(suggested(db.session, enrolment.course_id))


@operation(
    "POST",
    _PAPERS,
    summary="Suggest other papers; what students chose already stays",
    scopes=("manage",),
    body=schemas.Papers,
    answers={200: schemas.Papers},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def suggest_papers(enrolment: Enrolment, body: schemas.Papers) -> schemas.Papers:
    try:
        change_papers(enrolment, "\n".join(map(_on_one_line, body.papers)), by="API")
    except PaperListError as error:
        db.session.rollback()
        abort(409, str(error))
    return schemas.Papers(suggested(db.session, enrolment.course_id))


@operation(
    "GET",
    _EXAMPLES,
    summary="The examples of proposals that students see",
    scopes=("read",),
    answers={200: schemas.ExampleProposals},
)
@for_roles(*STAFF)
def example_proposals(enrolment: Enrolment) -> schemas.ExampleProposals:
    return _examples(enrolment)


def _examples(enrolment: Enrolment) -> schemas.ExampleProposals:
    found = examples_of(db.session, enrolment.course_id)
    return schemas.ExampleProposals(
        [schemas.ExampleProposal(each.title, each.text) for each in found]
    )


@operation(
    "POST",
    _EXAMPLES,
    summary="Show other examples of proposals",
    scopes=("manage",),
    body=schemas.ExampleProposals,
    answers={200: schemas.ExampleProposals},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def show_examples(enrolment: Enrolment, body: schemas.ExampleProposals) -> schemas.ExampleProposals:
    one_line = [
        Example(_on_one_line(each.title), _on_one_line(each.text)) for each in body.examples
    ]
    try:
        change_proposals(enrolment, as_text(one_line), by="API")
    except ExamplesError as error:
        db.session.rollback()
        abort(409, str(error))
    return _examples(enrolment)


def _on_one_line(text: str) -> str:
    """A text as a page's line, where anything that ends a line, as U+2028 does, begins the next."""
    return " ".join(text.split())


@operation(
    "GET",
    _ORDER,
    summary="Who presents in which order, and which teams have no place and what they lack",
    scopes=("read",),
    answers={200: schemas.RunningOrder},
)
@for_roles(*STAFF)
def running_order(enrolment: Enrolment) -> schemas.RunningOrder:
    return _order(enrolment)


@operation(
    "POST",
    f"{_ORDER}/draw",
    summary="Draw places for the eligible teams that have none; the others keep theirs",
    scopes=("manage",),
    answers={200: schemas.RunningOrder},
)
@for_roles(Role.INSTRUCTOR)
def draw_running_order(enrolment: Enrolment) -> schemas.RunningOrder:
    draw_order(enrolment, by="API")
    return _order(enrolment)


@operation(
    "POST",
    f"{_ORDER}/<int:proposal_id>/move",
    summary="Move a team in the order, into it or out of it",
    scopes=("manage",),
    body=schemas.Move,
    answers={200: schemas.RunningOrder},
    errors=(409,),
)
@for_roles(Role.INSTRUCTOR)
def move_in_order(
    enrolment: Enrolment, proposal_id: int, body: schemas.Move
) -> schemas.RunningOrder:
    proposal_in(enrolment, proposal_id)
    if not move_team(enrolment, proposal_id, body.where, by="API"):
        has = "has a place already" if body.where == "in" else "has no place in the order"
        abort(409, f"The team {has}, so it was not moved.")
    return _order(enrolment)


def _order(enrolment: Enrolment) -> schemas.RunningOrder:
    found = presentations.day(db.session, enrolment.course)
    return schemas.RunningOrder(
        [_place(slot) for slot in found.order], [_place(slot) for slot in found.others]
    )


def _place(slot: presentations.Slot) -> schemas.Place:
    return schemas.Place(
        slot.proposal.id,
        slot.proposal.team.name,
        title=slot.proposal.title,
        missing=[each.text for each in slot.conditions if each.state != "met"],
    )


@operation(
    "GET",
    _REPLIES,
    summary="The replies that staff keep for regrade requests",
    scopes=("read",),
    answers={200: schemas.Replies},
)
@for_roles(*STAFF)
def replies(enrolment: Enrolment) -> schemas.Replies:
    return _replies(enrolment)


def _replies(enrolment: Enrolment) -> schemas.Replies:
    found = kept_replies.of(db.session, enrolment.course)
    return schemas.Replies([schemas.Reply(each.id, each.title, each.text) for each in found])


@operation(
    "POST",
    _REPLIES,
    summary="Keep a reply for everyone on the staff",
    scopes=("grade",),
    body=schemas.NewReply,
    answers={201: schemas.Replies},
    errors=(409,),
)
@for_roles(*STAFF)
def keep_reply(enrolment: Enrolment, body: schemas.NewReply) -> tuple[schemas.Replies, int]:
    title, text = body.title.strip(), body.text.strip()
    if refusal := kept_replies.add(db.session, enrolment.course, title, text):
        abort(409, refusal)
    db.session.commit()
    return _replies(enrolment), 201


@operation(
    "POST",
    f"{_REPLIES}/<int:reply_id>/remove",
    summary="Forget a reply",
    scopes=("grade",),
    answers={200: Kept},
)
@for_roles(*STAFF)
def forget_reply(enrolment: Enrolment, reply_id: int) -> Kept:
    if not kept_replies.remove(db.session, enrolment.course, reply_id):
        abort(404)
    db.session.commit()
    return Kept(True)


@operation(
    "GET",
    f"{_STAFF}/log",
    summary="Who changed a score, a due time, a role or an extension, and why; newest first",
    scopes=("read",),
    query=schemas.LogQuery,
    answers={200: schemas.LogEntries},
)
@for_roles(Role.INSTRUCTOR)
def log(enrolment: Enrolment, query: schemas.LogQuery) -> schemas.LogEntries:
    try:
        since, until = day_of(query.since), day_of(query.until)
    except ValueError as error:
        abort(422, f"The query does not fit: {error}.")
    filters = LogFilters(
        query.kind,
        query.who,
        query.search.strip(),
        **between_days(since, until, enrolment.course.time_zone),
    )
    listed = audit_log.log_page(
        db.session, enrolment.course, filters, page=query.page, rows=_PAGE_ROWS
    )
    shown = listed.entries if listed.page == query.page else ()
    return schemas.LogEntries(
        [
            schemas.LogEntry(
                moment(each.at) or "",
                each.user_id,
                each.who,
                action=each.action,
                subject=each.subject,
                reason=each.reason,
                detail=each.detail,
            )
            for each in shown
        ],
        listed.found,
    )
