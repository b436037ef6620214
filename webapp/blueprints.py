"""The one list of pages and of operations of the API; `create_app` registers them."""

from __future__ import annotations

from flask import Blueprint

from webapp import api
from webapp.accounts import pages as accounts
from webapp.administration import api as administration_api
from webapp.administration import pages as administration
from webapp.administration import roles_pages
from webapp.api import document
from webapp.api import pages as api_docs
from webapp.arranging import api as arranging_api
from webapp.arranging import pages as arranging
from webapp.audit import api as audit_api
from webapp.audit import pages as audit
from webapp.course_page import api as course_page_api
from webapp.course_page import pages as course_page
from webapp.extensions import api as extensions_api
from webapp.extensions import pages as extensions
from webapp.gradebook import api as gradebook_api
from webapp.gradebook import nbgrader_pages, score_table_api, score_table_pages
from webapp.gradebook import pages as gradebook
from webapp.handout import api as handout_api
from webapp.handout import pages as handout
from webapp.home import api as home_api
from webapp.home import pages as home
from webapp.imports import api as imports_api
from webapp.imports import pages as imports
from webapp.insight import api as insight_api
from webapp.insight import pages as insight
from webapp.leaderboard import api as leaderboard_api
from webapp.leaderboard import pages as leaderboard
from webapp.people import api as people_api
from webapp.people import pages as people
from webapp.people import person_pages
from webapp.presentations import api as presentations_api
from webapp.presentations import pages as presentations
from webapp.queue import api as queue_api
from webapp.queue import pages as queue
from webapp.reading import answers_api, duties_api, duties_pages, rubric_api, rubric_pages
from webapp.reading import api as reading_api
from webapp.reading import pages as reading
from webapp.regrades import api as regrades_api
from webapp.regrades import pages as regrades
from webapp.results import api as results_api
from webapp.results import by_hand_pages, overrides_pages, requests_pages, student_api
from webapp.results import pages as results
from webapp.room import api as room_api
from webapp.room import pages as room
from webapp.room import site_pages as site_room
from webapp.roster import api as roster_api
from webapp.roster import pages as roster
from webapp.rubrics import api as rubrics_api
from webapp.rubrics import pages as rubrics
from webapp.settings import api as settings_api
from webapp.settings import (
    catalogue_api,
    catalogue_pages,
    preview_pages,
    time_zone_api,
    time_zone_pages,
)
from webapp.settings import pages as settings
from webapp.similarity import api as similarity_api
from webapp.similarity import pages as similarity
from webapp.site import assets, health, metrics_pages
from webapp.students import api as students_api
from webapp.students import pages as students
from webapp.students import viewing_pages
from webapp.submissions import api as submissions_api
from webapp.submissions import pages as submissions
from webapp.terms import api as terms_api
from webapp.terms import pages as terms
from webapp.versions import api as versions_api
from webapp.versions import pages as versions
from webapp.visibility import api as visibility_api
from webapp.visibility import pages as visibility
from webapp.written import api as written_api
from webapp.written import lists_pages, proposal_pages, review_pages

_PAGES = (
    *(
        accounts,
        administration,
        api_docs,
        arranging,
        assets,
        audit,
        by_hand_pages,
        catalogue_pages,
        course_page,
        extensions,
        gradebook,
        handout,
        health,
        home,
    ),
    *(imports, insight, leaderboard, metrics_pages, nbgrader_pages, overrides_pages, people),
    *(person_pages, preview_pages, proposal_pages, queue, reading, regrades, requests_pages),
    *(results, review_pages, roster, score_table_pages, settings, similarity, students),
    *(room, site_room),
    *(
        submissions,
        roles_pages,
        terms,
        time_zone_pages,
        versions,
        viewing_pages,
        visibility,
    ),
)

# Importing one of these adds its routes to the API's blueprint.
OPERATIONS = (
    *(
        administration_api,
        answers_api,
        arranging_api,
        audit_api,
        course_page_api,
        home_api,
        presentations_api,
        similarity_api,
        submissions_api,
    ),
    *(catalogue_api, document, duties_api, extensions_api, gradebook_api, handout_api),
    *(
        imports_api,
        insight_api,
        leaderboard_api,
        people_api,
        queue_api,
        reading_api,
        regrades_api,
        results_api,
    ),
    *(
        room_api,
        roster_api,
        rubric_api,
        rubrics_api,
        score_table_api,
        settings_api,
        student_api,
        students_api,
        terms_api,
        time_zone_api,
        versions_api,
        visibility_api,
        written_api,
    ),
)

for part in (rubrics, duties_pages, presentations, lists_pages, rubric_pages):
    reading.blueprint.register_blueprint(part.blueprint)


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint of the service."""
    return (*(topic.blueprint for topic in _PAGES), api.blueprint)
