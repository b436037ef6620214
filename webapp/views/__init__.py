"""The pages, one blueprint per topic."""

from flask import Blueprint

from webapp.views import (
    accounts,
    api,
    api_docs,
    assets,
    catalogue,
    courses,
    extensions,
    gradebook_import,
    grades,
    health,
    imports,
    insight,
    leaderboard,
    log,
    metrics,
    overrides,
    people,
    preview,
    proposals,
    queue,
    readings,
    regrades,
    requests,
    results,
    reviews,
    settings,
    similarity,
    staff,
    students,
    submissions,
    viewing,
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
        *(log, metrics, overrides, people, proposals, queue, requests, students, viewing),
        *(leaderboard, visibility, readings, regrades, results, reviews, staff, submissions),
        *(catalogue, extensions, preview, settings, similarity),
    )
    return tuple(topic.blueprint for topic in topics)
