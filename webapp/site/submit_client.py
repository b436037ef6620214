"""Hand in a notebook from a terminal or a notebook; needs nothing but Python 3.9 or newer.

    python heldout_submit.py a01_perceptron.ipynb

The token comes from HELDOUT_TOKEN, or from what was saved before, or you are asked for it: make one
on the site, under "Your account". Exit status: 0 graded (or handed in, with --no-wait), 1 the
notebook was refused, 2 wrong usage, 3 the site could not be reached or could not grade it.
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

SITE = ""  # filled in by the site that hands out this file
_TRIES = 4
_SECONDS = 60
_WAIT_SECONDS = 3600
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MOVING = ("queued", "running")


class SubmitError(Exception):
    """The notebook was not handed in or not graded: one sentence, and the exit status.

    `code` is what the site answered with, or 0; `wrong_token` that it does not know the token.
    """

    def __init__(self, sentence: str, status: int = 2, *, code: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.wrong_token = code == 401


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the site it belongs to and nowhere else."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


class Client:
    """One site, by its checked address, and the token for it."""

    def __init__(self, site: str, token: str) -> None:
        self.site = site
        self._token = token
        self._opener = urllib.request.build_opener(_NoRedirect)

    def courses(self) -> list[dict[str, Any]]:
        """The courses one takes as a student, with their assignments."""
        found: list[dict[str, Any]] = self._ask("GET", "courses")["courses"]
        return found

    def hand_in(self, course: str, assignment: str, path: Path) -> dict[str, Any]:
        """Upload the notebook; returns the receipt, which must name the same content."""
        data = path.read_bytes()
        where = f"courses/{_quoted(course)}/assignments/{_quoted(assignment)}/submissions"
        receipt = self._ask("POST", where, *_multipart(path.name, data))
        if receipt["sha256"] != hashlib.sha256(data).hexdigest() and receipt["new"]:
            raise SubmitError("The site received other bytes than were sent: try again.", 3)
        return receipt

    def state(self, course: str, submission: int) -> dict[str, Any]:
        """Where a submission is, and its questions once it is graded."""
        return self._ask("GET", f"courses/{_quoted(course)}/submissions/{submission}")

    def _ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = ""
    ) -> dict[str, Any]:
        """One request; tried again when the site does not answer, since it knows the same work."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if kind:
            headers["Content-Type"] = kind
        address = f"{self.site}/api/v1/{path}"
        for remaining in reversed(range(_TRIES)):
            # The address was checked: https, or http on this machine.
            request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310
            try:
                with self._opener.open(request, timeout=_SECONDS) as answer:
                    return _decoded(answer.read(), self.site)
            except urllib.error.HTTPError as error:
                if error.code not in (502, 503, 504) or not remaining:
                    raise _refusal(error, self.site) from None
            except (OSError, urllib.error.URLError) as error:
                if not remaining:
                    reason = getattr(error, "reason", None) or error
                    raise SubmitError(f"{self.site} does not answer ({reason}).", 3) from None
            time.sleep(2 ** (_TRIES - remaining - 1))
        raise AssertionError("unreachable: the last try returns or raises")


def address_of(site: str | None) -> str:
    """The checked address of the site that was named, or else the usual one."""
    address = site or os.environ.get("HELDOUT_SITE") or SITE
    if not address:
        raise SubmitError("Name the site, by --site or in HELDOUT_SITE.")
    return checked_site(address)


def checked_site(site: str) -> str:
    """The site's address without a slash at its end; a token is never sent in the clear."""
    parsed = urllib.parse.urlsplit(site)
    if parsed.scheme not in ("http", "https") or not parsed.hostname:
        raise SubmitError(f"The site is {site!r}, expected an address such as https://….")
    if parsed.scheme == "http" and parsed.hostname not in _LOOPBACK:
        raise SubmitError(f"{site} is not encrypted, so your token stays here: use https.")
    return site.rstrip("/")


def _quoted(part: str) -> str:
    return urllib.parse.quote(part, safe="")


def _multipart(name: str, data: bytes) -> tuple[bytes, str]:
    boundary = secrets.token_hex(24)
    shown = urllib.parse.quote(name)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="notebook"; '
        f"filename*=UTF-8''{shown}\r\nContent-Type: application/x-ipynb+json\r\n\r\n"
    )
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _decoded(data: bytes, site: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SubmitError(f"{site} did not answer as Heldout does: is the address right?", 3)
    return found


def _refusal(error: urllib.error.HTTPError, site: str) -> SubmitError:
    try:
        sentence = str(json.loads(error.read())["error"])
    except (ValueError, KeyError, TypeError):
        sentence = f"{site} answered {error.code} {error.reason}."
    status = 1 if error.code in (413, 422) else 3 if error.code >= 500 else 2
    return SubmitError(sentence, status, code=error.code)


def choose(
    courses: list[dict[str, Any]], stem: str, course: str | None, assignment: str | None
) -> tuple[str, str]:
    """Which course and assignment a notebook is for: as asked, or by the file's name."""
    if course is not None:
        courses = [found for found in courses if found["course"] == course]
        if not courses:
            raise SubmitError(f"You are not a student of a course {course!r}.")
    wanted = assignment or stem
    places = [(c["course"], a["assignment"]) for c in courses for a in c["assignments"]]
    exact = [place for place in places if place[1] == wanted]
    found = exact or [place for place in places if wanted.startswith(place[1])]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(name for name, _ in found)
        raise SubmitError(f"{wanted} is set in several courses ({several}): name one by --course.")
    known = ", ".join(sorted({name for _, name in places})) or "none"
    raise SubmitError(f"There is no assignment {wanted!r}: name one by --assignment ({known}).")


def wait(client: Client, course: str, receipt: dict[str, Any]) -> dict[str, Any]:
    """Ask until the submission is graded or refused, and say what happens meanwhile."""
    give_up = time.monotonic() + _WAIT_SECONDS
    shown, pause = "", 0.25
    while time.monotonic() < give_up:
        state = client.state(course, receipt["submission"])
        if state["state"] not in _MOVING:
            return state
        line = _moving(state)
        if line != shown:
            print(line, file=sys.stderr, flush=True)
            shown = line
        time.sleep(pause)
        pause = min(2.0, pause * 1.3)
    raise SubmitError("It is still not graded after an hour; your work is safe: see the page.", 3)


def _moving(state: dict[str, Any]) -> str:
    if state["state"] == "queued":
        ahead = state.get("ahead") or 0
        return f"Waiting: {ahead} before yours." if ahead else "Waiting: yours is next."
    return "Running your notebook."


def describe(state: dict[str, Any]) -> str:
    """The result as text: a line for each question, and the total."""
    if state["state"] == "rejected":
        return f"Refused: {state['error']}"
    if state["state"] == "cancelled":
        return "Staff took this out of the queue: it has no score. Ask them why, or hand in again."
    if state["state"] != "graded":
        return "We could not grade this, which is our fault: your work is safe, and staff see it."
    if state.get("held_back"):
        return f"Graded. {state['held_back']}"
    lines = []
    for question in state["questions"]:
        score = question["score"]
        points = "–" if score is None else f"{score:g}"
        lines.append(
            f"{points:>5} of {question['max_score']:<4g} {question['title']}: {question['verdict']}"
        )
        if question["message"]:
            lines.append(f"               {question['message']}")
    lines.append(f"{state['score']:>5g} of {state['max_score']:<4g} in all")
    if state["counted"] != state["score"]:
        days = state["days_late"]
        why = f"{days} day{'' if days == 1 else 's'} late" if days else "it came after the cut-off"
        lines.append(f"{state['counted']:>5.4g} of {state['max_score']:<4g} count: {why}")
    return "\n".join(lines)


def submit(
    notebook: str | os.PathLike[str],
    *,
    assignment: str | None = None,
    course: str | None = None,
    site: str | None = None,
    waiting: bool = True,
) -> dict[str, Any]:
    """Hand in a notebook, print the receipt and the result, and return the last answer."""
    path = Path(notebook)
    if not path.is_file():
        raise SubmitError(f"{path} is not a file.")
    address = address_of(site)
    token = token_for(address)
    client = Client(address, token)
    try:
        courses = client.courses()
    except SubmitError as error:
        if error.wrong_token:
            keep_token(address, None)
        raise
    keep_token(address, token)
    where = choose(courses, path.stem, course, assignment)
    receipt = client.hand_in(*where, path)
    again = "" if receipt["new"] else ", the same work as before"
    late = ", late" if receipt["late"] else ""
    print(f"Received {receipt['received_at']}: attempt {receipt['attempt']}{late}{again}.")
    print(f"SHA-256 {receipt['sha256']}\n{receipt['page']}")
    if not waiting:
        return receipt
    state = wait(client, where[0], receipt)
    print(describe(state))
    return state


def token_file() -> Path:
    """Where tokens are saved, readable by their owner alone."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "heldout" / "tokens.json"


def token_for(site: str) -> str:
    """The token from the environment, from the file, or from whoever is asked."""
    token = os.environ.get("HELDOUT_TOKEN") or _kept_tokens().get(site)
    if not token:
        try:
            token = getpass.getpass(f"Token for {site} (make one under “Your account”): ")
        except (EOFError, OSError):
            token = ""
    if not token.strip():
        raise SubmitError(f"There is no token: make one at {site}/account, set HELDOUT_TOKEN.")
    return token.strip()


def keep_token(site: str, token: str | None) -> None:
    """Save the token for later, or with None forget the one that was saved."""
    kept = _kept_tokens()
    if kept.get(site) == token or (token is not None and os.environ.get("HELDOUT_TOKEN")):
        return
    kept.pop(site, None)
    if token is not None:
        kept[site] = token
    path = token_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file)


def _kept_tokens() -> dict[str, str]:
    try:
        kept = json.loads(token_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def run(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="heldout submit", description="Hand in a notebook and read its result."
    )
    parser.add_argument("notebook", help="the file, ending in .ipynb")
    parser.add_argument("--assignment", help="its id, unless the file is named after it")
    parser.add_argument("--course", help="the course, when several set the assignment")
    parser.add_argument("--site", help="the site's address" + (f" ({SITE})" if SITE else ""))
    parser.add_argument("--no-wait", action="store_true", help="end once it is handed in")
    chosen = parser.parse_args(arguments)
    try:
        state = submit(
            chosen.notebook,
            assignment=chosen.assignment,
            course=chosen.course,
            site=chosen.site,
            waiting=not chosen.no_wait,
        )
    except SubmitError as error:
        print(error, file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        print("Stopped asking; what was handed in is graded all the same.", file=sys.stderr)
        return 3
    return {"graded": 0, "rejected": 1, "fault": 3}.get(state["state"], 0)


if __name__ == "__main__":
    sys.exit(run())
