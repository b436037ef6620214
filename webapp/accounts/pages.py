"""Setting a first password through a one-time link, and one's own account with its tokens."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_security.utils import hash_password
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from webapp.accounts import operations, own_data, queries
from webapp.api.document import SCOPES
from webapp.base.database import db
from webapp.base.mail import Letter, configured_mailer
from webapp.base.typed_text import as_address
from webapp.models import User
from webapp.signing_in.queries import sessions_of
from webapp.site import browser_sessions, sign_in, tokens
from webapp.site.downloads import attachment
from webapp.site.sign_in_form import source

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


class TokenForm(FlaskForm):
    """What a new token is for."""

    label = StringField(
        "What is it for?",
        filters=[lambda text: (text or "").strip()],
        validators=[
            DataRequired("Say what the token is for, such as “my laptop”."),
            Length(1, 80, "At most 80 characters, please."),
        ],
    )
    scopes = SelectMultipleField(
        "What may it do?",
        choices=list(SCOPES),
        validators=[DataRequired("Choose at least one thing that the token may do.")],
    )


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> str | Response | tuple[str, int]:
    """Set a password; every older session and token of the account ends."""
    user = sign_in.user_of_token(token)
    if user is None or not user.active:
        return render_template("accounts/welcome_used.html"), 410
    form = WelcomeForm()
    if not form.validate_on_submit():
        return render_template("accounts/welcome.html", form=form, user=user)
    operations.set_password(db.session, user, hash_password(form.password.data))
    browser_sessions.know_browser(user)
    flash("Your password is set. Sign in with it.", "success")
    return redirect(url_for("security.login"))


@blueprint.route("/forgot", methods=["GET", "POST"])
def forgot() -> str:
    """Ask for a link to set a new password; the answer is the same whoever asks."""
    mailer = configured_mailer()
    # A stranger chooses the Host header, so no link is made from it.
    mailer = mailer if mailer and mailer.site else None
    if request.method == "POST" and mailer is not None:
        email = as_address(request.form.get("email", ""))
        secret = str(current_app.secret_key or "")
        may = operations.may_be_mailed(db.session, email, source=source(), secret=secret)
        user = queries.active_user(db.session, email)
        if may and user is not None:
            mailer.send_later([_reset_letter(mailer.site, user)])
    return render_template(
        "accounts/forgot.html", by_mail=mailer is not None, sent=request.method == "POST"
    )


def _reset_letter(site: str, user: User) -> Letter:
    link = site + url_for("accounts.welcome", token=sign_in.welcome_token(user))
    text = (
        f"Hello {user.name},\n\nset a new password for Heldout here, within "
        f"{sign_in.WELCOME_DAYS} days:\n\n{link}\n\nThe link works once. If you did not ask for "
        "it, ignore it: nothing has changed.\n"
    )
    return Letter(user.email, "Set a new password", text)


@blueprint.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every session and token of one's own account, this session included."""
    user = db.session.get_one(User, current_user.id)
    operations.sign_out_everywhere(db.session, user)
    browser_sessions.know_browser(user)
    flash("You are signed out on every device.", "success")
    return redirect(url_for("security.login"))


@blueprint.post("/account/sessions/<int:number>/end")
def end_session(number: int) -> Response:
    """End a session of one's own: in another browser, or this one."""
    this = number == browser_sessions.this_session()
    if not operations.end_session(db.session, current_user, number):
        abort(404)
    if this:
        return redirect(url_for("security.login"), code=303)
    flash("That browser is signed out.", "success")
    return redirect(url_for("accounts.account"), code=303)


@blueprint.get("/account")
def account() -> str:
    """Who one is here, one's tokens, and the way out."""
    return _render_account(TokenForm(formdata=None))


@blueprint.get("/account/data.zip")
def data() -> Response:
    """Everything kept about oneself, with the files one handed in."""
    archive = own_data.archive(db.session, current_user)
    return attachment(archive, "heldout-data.zip", "application/zip")


@blueprint.post("/account/tokens")
def create_token() -> str | tuple[str, int]:
    """Make an API token and show it, this once."""
    form = TokenForm()
    if not form.validate_on_submit():
        return _render_account(form), 422
    try:
        label, scopes = form.label.data, form.scopes.data or ()
        token = operations.make_token(db.session, current_user, label, scopes)
    except tokens.TooManyTokens as error:
        form.label.errors = [str(error)]
        return _render_account(form), 409
    return _render_account(TokenForm(formdata=None), made=token)


@blueprint.post("/account/tokens/<int:token_id>/remove")
def remove_token(token_id: int) -> Response:
    """End an API token of one's own."""
    if not operations.end_token(db.session, current_user, token_id):
        abort(404)
    flash("The token is removed: what uses it can no longer hand in.", "success")
    return redirect(url_for("accounts.account"), code=303)


def _render_account(form: TokenForm, made: str = "") -> str:
    lifetimes = browser_sessions.lifetimes()
    return render_template(
        "accounts/account.html",
        form=form,
        tokens=tokens.of(db.session, current_user),
        sessions=sessions_of(db.session, current_user.id, lifetimes),
        this_session=browser_sessions.this_session(),
        lifetimes=lifetimes,
        made=made,
        scopes=SCOPES,
    )
