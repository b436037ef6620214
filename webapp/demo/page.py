"""The sample course's own page, and one announcement."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webapp.course_page import operations
from webapp.course_page.texts import News, version_of
from webapp.models import Announcement, Course, Enrolment, Role

_PAGE = """\
A one-week introduction to deep learning: how networks learn, sequences, vision, generative models
and reinforcement learning, with notebooks in which you build the parts yourself.

## Timetable

| When | What | Where |
|---|---|---|
| Monday to Friday, 10:30 to 11:30 | Lecture | 32-123 |
| Monday, 11:30 to 13:00 | Tutorial 1: forward pass, losses and backpropagation in NumPy | 32-123 |
| Tuesday, 11:30 to 13:00 | Tutorial 2: training a network in PyTorch | 32-123 |
| Wednesday and Thursday, 11:30 to 13:00 | Time for proposals: find a team and an idea | 32-123 |
| Friday, 13:00 | Proposals are presented, one minute each | 32-123 |

Bring a laptop to the tutorials; the notebooks run in a browser.

## Office hours

By request: write to the staff, and we find a time on the same day.

## Links

- [The course's site](https://introtodeeplearning.example.edu/) with slides and recordings
- [Where questions are asked and answered](https://forum.example.edu/6s191)

## Contact

All staff read [6s191-staff@example.edu](mailto:6s191-staff@example.edu).

## Credits

3 credits, pass/fail. To pass, hand in the notebooks and complete either a proposal or a paper
review; your grade's page says how far you are.
"""
_NEWS = News(
    "Looking for a team? Come on Wednesday",
    "Whoever wants to propose something and has no team yet finds one at the **time for "
    "proposals** on Wednesday at 11:30 in 32-123. Bring an idea, or only your curiosity: examples "
    "stand on the proposal's page.",
)


def ensure_page(session: Session, course: Course) -> None:
    """Write the page and announce once; what people made of them since stays."""
    instructor = session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.course_id == course.id, Enrolment.role == Role.INSTRUCTOR)
        .limit(1)
    ).one()
    announced = sa.select(Announcement.id).where(Announcement.course_id == course.id).limit(1)
    if course.page or session.scalar(announced) is not None:
        return
    operations.announce(session, instructor, _NEWS)
    operations.save_page(session, instructor, text=_PAGE.strip(), seen=version_of(""))
