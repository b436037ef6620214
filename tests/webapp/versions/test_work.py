"""Proving versions in the background: one worker each, and the dead are taken over from."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from autograder.grading import GradingPool, grader_version
from tests.webapp.assignments.folders import folder_at
from tests.webapp.graders import notebook
from tests.webapp.versions.conftest import NAME
from webapp.assignments import version_folders
from webapp.assignments.finding import site_assignment
from webapp.assignments.packed import from_folder
from webapp.audit.record import SiteActor
from webapp.base.database import moment_of
from webapp.grading.worker import Worker
from webapp.models import AssignmentVersion, Result, VersionState
from webapp.versions import operations, work
from webapp.versions.proof import Proof, ProofFailed

ADMINISTRATOR = SiteActor(None)


def again(session, version: AssignmentVersion) -> AssignmentVersion:
    session.expire_all()
    return version


def test_a_worker_proves_what_waits_longest_and_writes_what_it_found(engine, session, bring, proof):
    first, second = bring(), bring("other")
    assert work.prove_one(engine, "w")
    assert again(session, first).state == VersionState.SOUND
    assert first.report["grader_version"] == "1+aa"
    assert first.report["needs"] == "cpu"
    assert second.state == VersionState.WAITING
    proof.found = {"sound": False, "claims": []}
    assert work.prove_one(engine, "w")
    assert again(session, second).state == VersionState.UNSOUND
    assert not work.prove_one(engine, "w")


def test_progress_is_seen_and_keeps_the_lease(engine, session, bring, proof, monkeypatch):
    version = bring()
    seen = []
    proof.goes = 2
    update = work._update

    def noted(*arguments, **values):
        kept = update(*arguments, **values)
        session.expire_all()
        seen.append((version.state, version.report.get("done"), version.lease_expires_at))
        return kept

    monkeypatch.setattr(work, "_update", noted)
    work.prove_one(engine, "w")
    assert [(state, done) for state, done, _ in seen[:2]] == [("proving", 1), ("proving", 2)]
    assert seen[0][2] > moment_of(session)
    assert seen[-1][2] is None


def test_a_proof_whose_worker_died_is_taken_over_and_the_dead_write_nothing(
    engine, session, bring, proof
):
    version = bring()
    proof.goes = 1
    taken: list[bool] = []

    class Slow(proof):
        def progress(self):
            if not taken:
                taken.append(True)
                late = moment_of(session) - timedelta(seconds=1)
                session.execute(sa.update(AssignmentVersion).values(lease_expires_at=late))
                session.commit()
                assert work.prove_one(engine, "another")
            return super().progress()

    work.Proof = Slow
    assert work.prove_one(engine, "w")
    assert again(session, version).state == VersionState.SOUND
    assert version.owner == "another"


def test_two_workers_never_prove_one_version_at_once(engine, session, bring, proof):
    bring()
    begun, release = threading.Event(), threading.Event()

    class Held(proof):
        def goes_on(self, seconds):
            begun.set()
            return not release.wait(0.02)

    work.Proof = Held
    other = threading.Thread(target=work.prove_one, args=(engine, "a"))
    other.start()
    assert begun.wait(10)
    assert not work.prove_one(engine, "b")
    release.set()
    other.join()


def test_what_needs_a_gpu_waits_for_a_worker_that_has_one(engine, session, bring, proof):
    version = bring()
    version.report = {"needs": "gpu"}
    session.commit()
    assert not work.prove_one(engine, "w", queues=("cpu",))
    assert work.prove_one(engine, "w", queues=("cpu", "gpu"))


def test_a_fault_of_ours_says_nothing_of_the_version_and_can_be_tried_again(
    engine, session, bring, proof
):
    version = bring()
    proof.found = ProofFailed("The proof was not done within 60 minutes.")
    work.prove_one(engine, "w")
    assert again(session, version).state == VersionState.FAILED
    assert version.report["error"] == "The proof was not done within 60 minutes."
    proof.found = RuntimeError("bug")
    operations.prove_again(session, ADMINISTRATOR, NAME, 1)
    work.prove_one(engine, "w")
    assert "a fault of ours" in again(session, version).report["error"]
    version.archive = b"lost"
    session.commit()
    version_folders._looked_at.clear()
    import shutil

    shutil.rmtree(version_folders.top())
    operations.prove_again(session, ADMINISTRATOR, NAME, 1)
    work.prove_one(engine, "w")
    assert "is damaged" in again(session, version).report["error"]


def test_proving_goes_on_until_it_is_told_to_stop_and_clears_old_folders(
    engine, session, bring, proof, monkeypatch, data
):
    import os

    monkeypatch.setattr(work, "_POLL_SECONDS", 0.01)
    old = data / "assignment-versions" / (64 * "0")
    old.mkdir(parents=True)
    os.utime(old, (time.time() - 2 * 86_400,) * 2)
    version, stop = bring(), threading.Event()
    thread = threading.Thread(target=work.keep_proving, args=(engine, "w", stop))
    thread.start()
    until = time.monotonic() + 20
    while (again(session, version).open or old.exists()) and time.monotonic() < until:
        session.rollback()
        time.sleep(0.02)
    stop.set()
    thread.join()
    assert version.state == VersionState.SOUND
    assert not old.exists()
    assert (data / "assignment-versions" / version.digest).is_dir()


@pytest.mark.slow
def test_a_real_proof_finds_a_new_assignment_sound(engine, session, bring):
    version = bring()
    digest = version.digest
    assert work.prove_one(engine, "w")
    assert again(session, version).state == VersionState.SOUND, version.report
    home = version_folders.top() / digest / NAME
    assert from_folder(home).digest == digest
    assert version.report["total"] == version.report["done"] > 2
    assert all(not claim["found"] for claim in version.report["claims"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("wrong/bad.py", "def (", "bad.py is not Python"),
        ("checks.py", "import nothing_of_that_name\n", "a01_demo/checks.py cannot be used"),
    ],
)
def test_a_real_proof_says_what_is_wrong_without_a_path_of_the_machine(
    engine, session, tmp_path, path, text, said
):
    folder = folder_at(tmp_path / "broken")
    (folder / path).write_text(text, encoding="utf-8")
    version = operations.bring(session, ADMINISTRATOR, from_folder(folder)).version
    assert work.prove_one(engine, "w")
    assert again(session, version).state == VersionState.UNSOUND
    assert said in str(version.report)
    assert str(tmp_path) not in str(version.report)


@pytest.mark.slow
def test_a_proof_that_takes_too_long_is_ended(tmp_path):
    folder = folder_at(tmp_path / "slow")
    (folder / "checks.py").write_text("import time\ntime.sleep(300)\n", encoding="utf-8")
    began = time.monotonic()
    with Proof(folder, most_seconds=0.0) as proof, pytest.raises(ProofFailed, match="not done"):
        proof.goes_on(0.5)
    assert time.monotonic() - began < 30
    assert proof._process.poll() is not None


@pytest.mark.slow
def test_a_real_worker_grades_with_each_version_in_turn(
    engine, session, bring, auth, tmp_path: Path
):
    """The grader version, by which caches and regrades know what is old, tells them apart."""
    from autograder.cache import DirectoryStore, ResultCache

    versions = []
    with GradingPool(
        workers=1, seed=b"seed of tests", cache=ResultCache(DirectoryStore(tmp_path / "cache"))
    ) as pool:
        for number, check in enumerate(("", "stricter"), start=1):
            bring(check, sound=True)
            operations.put_in_use(session, ADMINISTRATOR, NAME, number)
            versions.append(grader_version(site_assignment(session, NAME)))
            session.rollback()
            auth.login("ada").submit(notebook(f"x = {number}"))
            Worker(engine, pool, slots=1, poll_seconds=0.01).run(threading.Event(), drain=True)
    session.expire_all()
    found = session.scalars(sa.select(Result.grader_version).order_by(Result.id)).all()
    assert found == versions
    assert versions[0] != versions[1]
