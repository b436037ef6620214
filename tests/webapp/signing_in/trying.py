"""Somebody who tries passwords, from an address of theirs, while time passes."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.webapp.browser import Visitor
from tests.webapp.sample_course import PASSWORD
from webapp.models import SecretTry

ADA = "ada@example.edu"


def coming_from(app: Flask, address: str) -> Visitor:
    """A browser that nobody used before, behind that address."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return Visitor(client)


def tried(visitor: Visitor, times: int, email: str = ADA, password: str = "wrong") -> list[int]:
    """The status of each of so many tries."""
    token = visitor.token("/login")
    form = {"email": email, "password": password, "csrf_token": token}
    return [visitor.client.post("/login", data=form).status_code for _ in range(times)]


def right(visitor: Visitor, email: str = ADA) -> TestResponse:
    """What the right password gets."""
    return visitor.sign_in(email, PASSWORD)


def later(session: Session, seconds: float) -> None:
    """As if that time had passed since the last try."""
    for row in session.scalars(sa.select(SecretTry)):
        row.at -= timedelta(seconds=seconds)
    session.commit()
