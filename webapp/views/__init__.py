"""The pages, one blueprint per topic."""

from flask import Blueprint

from webapp.views import (
    accounts,
    api,
    api_docs,
    assets,
    courses,
    gradebook_import,
    grades,
    health,
    imports,
    insight,
    leaderboard,
    metrics,
    people,
    proposals,
    queue,
    readings,
    regrades,
    results,
    reviews,
    staff,
    submissions,
    visibility,
)


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint of the service."""
    topics = (
        *(
            accounts,
            api,
            api_docs,
            assets,
            courses,
            gradebook_import,
            grades,
            health,
            imports,
            insight,
        ),
        *(metrics, people, proposals, queue),
        *(leaderboard, visibility, readings, regrades, results, reviews, staff, submissions),
    )
    return tuple(topic.blueprint for topic in topics)
