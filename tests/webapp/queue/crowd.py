"""Many students and courses, and their work in the queue without a file for each."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.webapp import sample_course
from webapp.models import (
    Content,
    Course,
    CourseAssignment,
    Job,
    JobState,
    Lane,
    Submission,
    User,
)
from webapp.queue import jobs, lines

_SHA256 = "0" * 64


class Crowd:
    """Hands in for anyone, named as they come; claims, and ends what was claimed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.people: dict[str, int] = {}
        self.held: dict[int, jobs.Claim] = {}
        session.add(Content(sha256=_SHA256, size=2, data=b"{}"))
        session.commit()

    def person(self, name: str) -> int:
        if name not in self.people:
            user = User(email=f"{name}@crowd.example", name=name, password="")
            self.session.add(user)
            self.session.flush()
            self.people[name] = user.id
        return self.people[name]

    def course(self, slug: str) -> Course:
        found = self.session.scalar(sa.select(Course).where(Course.slug == slug))
        return found or sample_course.add_course(self.session, slug)

    def assignment(self, slug: str = sample_course.SLUG, name: str = "") -> CourseAssignment:
        course, name = self.course(slug), name or sample_course.ASSIGNMENT
        for each in course.assignments:
            if each.assignment == name:
                return each
        added = CourseAssignment(assignment=name, title=name, points=5)
        course.assignments.append(added)
        self.session.flush()
        return added

    def hand_in(
        self,
        *names: str,
        course: str = sample_course.SLUG,
        assignment: str = "",
        lane: Lane = Lane.INTERACTIVE,
        queue: str = "cpu",
    ) -> list[int]:
        """An attempt of each, one after the other; the ids of the submissions."""
        item = self.assignment(course, assignment)
        return [self._hand_in(item, self.person(name), lane, queue) for name in names]

    def _hand_in(self, item: CourseAssignment, user_id: int, lane: Lane, queue: str) -> int:
        made = sa.select(sa.func.count()).where(
            Submission.course_assignment_id == item.id, Submission.user_id == user_id
        )
        submission = Submission(
            course_assignment_id=item.id,
            user_id=user_id,
            attempt=1 + (self.session.scalar(made) or 0),
            filename="w.ipynb",
            size=2,
            sha256=_SHA256,
            digest="",
        )
        self.session.add(submission)
        self.session.flush()
        job = Job(submission_id=submission.id, lane=lane, queue=queue)
        self.session.add(job)
        self.session.flush()
        lines.stand_in_line(self.session, Job.id == job.id)
        self.session.commit()
        return submission.id

    def claim(self, share: int = 0, **more: object) -> str:
        """Whose job starts, where each account may hold so many; empty for none."""
        shares = {"cpu": share, "gpu": share} if share else {}
        claim = jobs.claim(self.session, "w", shares=shares, **more)
        if claim is None:
            return ""
        self.held[claim.submission_id] = claim
        return self.session.scalar(
            sa.select(User.name)
            .join(Submission, Submission.user_id == User.id)
            .where(Submission.id == claim.submission_id)
        )

    def end(self, name: str) -> None:
        """End whatever of somebody's runs, as writing a result does."""
        own = sa.select(Submission.id).where(Submission.user_id == self.people[name])
        for number in self.session.scalars(own).all():
            if claim := self.held.pop(number, None):
                assert jobs.release_as_done(self.session, claim)
                jobs.give_back_share(self.session, claim)
                self.session.commit()

    def one_after_the_other(self, starts: int, share: int = 1) -> list[str]:
        """Who starts, where a single slot takes one job after the other."""
        found = []
        for _ in range(starts):
            found.append(name := self.claim(share))
            if name:
                self.end(name)
        return found

    def flood(self, students: int, each: int, *, course: str = sample_course.SLUG) -> None:
        """Work of many at once, by few statements: `s1`, `s2`, ... with so many attempts each."""
        item = self.assignment(course)
        names = [f"{course}{n}" for n in range(students)]
        users = [
            {"email": f"{n}@crowd.example", "name": n, "password": "", "fs_uniquifier": n}
            for n in names
        ]
        self.session.execute(sa.insert(User), users)
        ids = self.session.scalars(sa.select(User.id).where(User.name.in_(names))).all()
        rows = [
            {
                **{"course_assignment_id": item.id, "user_id": user, "attempt": attempt},
                **{"filename": "w.ipynb", "size": 2, "sha256": _SHA256, "digest": ""},
            }
            for attempt in range(1, each + 1)
            for user in ids
        ]
        self.session.execute(sa.insert(Submission), rows)
        new = sa.select(Submission.id).where(Submission.user_id.in_(ids))
        jobs_of = [{"submission_id": number} for number in self.session.scalars(new)]
        self.session.execute(sa.insert(Job), jobs_of)
        lines.stand_in_line(self.session, Job.line_id.is_(None))
        self.session.commit()

    def waiting(self) -> int:
        counted = sa.select(sa.func.count()).where(Job.state == JobState.QUEUED)
        return self.session.scalar(counted) or 0
