"""Somebody in several sections is in each of them, in every filter and list."""

import pytest
import sqlalchemy as sa

from webapp.courses.people import all_sections, in_section, sections_of, students_of
from webapp.gradebook.totals import course_grades
from webapp.models import Course, Enrolment, User


@pytest.fixture
def course(session):
    """ada is in B and Lab 1, bob in Lab 10 alone."""
    for name, section in (("Ada", "B, Lab 1"), ("Bob", "Lab 10"), ("Gil", "Staff, B")):
        number = sa.select(User.id).where(User.name == name).scalar_subquery()
        session.execute(
            sa.update(Enrolment).where(Enrolment.user_id == number).values(section=section)
        )
    session.commit()
    return session.scalars(sa.select(Course).where(Course.slug == "dl")).one()


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("B", ["Ada"]),
        ("Lab 1", ["Ada"]),
        ("Lab 10", ["Bob"]),
        ("Lab", []),
        ("b", []),
        ("B, Lab 1", ["Ada"]),
        ("%", []),
        ("_", []),
    ],
)
def test_a_section_finds_who_is_in_it_among_others(session, course, auth, section, names):
    assert [name for _, name, _ in students_of(session, course, section)] == names
    page = auth.login("gil").get("/courses/dl/staff", query_string={"section": section}).text
    assert [name for name in ("Ada", "Bob") if f">{name}</a>" in page] == names
    if ", " not in section:
        grades = course_grades(session, course, section) if section else None
        assert [each.row.name for each in grades.students] == names


def test_sections_are_listed_each_once(session, course, auth):
    assert sections_of(session, course) == ["B", "Lab 1", "Lab 10"]
    assert all_sections(session, course) == ["A", "B", "Lab 1", "Lab 10", "Staff"]
    page = auth.login("ina").get("/courses/dl/staff").text
    assert '<option value="Lab 1">' in page
    assert "B, Lab 1</option>" not in page


def test_nobody_without_a_section_is_in_one(session, course):
    session.execute(sa.update(Enrolment).values(section=""))
    assert session.scalars(sa.select(Enrolment.id).where(in_section("A"))).all() == []
