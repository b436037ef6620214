"""Presentation day: who is eligible, the running order, the screen, scores and results."""

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.graders import PNG
from tests.webapp.sample_course import add_user, enrol
from webapp.base.clock import now
from webapp.models import (
    AuditEntry,
    Content,
    Course,
    Proposal,
    Reading,
    Role,
    Slide,
    Team,
    TeamMember,
)

DAY = "/courses/dl/staff/readings/presentations"


@pytest.fixture
def teams(app, session) -> dict[str, int]:
    """Red, Green and Blue can present; Late has a late slide; Half is not complete."""
    course = session.scalars(sa.select(Course).where(Course.slug == "dl")).one()
    course.slides_due_at = now() - timedelta(hours=1)
    session.add(Content(sha256="0" * 64, size=1, data=b"x"))
    found = {}
    for name in ("Red", "Green", "Blue", "Late", "Half"):
        proposal = Proposal(title=f"Title of {name}", abstract="A")
        team = Team(course_id=course.id, name=name, invitation_code=name, proposal=proposal)
        for number in range(1 if name == "Half" else 3):
            with app.app_context():
                user = add_user(session, f"{name.lower()}{number}")
            enrol(session, course, user, Role.STUDENT)
            team.members.append(TeamMember(course_id=course.id, user_id=user.id))
        team.completed_at = now() if team.complete else None
        at = now() if name == "Late" else now() - timedelta(hours=2)
        slide = Slide(
            filename="s.pdf", size=1, sha256="0" * 64, thumbnail=PNG, looked_at=at, received_at=at
        )
        slide.user_id = user.id
        proposal.slides.append(slide)
        session.add(team)
        session.flush()
        found[name] = proposal.id
    session.commit()
    return found


def order(visitor) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>(\w+)</a>', visitor.get(DAY).text)


def test_only_eligible_teams_are_drawn_and_the_order_stays(auth, teams):
    ina = auth.login("ina")
    assert order(ina) == []
    ina.post(f"{DAY}/draw")
    drawn = order(ina)
    assert sorted(drawn) == ["Blue", "Green", "Red"]
    ina.post(f"{DAY}/draw")
    assert order(ina) == drawn == order(auth.login("gil"))


def test_staff_reorder_let_a_late_team_in_and_take_one_out(auth, teams):
    ina = auth.login("ina")
    ina.post(f"{DAY}/draw")
    first, second, third = order(ina)
    ina.post(f"{DAY}/{teams[second]}/move", {"where": "up"})
    assert order(ina) == [second, first, third]
    ina.post(f"{DAY}/{teams[second]}/move", {"where": "up"})
    ina.post(f"{DAY}/{teams[third]}/move", {"where": "down"})
    assert order(ina) == [second, first, third]
    ina.post(f"{DAY}/{teams['Late']}/move", {"where": "in"})
    assert order(ina) == [second, first, third, "Late"]
    assert "let in by staff" in ina.get(DAY).text
    ina.post(f"{DAY}/{teams[first]}/move", {"where": "out"})
    assert order(ina) == [second, third, "Late"]
    for where in ("up", "sideways"):
        refused = ina.post(f"{DAY}/{teams['Half']}/move", {"where": where})
        assert refused.status_code == 404


def test_scores_lead_from_team_to_team_and_are_collected_as_a_mean(auth, session, teams):
    ina, gil = auth.login("ina"), auth.login("gil")
    ina.post(f"{DAY}/draw")
    first, second, _ = order(ina)
    marks = {"clarity": "5", "communication": "4"}
    saved = gil.post(f"{DAY}/{teams[first]}/score", marks)
    assert saved.location.endswith(f"/{teams[second]}/score")
    ina.post(f"{DAY}/{teams[first]}/score", marks | {"clarity": "2"})
    assert '<td class="num">2</td><td class="num">7.5</td>' in gil.get(DAY).text
    gil.post(f"{DAY}/{teams[first]}/score", marks | {"clarity": "3"})
    assert session.scalar(sa.select(sa.func.count(Reading.id))) == 2
    refused = gil.post(f"{DAY}/{teams[second]}/score", {"clarity": "9", "comment": "Kept <b>"})
    assert refused.status_code == 422
    assert "Kept &lt;b&gt;" in refused.text


def test_results_are_a_page_to_print_and_a_csv_that_no_spreadsheet_runs(auth, session, teams):
    ina, gil = auth.login("ina"), auth.login("gil")
    assert gil.get(f"{DAY}/results.csv").text.splitlines() == [
        "place,team,title,members,scores,mean,possible,comments"
    ]
    session.scalars(sa.select(Team).where(Team.name == "Red")).one().name = "=1+1"
    session.commit()
    ina.post(f"{DAY}/{teams['Red']}/move", {"where": "in"})
    marks = {"clarity": "5", "communication": "4"}
    gil.post(f"{DAY}/{teams['Red']}/score", marks | {"comment": '@SUM(A1) "so", <b>'})
    ina.post(f"{DAY}/{teams['Red']}/score", marks | {"clarity": "2"})
    answer = gil.get(f"{DAY}/results.csv")
    assert "dl-presentations.csv" in answer.headers["Content-Disposition"]
    head, line = csv.reader(io.StringIO(answer.text))
    found = dict(zip(head, line, strict=True))
    assert (found["team"], found["comments"]) == ("'=1+1", '\'@SUM(A1) "so", <b>')
    titles = ("Clarity of writing", "Technical communication of the main ideas", "mean", "scores")
    assert [found[title] for title in titles] == ["3.5", "4", "7.5", "2"]
    page = gil.get(f"{DAY}/results").text
    assert '<td class="num">3.5</td><td class="num">4</td><td class="num">7.5</td>' in page
    assert "&lt;b&gt;" in page


def test_the_screen_shows_the_slide_and_leads_on(auth, teams):
    ina = auth.login("ina")
    ina.post(f"{DAY}/draw")
    first, second, _ = order(ina)
    page = ina.get(f"{DAY}/{teams[first]}/screen")
    assert f"/proposals/{teams[first]}/slide.png" in page.text
    assert f"Next: {second}" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "style=" not in page.text
    assert ina.get(f"{DAY}/9999/screen").status_code == 404
    eve = auth.login("eve")
    other = f"/courses/other/staff/readings/presentations/{teams[first]}"
    assert eve.get(f"{other}/screen").status_code == 404
    assert eve.post(f"{other}/move", {"where": "in"}).status_code == 404


def test_a_program_draws_and_changes_the_running_order(ask, session, teams):
    path = "/api/v1/courses/dl/staff/presentations/order"
    found = ask("gil", "GET", path)[1]
    assert found["order"] == []
    lacking = {each["team"]: bool(each["missing"]) for each in found["others"]}
    assert lacking == {"Red": False, "Green": False, "Blue": False, "Late": True, "Half": True}
    assert ask("gil", "POST", f"{path}/draw")[0] == 403
    code, found = ask("ina", "POST", f"{path}/draw")
    drawn = [each["proposal"] for each in found["order"]]
    assert (code, len(drawn)) == (200, 3)
    move = f"{path}/{drawn[0]}/move"
    assert ask("gil", "POST", move, {"where": "down"})[0] == 403
    found = ask("ina", "POST", move, {"where": "down"})[1]
    assert [each["proposal"] for each in found["order"]] == [drawn[1], drawn[0], drawn[2]]
    code, found = ask("ina", "POST", move, {"where": "in"})
    assert (code, "has a place already" in found["error"]) == (409, True)
    found = ask("ina", "POST", move, {"where": "out"})[1]
    assert len(found["order"]) == 2
    assert ask("ina", "POST", f"{path}/999999/move", {"where": "in"})[0] == 404
    assert ask("eve", "POST", move.replace("dl", "other", 1), {"where": "in"})[0] == 404
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["draw presentations", "move presentation", "move presentation"]
