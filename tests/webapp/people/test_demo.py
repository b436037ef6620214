"""The demo course: the same after a second run."""

import json
import stat
from datetime import timedelta

import pypdfium2
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from autograder.assignment import list_assignments
from tests.webapp.graders import LIBRARY, StandInPool, result
from tests.webapp.sample_course import add_user, enrol
from webapp import create_app, demo, migrations
from webapp.base.clock import now
from webapp.base.database import make_engine
from webapp.demo import written
from webapp.demo.course import (
    SLUG,
    DemoError,
    demo_accounts,
    ensure_course,
    ensure_people,
    new_item,
    student_name,
)
from webapp.demo.late import ensure_extension, passed_day, set_rules, times_of
from webapp.demo.page import ensure_page
from webapp.demo.slides import slide_pdf
from webapp.demo.written import ensure_manual_grades, ensure_written
from webapp.models import (
    BankComment,
    Base,
    Course,
    Enrolment,
    Extension,
    Job,
    JobState,
    PaperReview,
    Proposal,
    Role,
    Submission,
    Team,
    TeamMember,
    User,
)
from webapp.models.courses import DEFAULT_TIME_ZONE
from webapp.scoring.counting import policy_of
from webapp.written import operations

pytestmark = pytest.mark.slow


def test_every_student_of_a_large_demo_has_a_name_of_their_own():
    assert len({student_name(number) for number in range(2000)}) == 2000


def contents(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def _shown_to_students_and_staff(settings, session, late, extension):
    """The pages on which a visitor of the demo looks for the rules of late work."""
    from tests.webapp.conftest import OVERRIDES, Auth

    auth = Auth(create_app(settings, library=LIBRARY, overrides=OVERRIDES))
    accounts = demo_accounts(settings.data / "accounts.json", 0)
    passwords = {account.email: account.password for account in accounts}
    name = late.course_assignment.assignment

    def reader(user: User):
        visitor = auth.login(user.email.partition("@")[0], passwords[user.email])
        return lambda path: visitor.get(f"/courses/{SLUG}/{path}").text

    mine, theirs = reader(late.user), reader(extension.user)
    staff = reader(session.get_one(User, 1))
    session.refresh(late)
    came_about = f"at 2 days late: −10 % → {late.counted:.4g}; 1 late day"
    before = f"({late.score:g} before the late penalty)"
    assert came_about in mine(f"submissions/{late.id}")
    assert before in mine(f"assignments/{name}")
    assert "Tutorial 2" in mine("about")
    assert "Looking for a team?" in mine("")
    assert "Each day late takes off 10 % of the points." in mine(f"assignments/{name}")
    assert "extended for you" in theirs(f"assignments/{name}")
    assert extension.reason in staff(f"staff/assignments/{name}/extensions")
    assert before in staff(f"staff/assignments/{name}")


def test_a_second_run_of_the_demo_changes_nothing(tmp_path, monkeypatch):
    from tests.webapp.conftest import OVERRIDES

    settings = demo.demo_settings(tmp_path / "demo")
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    assignments = list_assignments()

    def grade(data: bytes):
        return result(score=2)

    def run() -> dict[str, int]:
        accounts = demo_accounts(settings.data / "accounts.json", 9)
        app = create_app(settings, library=LIBRARY, overrides=OVERRIDES)
        with app.app_context(), Session(engine) as session:
            course = ensure_course(session, assignments)
            people = ensure_people(session, course, accounts)
            ensure_page(session, course)
            ensure_extension(session, course, people)
            staff = [session.get_one(User, 1), session.get_one(User, 2)]
            demo.hand_in_samples(session, course, assignments[0], people)
            demo.drain(engine, StandInPool(grade), slots=2, waiting=1)
            ensure_manual_grades(session, course, staff)
            ensure_written(session, course, people, staff, library=LIBRARY)
        return contents(engine)

    first = run()
    assert run() == first
    assert first["users"] == 11
    assert first["announcements"] == 1
    assert first["submissions"] >= 9
    assert first["teams"] >= 2
    with Session(engine) as session:
        states = session.scalars(sa.select(Job.state).distinct()).all()
        assert states == [JobState.DONE]
        course = session.scalars(sa.select(Course)).one()
        assert course.groups_due_at < course.slides_due_at < course.presentations_at
        mine = session.scalars(sa.select(Submission).where(Submission.user_id == 3)).all()
        assert [s.attempt for s in mine] == [1, 2, 3]
        assert [s.received_at for s in mine] == sorted(s.received_at for s in mine)
        late = mine[-1]
        assert (late.days_late, late.late_days_used, late.kept) == (2, 1, 0.9)
        (extension,) = session.scalars(sa.select(Extension)).all()
        theirs = session.scalars(
            sa.select(Submission).where(Submission.user_id == extension.user_id)
        ).all()
        assert max(s.received_at for s in theirs) > course.assignments[0].due_at
        assert not any(s.late for s in theirs)
        assert {s.user_id for s in session.scalars(sa.select(Submission)) if s.late} == {3}
        _shown_to_students_and_staff(settings, session, late, extension)
    engine.dispose()


def test_a_demo_goes_on_without_teams_where_groups_became_final_meanwhile(session):
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    course.groups_due_at = now() - timedelta(days=1)
    session.commit()
    enrolled = session.scalars(sa.select(Enrolment).where(Enrolment.course_id == course.id))
    users = {role: [] for role in Role}
    for enrolment in enrolled:
        users[enrolment.role].append(enrolment.user)
    for _ in range(2):
        ensure_written(session, course, users[Role.STUDENT], users[Role.GRADER], library=LIBRARY)
    assert session.scalars(sa.select(Team)).all() == []
    assert session.scalar(sa.select(sa.func.count(PaperReview.id))) == len(users[Role.STUDENT])


@pytest.mark.parametrize(
    ("place", "step"),
    [
        *((written, step) for step in ("found_team", "join_team", "give")),
        *((operations, step) for step in ("save_proposal_text", "hand_in_slide")),
        *((operations, step) for step in ("save_draft", "hand_in_review")),
    ],
)
def test_the_written_part_of_a_demo_goes_on_where_it_was_broken_off(
    app, session, engine, monkeypatch, place, step
):
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    with app.app_context():
        students = [add_user(session, student_name(number)) for number in range(16)]
    for student in students:
        enrol(session, course, student, Role.STUDENT)
    staff = list(session.scalars(sa.select(User).where(User.name.in_(("Gil", "Ina")))))
    session.commit()

    def run():
        ensure_written(session, course, students, staff, library=LIBRARY)

    with monkeypatch.context() as broken:
        broken.setattr(place, step, second_breaks_off(getattr(place, step)))
        with pytest.raises(KeyboardInterrupt):
            run()
    session.rollback()
    run()
    done = contents(engine)
    sizes = session.execute(
        sa.select(Team.name, sa.func.count(TeamMember.id))
        .join(TeamMember)
        .group_by(Team.id)
        .order_by(Team.id)
    ).all()
    assert [size for _, size in sizes] == [4, 3, 4, 2]
    titles = session.scalars(sa.select(Proposal.title).order_by(Proposal.id)).all()
    assert [bool(title) for title in titles] == [True, True, True, False]
    assert (done["slides"], done["paper_reviews"], done["bank_comments"]) == (2, 3, 3)
    assert done["readings"] == 6
    run()
    assert contents(engine) == done
    session.execute(sa.delete(BankComment))
    session.commit()
    run()
    assert contents(engine) == done | {"bank_comments": 0}


def second_breaks_off(step):
    """The step, whose second call is interrupted before it does anything."""
    calls = []

    def broken(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return step(*arguments, **options)

    return broken


@pytest.mark.parametrize("hours", range(0, 8 * 24, 7))
def test_late_work_of_the_demo_is_plausible_whenever_it_is_started(monkeypatch, hours):
    at = now() + timedelta(hours=hours)
    for module in (demo.course, demo.late):
        monkeypatch.setattr(module, "now", lambda: at)
    course = Course(time_zone=DEFAULT_TIME_ZONE)
    item = new_item(list_assignments()[0], 0, passed_day(course.time_zone), course.time_zone)
    set_rules(course, item)
    policy = policy_of(course, item, None)
    for number, days in enumerate((2, 1, 0)):
        times = times_of(item, number, 3)
        assert item.opens_at < times[0] < times[1] < times[2] < at
        assert [policy.days_late(when) for when in times] == [0, 0, days]
    assert policy.worth(times_of(item, 0, 3)[-1], course.late_days).kept == 0.9


def test_secrets_and_accounts_are_private_and_kept(tmp_path):
    folder = tmp_path / "demo"
    first = demo.demo_settings(folder)
    accounts = demo_accounts(folder / "accounts.json", 3)
    assert demo.demo_settings(folder) == first
    assert demo_accounts(folder / "accounts.json", 4)[:5] == accounts
    for name in ("secrets.json", "accounts.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    kept = json.loads((folder / "accounts.json").read_text())
    assert {entry["role"] for entry in kept} == {"student", "grader", "instructor"}


@pytest.mark.parametrize("text", ["{", "null", '[{"role": "student"}]', "[1]"])
@pytest.mark.parametrize("name", ["secrets.json", "accounts.json"])
def test_a_damaged_file_of_the_demo_is_one_sentence(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    read = {
        "secrets.json": lambda: demo.demo_settings(tmp_path),
        "accounts.json": lambda: demo_accounts(tmp_path / name, 2),
    }
    with pytest.raises(DemoError, match=rf"{name} is not as the demo wrote it: remove the folder"):
        read[name]()


def test_a_full_disk_is_one_sentence(tmp_path, monkeypatch):
    import shutil

    usage = shutil.disk_usage(tmp_path)._replace(free=5 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DemoError, match="There are 5 MB free"):
        demo.demo_settings(tmp_path / "demo")


def test_the_sample_slide_is_a_pdf_of_one_page():
    document = pypdfium2.PdfDocument(slide_pdf("Title (a \\ b)", ["Ada", "Bob"]))
    assert len(document) == 1
    assert "Title (a \\ b)" in document[0].get_textpage().get_text_range()
