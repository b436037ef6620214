"""What of a notebook is kept: the work, without the outputs that were saved in it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import sqlalchemy as sa

from autograder.submitted.notebook import parse_notebook
from webapp.models import Content, Submission, User
from webapp.site.uploads import Upload
from webapp.submissions.operations import receive
from webapp.submissions.sent_work import Work
from webapp.submissions.without_outputs import without_outputs

PICTURE = "iVBORw0KGgo" * 5000


def _cell(kind: str, source: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": {}, **more}


def _file(*cells: dict[str, Any], **more: Any) -> bytes:
    whole = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}
    return json.dumps(whole).encode()


def _drawn(text: str = "x = 1") -> dict[str, Any]:
    shown = {"output_type": "display_data", "data": {"image/png": PICTURE}, "metadata": {}}
    return _cell("code", text, outputs=[shown], execution_count=7, id="a1")


def _kept(data: bytes) -> dict[str, Any]:
    digest = parse_notebook(data).digest
    kept = without_outputs(data, digest, lambda each: parse_notebook(each).digest)
    assert parse_notebook(kept).cells == parse_notebook(data).cells
    return json.loads(kept)


def test_outputs_go_and_the_work_stays():
    meta = {"nbgrader": {"grade_id": "why", "solution": True}, "widgets": PICTURE, "tags": ["t"]}
    answer = {**_cell("markdown", ["Because ", "it is."]), "metadata": meta}
    data = _file(_drawn(), answer, metadata={"kernelspec": {"name": "python3"}, "widgets": PICTURE})
    found = _kept(data)
    code, text = found["cells"]
    assert (code["outputs"], code["execution_count"], code["id"]) == ([], 7, "a1")
    assert text["metadata"] == {"nbgrader": meta["nbgrader"], "tags": ["t"]}
    assert found["metadata"] == {"kernelspec": {"name": "python3"}}
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)


def test_pictures_that_an_answer_shows_stay():
    shown = {"my sketch.png": {"image/png": PICTURE}, "old.png": {"image/png": PICTURE}}
    text = "See ![sketch](attachment:my%20sketch.png)."
    found = _kept(_file(_cell("markdown", text, attachments=shown), _drawn()))
    assert list(found["cells"][0]["attachments"]) == ["my sketch.png"]


@pytest.mark.parametrize(
    "data",
    [
        _file(_cell("code", "x = 1", outputs=[], execution_count=None)),
        _file(_drawn()).replace(b'"metadata": {}', b'"metadata": {"x": NaN}', 1),
        _file(_drawn())[:-1] + b',"cells":[]}',
        b"[" * 100_000,
        b"",
    ],
    ids=["nothing to gain", "no strict JSON", "a key twice", "nested", "empty"],
)
def test_what_cannot_be_made_smaller_safely_stays_as_it_was_sent(data):
    def digest_of(each: bytes) -> str:
        return hashlib.sha256(each).hexdigest()

    assert without_outputs(data, digest_of(data), digest_of) is data


def test_surrogates_tabs_and_other_newlines_survive():
    text = "s = 'a\ttab', '\\ud800', '\u2028', '\r\n'"
    _kept(_file(_drawn(text)).replace(b"\\\\ud800", b"\\ud800"))


def test_two_files_that_differ_in_outputs_alone_are_kept_once(session, item):
    user = session.scalar(sa.select(User.id).where(User.name == "Ada"))
    other = session.scalar(sa.select(User.id).where(User.name == "Bob"))
    for number, owner in enumerate((user, other)):
        drawn = _drawn()
        drawn["outputs"].append({"output_type": "stream", "name": "stdout", "text": f"{number}"})
        data = _file(drawn)
        upload = Upload("w.ipynb", data, hashlib.sha256(data).hexdigest())
        digest = parse_notebook(data).digest
        made = receive(session, item, user_id=owner, upload=upload, digest=digest).submission
        assert made.sha256_as_sent == upload.sha256 != made.sha256
        assert made.size == len(data)
    sizes = session.scalars(sa.select(Content.size)).all()
    assert len(sizes) == 1
    assert sizes[0] < 500


def test_the_receipt_is_of_the_file_as_sent_and_the_download_says_what_it_is(session, item, auth):
    user = session.scalar(sa.select(User.id).where(User.name == "Ada"))
    data = _file(_drawn())
    sent = hashlib.sha256(data).hexdigest()
    digest = parse_notebook(data).digest
    made = receive(
        session, item, user_id=user, upload=Upload("w.ipynb", data, sent), digest=digest
    ).submission
    ada = auth.login("ada").client
    page = ada.get(f"/courses/dl/submissions/{made.id}").text
    assert sent in page
    assert "Its outputs were not kept" in page
    file = ada.get(f"/courses/dl/submissions/{made.id}/file").data
    assert hashlib.sha256(file).hexdigest() == session.get_one(Submission, made.id).sha256
    assert parse_notebook(file).digest == digest


def test_deep_outputs_are_passed_over():
    nested = b"[" * 900 + b"]" * 900
    deep = _file(_drawn()).replace(b'"outputs": [', b'"outputs": [' + nested + b",")
    kept = Work.of(Upload("w", deep, "0" * 64), parse_notebook(deep).digest)
    assert kept.sent_sha256 == "0" * 64
    assert len(kept.kept.data) < 500
