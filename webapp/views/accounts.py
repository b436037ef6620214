"""Setting a first password through a one-time link, and one's own account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from flask_security.utils import hash_password
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from webapp import security
from webapp.database import db
from webapp.models.accounts import new_uniquifier

blueprint = Blueprint("accounts", __name__)


class WelcomeForm(FlaskForm):
    """A new password, twice."""

    password = PasswordField(
        "New password",
        validators=[
            InputRequired("Type a password."),
            Length(10, 200, "A password needs at least 10 characters."),
        ],
    )
    again = PasswordField(
        "The same password again",
        validators=[EqualTo("password", "The two passwords differ: type them again.")],
    )


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> str | Response | tuple[str, int]:
    """Set a password; every older session of the account ends."""
    user = security.user_of_token(token)
    if user is None or not user.active:
        return render_template("accounts/welcome_used.html"), 410
    form = WelcomeForm()
    if not form.validate_on_submit():
        return render_template("accounts/welcome.html", form=form, user=user)
    user.password = hash_password(form.password.data)
    user.fs_uniquifier = new_uniquifier()
    db.session.commit()
    flash("Your password is set. Sign in with it.", "success")
    return redirect(url_for("security.login"))


@blueprint.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session of one's own account, this one included."""
    current_user.fs_uniquifier = new_uniquifier()
    db.session.commit()
    flash("You are signed out on every device.", "success")
    return redirect(url_for("security.login"))


@blueprint.get("/account")
def account() -> str:
    """Who one is here, and the way out."""
    return render_template("accounts/account.html")
