"""Sample teams, proposals and paper reviews, some of them scored."""

from __future__ import annotations

import hashlib
import random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.base.clock import now
from webapp.demo.slides import slide_pdf
from webapp.grading.library import GraderLibrary
from webapp.models import (
    BankComment,
    Course,
    ManualGrade,
    PaperReview,
    Proposal,
    Slide,
    Submission,
    Team,
    TeamMember,
    User,
)
from webapp.reading.answer_points import give
from webapp.reading.answers import answers, questions
from webapp.rubrics.answer_rubrics import plain_points
from webapp.rubrics.marks import Marks, Sent, give_score
from webapp.rubrics.names import Names
from webapp.site.uploads import Upload, store
from webapp.written.papers import PAPERS

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
    """Teams and reviews, once."""
    if session.scalar(sa.select(Team.id).where(Team.course_id == course.id).limit(1)):
        return
    chance = random.Random("sample written options")
    start = 0
    proposals = []
    for name, title, abstract, size in _TEAMS:
        members = students[start : start + size]
        start += size
        if members:
            proposals.append(_proposal(session, course, (name, title, abstract), members))
    for proposal in proposals[:2]:
        _hand_in_slide(session, proposal, library)
    reviews = [
        PaperReview(
            course_id=course.id,
            user_id=student.id,
            paper=_REVIEWED[number % len(_REVIEWED)],
            body=_REVIEWS[number % len(_REVIEWS)],
        )
        for number, student in enumerate(students[start : start + 12])
    ]
    session.add_all(reviews)
    session.flush()
    for number, review in enumerate(reviews[:5]):
        # The first three have a second reader, so that readers can be compared.
        for turn in range(min(len(staff), 2 if number < 3 else 1)):
            chosen = {name: str(chance.randint(2, 5)) for name in ("clarity", "communication")}
            marks = Marks(chosen, _COMMENTS[number % len(_COMMENTS)])
            give_score(session, staff[(number + turn) % len(staff)].id, marks, review=review)
    session.add_all(BankComment(course_id=course.id, text=text) for text in _COMMENTS)
    session.commit()


def _proposal(
    session: Session, course: Course, text: tuple[str, str, str], members: list[User]
) -> Proposal:
    name, title, abstract = text
    code = hashlib.sha256(name.encode()).hexdigest()[:8].upper()
    team = Team(course_id=course.id, name=name, invitation_code=code)
    team.members = [TeamMember(course_id=course.id, user_id=user.id) for user in members]
    team.completed_at = now() if team.complete else None
    team.proposal = Proposal(title=title, abstract=abstract)
    session.add(team)
    session.flush()
    return team.proposal


def _hand_in_slide(session: Session, proposal: Proposal, library: GraderLibrary) -> None:
    data = slide_pdf(proposal.title, [member.user.name for member in proposal.team.members])
    upload = Upload("slide.pdf", data, hashlib.sha256(data).hexdigest())
    store(session, upload)
    proposal.slides.append(
        Slide(
            user_id=proposal.team.members[0].user_id,
            filename=upload.filename,
            size=len(data),
            sha256=upload.sha256,
            thumbnail=library.inspect_pdf(data).thumbnail_png,
        )
    )


def ensure_manual_grades(session: Session, course: Course, staff: list[User]) -> None:
    """Half of the written answers read, once: the rest is left for whoever tries the demo."""
    if session.scalar(sa.select(ManualGrade.id).limit(1)):
        return
    chance = random.Random("sample manual grades")
    names = Names(hidden=False)
    for asked in questions(session, course):
        rubric = plain_points(asked.most)
        (item,) = rubric.items
        found = answers(session, asked.item, asked.name, rubric=rubric, names=names)
        for place, answer in enumerate(found[::2]):
            submission = session.get_one(Submission, answer.id)
            # The first three have a second reader, so that readers can be compared.
            for turn in range(min(len(staff), 2 if place < 3 else 1)):
                level = chance.choice((*item.levels[1:], item.levels[-1]))
                full = level.points == asked.most
                said = "Good." if full else "Say also what happens to the layers without them."
                give(
                    session,
                    submission,
                    asked.name,
                    grader_id=staff[-1 - turn].id,
                    sent=Sent({item.key: level.key}, said),
                )
    session.commit()
