"""The course's own page and its announcements: who writes, what everyone sees, nothing lost."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from markdown_it import MarkdownIt

from webapp.course_page import operations, texts
from webapp.course_page.texts import News, TextConflict, TextRefused, version_of
from webapp.models import Announcement, AuditEntry, Course

ABOUT = "/courses/dl/about"
AMPLIFIED = f"[a]: https://example.edu/{'x' * 4000}\n\n" + "[a] " * 3000


def version_on(page: str) -> str:
    return re.search(r'name="version" value="([0-9a-f]+)"', page).group(1)


def kept(session) -> str:
    session.rollback()
    return session.scalars(sa.select(Course.page).where(Course.slug == "dl")).one()


def announce(ina, title="Room changed", text="We meet in **32-123**."):
    response = ina.post(f"{ABOUT}/announcements/new", {"title": title, "text": text})
    assert response.status_code == 303, response.text


def test_an_empty_page_offers_a_template_to_instructors_alone(auth):
    ina, offer = auth.login("ina"), "Begin with a template"
    assert offer in ina.get(ABOUT).text
    for name in ("ada", "gil"):
        page = auth.login(name).get(ABOUT).text
        assert offer not in page
        assert "have not written this page yet" in page
    form = ina.get(f"{ABOUT}/edit?template=yes").text
    for part in ("Timetable", "Office hours", "Links", "Contact", "Credits"):
        assert f"## {part}" in form
    assert "## Timetable" not in ina.get(f"{ABOUT}/edit").text


def test_what_an_instructor_saves_everyone_sees_and_the_template_does_not_replace_it(auth, session):
    ina = auth.login("ina")
    form = {
        "text": "# Hours\r\n\r\nby *request*",
        "version": version_on(ina.get(f"{ABOUT}/edit").text),
    }
    assert ina.post(f"{ABOUT}/edit", form).status_code == 303
    assert kept(session) == "# Hours\n\nby *request*"
    for name in ("ada", "gil", "ina"):
        visitor = auth.login(name)
        page = visitor.get(ABOUT).text
        assert "<h2>Hours</h2>" in page
        assert "<em>request</em>" in page
        assert f'href="{ABOUT}"' in visitor.get("/courses/dl/", follow_redirects=True).text
    assert "by *request*" in ina.get(f"{ABOUT}/edit?template=yes").text
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.detail) == ("change course page", {"characters": 21})


def test_graders_and_students_write_nothing(auth, session):
    announce(auth.login("ina"))
    number = session.scalar(sa.select(Announcement.id))
    for name in ("ada", "gil"):
        visitor = auth.login(name)
        assert "Edit" not in visitor.get(ABOUT).text
        for path in ("edit", "announcements/new", f"announcements/{number}/edit"):
            assert visitor.get(f"{ABOUT}/{path}").status_code == 403
            assert visitor.post(f"{ABOUT}/{path}", {"title": "x", "text": "x"}).status_code == 403
        assert visitor.post(f"{ABOUT}/announcements/{number}/remove", {}).status_code == 403
    eve = auth.login("eve")
    assert eve.get(ABOUT).status_code == 404
    other = f"/courses/other/about/announcements/{number}"
    assert eve.get(f"{other}/edit").status_code == 404
    assert eve.post(f"{other}/remove", {}).status_code == 404
    assert session.scalar(sa.select(sa.func.count(Announcement.id))) == 1


def test_an_edit_on_an_old_version_is_refused_with_both_texts(auth, session):
    ina = auth.login("ina")
    old = version_on(ina.get(f"{ABOUT}/edit").text)
    ina.post(f"{ABOUT}/edit", {"text": "the first text", "version": old})
    refused = ina.post(f"{ABOUT}/edit", {"text": "the second text", "version": old})
    assert refused.status_code == 409
    assert "the first text" in refused.text
    assert "the second text" in refused.text
    assert kept(session) == "the first text"
    again = {"text": "both texts", "version": version_on(refused.text)}
    assert ina.post(f"{ABOUT}/edit", again).status_code == 303
    assert kept(session) == "both texts"


def test_one_who_was_quicker_between_reading_and_writing_wins(session, ina, monkeypatch):
    """The statement itself holds the version: comparing it first would leave a gap."""
    seen, whole = version_of(""), operations._require_seen

    def meanwhile(current: str, named: str) -> None:
        whole(current, named)
        session.execute(sa.update(Course).where(Course.slug == "dl").values(page="quicker"))

    monkeypatch.setattr(operations, "_require_seen", meanwhile)
    with pytest.raises(TextConflict):
        operations.save_page(session, ina, text="slower", seen=seen)


def test_a_preview_saves_nothing_and_keeps_what_was_typed(auth, session):
    ina = auth.login("ina")
    old = version_on(ina.get(f"{ABOUT}/edit").text)
    shown = ina.post(f"{ABOUT}/edit", {"text": "**soon**", "version": old, "then": "preview"}).text
    assert "<strong>soon</strong>" in shown
    assert version_on(shown) == old
    assert "<em>so</em>" in ina.post(f"{ABOUT}/preview", {"text": "*so*"}).text
    announcing = {"title": "T", "text": "*news*", "then": "preview"}
    assert "<em>news</em>" in ina.post(f"{ABOUT}/announcements/new", announcing).text
    assert kept(session) == ""
    assert session.scalar(sa.select(Announcement.id)) is None


@pytest.mark.parametrize(
    "text", ["x" * (texts.LONGEST_PAGE + 1), AMPLIFIED, "![[](" * (texts.LONGEST_PAGE // 5)]
)
def test_what_is_too_long_or_becomes_too_large_is_refused_and_stays_in_the_form(
    auth, session, text
):
    ina = auth.login("ina")
    form = {"text": text, "version": version_on(ina.get(f"{ABOUT}/edit").text)}
    refused = ina.post(f"{ABOUT}/edit", form)
    assert refused.status_code == 422
    assert text[-100:].strip() in refused.text
    assert len(refused.text) < 6 * texts.LONGEST_PAGE
    assert len(ina.post(f"{ABOUT}/preview", {"text": text}).text) < 2 * texts.LONGEST_PAGE
    assert kept(session) == ""


def test_a_page_as_large_as_one_may_be_is_kept(session, ina):
    row = "| Monday, 10:00 to 11:00 | Lecture | Room 32-123 |\n"
    text = "| When | What | Where |\n|---|---|---|\n" + row * 350
    operations.save_page(session, ina, text=text.strip(), seen=version_of(""))
    assert kept(session) == text.strip()


def test_what_is_saved_is_parsed_once(monkeypatch):
    parsed, parse = [], MarkdownIt.parse
    monkeypatch.setattr(
        MarkdownIt, "parse", lambda *given: parsed.append(given[1]) or parse(*given)
    )
    text = "# Parsed\n\nso *often*"
    texts.require_fitting(text, texts.LONGEST_PAGE)
    assert parsed == [text]


def test_scripts_and_pictures_are_not_shown(auth):
    ina = auth.login("ina")
    text = "<script>alert(1)</script> ![p](https://example.edu/p.png) [l](javascript:alert(1))"
    announce(ina, text=text)
    page = auth.login("ada").get(ABOUT).text
    assert "<script>alert" not in page
    assert "p.png" not in page
    assert 'href="javascript' not in page


def test_announcements_stand_newest_first_and_the_newest_on_a_students_home(auth):
    ina = auth.login("ina")
    announce(ina, "First news")
    announce(ina, "Second news", "Bring a *pencil*.")
    page = auth.login("ada").get(ABOUT).text
    assert page.index("Second news") < page.index("First news")
    home = auth.login("ada").get("/courses/dl/").text
    assert "Second news" in home
    assert "<em>pencil</em>" in home
    assert "First news" not in home


def test_old_announcements_have_pages_of_their_own(auth, session, ina):
    for number in range(11):
        operations.announce(session, ina, News(f"News {number}.", "text"))
    ada = auth.login("ada")
    assert "News 0." not in ada.get(ABOUT).text
    assert "News 0." in ada.get(f"{ABOUT}?page=2").text
    assert "News 0." in ada.get(f"{ABOUT}?page=99").text


def test_an_announcement_is_corrected_and_keeps_its_date(auth, session):
    ina = auth.login("ina")
    announce(ina)
    made = session.scalars(sa.select(Announcement)).one()
    at, address = made.announced_at, f"{ABOUT}/announcements/{made.id}/edit"
    form = {"title": " Room\tkept ", "text": "As before."} | {
        "version": version_on(ina.get(address).text)
    }
    assert ina.post(address, form).status_code == 303
    session.expire_all()
    assert (made.title, made.text, made.announced_at) == ("Room kept", "As before.", at)
    refused = ina.post(address, form | {"title": "Mine", "text": "Lost?"})
    assert refused.status_code == 409
    for text in ("Room kept", "As before.", "Mine", "Lost?"):
        assert text in refused.text
    again = {"title": "Mine", "text": "Lost?", "version": version_on(refused.text)}
    assert ina.post(address, again).status_code == 303


def test_a_correction_of_what_was_removed_meanwhile_is_not_lost(auth, session):
    ina = auth.login("ina")
    announce(ina)
    number = session.scalar(sa.select(Announcement.id))
    seen = version_on(ina.get(f"{ABOUT}/announcements/{number}/edit").text)
    assert ina.post(f"{ABOUT}/announcements/{number}/remove", {"version": seen}).status_code == 303
    form = {"title": "Mine", "text": "Not lost.", "version": seen}
    refused = ina.post(f"{ABOUT}/announcements/{number}/edit", form)
    assert refused.status_code == 409
    assert "Not lost." in refused.text
    assert f'action="{ABOUT}/announcements/new"' in refused.text


def test_removing_asks_first_and_spares_what_was_corrected_meanwhile(auth, session):
    ina = auth.login("ina")
    announce(ina)
    page = ina.get(ABOUT).text
    assert "cannot be brought back" in page
    number, seen = session.scalar(sa.select(Announcement.id)), version_on(page)
    corrected = {"title": "Room", "text": "is 32-124.", "version": seen}
    ina.post(f"{ABOUT}/announcements/{number}/edit", corrected)
    ina.post(f"{ABOUT}/announcements/{number}/remove", {"version": seen})
    page = ina.get(ABOUT).text
    assert "Not removed" in page
    assert "32-124" in page
    ina.post(f"{ABOUT}/announcements/{number}/remove", {"version": version_on(page)})
    assert "Nothing has been announced yet" in ina.get(ABOUT).text
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["announce", "change announcement", "remove announcement"]


@pytest.mark.parametrize(
    ("title", "text", "sentence"),
    [
        ("  ", "x", "has no title"),
        ("x", " \r\n ", "has no text"),
        ("x" * 201, "x", "has 201 characters, expected at most 200"),
        ("x", "x" * 6001, "has 6001 characters, expected at most 6000"),
        ("x", AMPLIFIED[:6000], "of HTML"),
    ],
)
def test_what_is_no_announcement_is_one_sentence(auth, title, text, sentence):
    refused = auth.login("ina").post(f"{ABOUT}/announcements/new", {"title": title, "text": text})
    assert refused.status_code == 422
    assert sentence in refused.text


def test_news_refuse_to_be_made_too_large():
    with pytest.raises(TextRefused):
        News("x", "x" * 7000)
