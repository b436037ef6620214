"""A roster by program: what it would change, and taking it in."""

from __future__ import annotations

from flask import abort, request

from webapp.api.operations import operation
from webapp.base.database import db
from webapp.courses.access import for_roles
from webapp.models import Enrolment, Role
from webapp.people.as_json import handed_out
from webapp.people.link_operations import links_for
from webapp.people.links import HandedOut, hand_out
from webapp.roster import operations
from webapp.roster.operations import Taken
from webapp.roster.plan import Line, Plan
from webapp.roster.reading import Choice, Roster, named_columns, read_roster, uploaded_roster
from webapp.roster.schemas import RosterImported, RosterLine, RosterMissing, RosterQuery
from webapp.roster.text import RosterError
from webapp.site.uploads import FileRefused


@operation(
    "POST",
    "/courses/<slug>/staff/roster",
    summary="Take in a roster, whatever wrote it: who is new, changed or missing, all or nothing",
    scopes=("manage",),
    query=RosterQuery,
    file="roster",
    answers={200: RosterImported},
    errors=(409, 422),
)
@for_roles(Role.INSTRUCTOR)
def import_roster(enrolment: Enrolment, query: RosterQuery) -> RosterImported:
    try:
        upload = uploaded_roster(request.files.get("roster"))
        named = named_columns([line for line in query.columns.splitlines() if line.strip()])
        roster = read_roster(upload.data, upload.filename, Choice(query.encoding, named=named))
        people = roster.people()
        plan = operations.plan_of(db.session, enrolment, people)
        if query.dry_run:
            return _answer(roster, plan, None, HandedOut(0, 0, (), ()))
        taken = operations.take_roster(
            db.session,
            enrolment,
            people,
            digest=plan.digest,
            remove=None if query.remove_missing else (),
            leave_conflicts=query.leave_conflicts,
        )
    except operations.RosterChanged as error:
        abort(409, str(error))
    except (FileRefused, RosterError) as error:
        abort(422, str(error))
    invited = links_for(db.session, taken.people)
    return _answer(roster, plan, taken, hand_out(db.session, enrolment, invited))


def _answer(roster: Roster, plan: Plan, taken: Taken | None, handed: HandedOut) -> RosterImported:
    done = taken or Taken(
        len(plan.new),
        len(plan.changed) + len(plan.same),
        len(plan.changed),
        0,
        len(plan.conflicts),
        (),
    )
    return RosterImported(
        **handed_out(handed),
        done=taken is not None,
        enrolled=done.enrolled,
        known=done.known,
        changed=done.changed,
        removed=done.removed,
        left_out=done.left_out,
        encoding=roster.encoding_words,
        columns=list(roster.columns),
        lines=[_line(line) for line in plan.lines if line.kind != "same"],
        missing=[RosterMissing(p.user_id, p.details.name, p.details.email) for p in plan.missing],
    )


def _line(line: Line) -> RosterLine:
    return RosterLine(
        list(line.lines),
        line.kind,
        line.user_id,
        line.details.name,
        line.details.email,
        line.by,
        [change.words for change in line.changes],
        list(line.notes),
        line.fault,
    )
