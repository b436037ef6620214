"""Sample teams, proposals and paper reviews, some of them scored."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.base.printed_length import printed_pages
from webapp.demo.slides import slide_pdf
from webapp.grading.library import GraderLibrary
from webapp.models import (
    BankComment,
    Course,
    Enrolment,
    ManualGrade,
    PaperReview,
    Proposal,
    Reading,
    User,
)
from webapp.reading.keeping import give
from webapp.reading.kinds.answer import ANSWER, questions_of
from webapp.reading.kinds.kind import Place
from webapp.reading.kinds.review import REVIEW
from webapp.reading.queries import works
from webapp.rubrics.marks import Sent
from webapp.rubrics.names import Names
from webapp.site.uploads import Upload
from webapp.written import operations
from webapp.written.papers import PAPERS
from webapp.written.queries import draft_of, review_of, team_of
from webapp.written.review_text import ReviewText
from webapp.written.rules import is_late
from webapp.written.team_operations import found_team, join_team

_TEAMS = (
    (
        "Gradient Descenders",
        "Will my bus be late?",
        "City buses report where they are. We train a small recurrent network on these reports and "
        "on the weather to tell riders, ten minutes ahead, whether to walk instead.",
        4,
    ),
    (
        "The Backproppers",
        "Listening for leaks",
        "Water pipes whisper before they burst. Microphones on hydrants and a *convolutional* "
        "network over spectrograms find leaks before the street does.",
        3,
    ),
    (
        "Dropouts",
        "A tutor that knows what you do not know yet",
        "From the wrong answers of a class we learn an embedding of misconceptions, and pick the "
        "next exercise that separates two of them.",
        4,
    ),
    ("Overfit Club", "", "", 2),
)
# Which of the suggested papers each of the reviews below is about.
_REVIEWED = tuple(
    next(paper.reference for paper in PAPERS if paper.title.startswith(title))
    for title in ("Batch Normalization", "ImageNet", "Dropout")
)
_REVIEWS = (
    "## What it is about\n\nDeep networks learn slowly when each layer must chase the moving "
    "distribution of the one below. The authors measure this, name it, and take it away.\n\n"
    "## The main idea\n\nNormalise each feature over the minibatch, then let the network scale and "
    "shift it back, with $\\gamma$ and $\\beta$ learned:\n\n"
    "$$y = \\gamma \\frac{x - \\mu}{\\sqrt{\\sigma^2 + \\epsilon}} + \\beta$$\n\n"
    "## What I would ask\n\n"
    "- What happens with a batch of one?\n- Is the *explanation* right, or only the effect?",
    "The paper shows that a network with eight layers, trained on two graphics cards, halves the "
    "error of the best systems before it. I found three decisions most instructive:\n\n"
    "1. rectifiers instead of sigmoids, because they do not saturate;\n"
    "2. dropout in the large dense layers;\n3. cheap augmentation by crops and reflections.\n\n"
    "The writing is plain, and every claim has an experiment beside it.",
    "**Summary.** Randomly switching units off while training keeps them from relying on one "
    "another. At test time all are on, scaled. It is like averaging very many thin networks.\n\n"
    "**Weakness.** Training takes two to three times as long, and the paper hardly says so.",
)


_COMMENTS = (
    "Clear, and to the point.",
    "Say what is new in the paper, not only what it does.",
    "Explain the symbols of the formula before you use them.",
)


def ensure_written(
    session: Session,
    course: Course,
    students: list[User],
    staff: list[User],
    *,
    library: GraderLibrary,
) -> None:
    """Teams and reviews, once; no teams where a demo of an earlier week is made only now.

    Readings and comments are kept last and say that it is done: what was broken off goes on.
    """
    last = (
        sa.select(BankComment.id).filter_by(course_id=course.id),
        sa.select(Reading.id).filter_by(course_id=course.id, kind=REVIEW.name),
    )
    if any(session.scalar(one.limit(1)) for one in last):
        return
    by_user = _enrolments(session, course)
    waiting = [by_user[student.id] for student in students]
    if not is_late(now(), course.groups_due_at):
        _found_teams(session, iter(waiting), library)
    alone = [one for one in waiting if team_of(session, course.id, one.user_id) is None]
    reviews = [_review(session, student, number) for number, student in enumerate(alone[:12])]
    _score(session, reviews[:5], [by_user[reader.id] for reader in staff])
    session.add_all(BankComment(course_id=course.id, text=text) for text in _COMMENTS)
    session.commit()


def _enrolments(session: Session, course: Course) -> dict[int, Enrolment]:
    """Who is in the course, by whose enrolment it is."""
    found = session.scalars(sa.select(Enrolment).where(Enrolment.course_id == course.id))
    return {enrolment.user_id: enrolment for enrolment in found}


def _found_teams(session: Session, waiting: Iterator[Enrolment], library: GraderLibrary) -> None:
    """The sample teams, of which the first two have a slide."""
    for number, (name, title, abstract, size) in enumerate(_TEAMS):
        members = list(islice(waiting, size))
        if not members:
            return
        proposal = _proposal(session, members, name=name, text=(title, abstract))
        if number < 2 and not proposal.slides:
            _hand_in_slide(session, members, proposal, library)


def _proposal(
    session: Session, members: Sequence[Enrolment], *, name: str, text: tuple[str, str]
) -> Proposal:
    first, *others = members
    team = team_of(session, first.course_id, first.user_id)
    if team is None:
        team = found_team(session, first, name=name)
    for member in others:
        if team_of(session, member.course_id, member.user_id) is None:
            join_team(session, member, code=team.invitation_code)
    proposal = team.proposal
    assert proposal is not None
    title, abstract = text
    if title and not proposal.title:
        operations.save_proposal_text(session, proposal, title=title, abstract=abstract)
    return proposal


def _hand_in_slide(
    session: Session, members: Sequence[Enrolment], proposal: Proposal, library: GraderLibrary
) -> None:
    data = slide_pdf(proposal.title, [member.user.name for member in members])
    upload = Upload("slide.pdf", data, hashlib.sha256(data).hexdigest())
    seen = library.inspect_pdf(data)
    operations.hand_in_slide(session, members[0], proposal, upload=upload, seen=seen)


def _review(session: Session, student: Enrolment, number: int) -> PaperReview:
    owner = (student.course_id, student.user_id)
    review = review_of(session, *owner)
    if review is not None:
        return review
    text = ReviewText(_REVIEWED[number % len(_REVIEWED)], _REVIEWS[number % len(_REVIEWS)])
    draft = draft_of(session, *owner)
    if draft is None:
        draft = operations.save_draft(session, student, text=text, revision=0)
    return operations.hand_in_review(session, student, draft, pages=printed_pages(draft.body))


def _score(session: Session, reviews: Sequence[PaperReview], readers: Sequence[Enrolment]) -> None:
    """Some reviews read; the first three have a second reader, so that readers can be compared."""
    chance = random.Random("sample written options")
    for number, review in enumerate(reviews):
        for turn in range(min(len(readers), 2 if number < 3 else 1)):
            chosen = {name: str(chance.randint(2, 5)) for name in ("clarity", "communication")}
            sent = Sent(chosen, _COMMENTS[number % len(_COMMENTS)])
            reader = readers[(number + turn) % len(readers)]
            work = REVIEW.open(session, reader, Place(reader.course), review.id)
            give(session, work, grader_id=reader.user_id, sent=sent)


def ensure_manual_grades(session: Session, course: Course, staff: list[User]) -> None:
    """Half of the written answers read, once: the rest is left for whoever tries the demo."""
    if session.scalar(sa.select(ManualGrade.id).limit(1)):
        return
    chance = random.Random("sample manual grades")
    enrolled = _enrolments(session, course)
    for asked in questions_of(session, course):
        place = Place(course, asked.item, asked.name, asked.most)
        (item,) = ANSWER.rubric(session, place).items
        found = works(session, place, Names(hidden=False))
        for number, answer in enumerate(found[::2]):
            # The first three have a second reader, so that readers can be compared.
            for turn in range(min(len(staff), 2 if number < 3 else 1)):
                level = chance.choice((*item.levels[1:], item.levels[-1]))
                full = level.points == asked.most
                said = "Good." if full else "Say also what happens to the layers without them."
                sent = Sent({item.key: level.key}, said)
                reader = enrolled[staff[-1 - turn].id]
                work = ANSWER.open(session, reader, place, answer.id)
                give(session, work, grader_id=reader.user_id, sent=sent)
    session.commit()
