"""The files that `heldout grade` writes: refused early where they cannot be, then written whole."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from autograder.assignment import Assignment
from autograder.cli import tables
from autograder.nbgrader.gradebook import GradebookError, require_gradebook, write_gradebook
from autograder.receipt import file_sha256, sealed
from autograder.results import GradeResult
from autograder.submitted.intake import Source


@dataclass(frozen=True)
class Outputs:
    """Where the results go; None is nowhere."""

    json: Path | None
    csv: Path | None
    gradebook: Path | None
    receipts: Path | None

    def refuse_unwritable(self) -> None:
        """Raise UsageError before any work is done for a file that could not be written."""
        for file in (self.json, self.csv, self.gradebook):
            refuse_unwritable_file(file)
        try:
            if self.gradebook and self.gradebook.exists():
                require_gradebook(self.gradebook)
            if self.receipts:
                self.receipts.mkdir(parents=True, exist_ok=True)
        except GradebookError as error:
            raise click.UsageError(str(error)) from None
        except OSError as error:
            raise click.UsageError(f"cannot write {self.receipts}: {error.strerror}") from None

    def journal(self) -> Path | None:
        """The folder beside the first file in which an unfinished run keeps what it has found."""
        for file in (self.json, self.csv, self.gradebook):
            if file is not None and not _is_special(file):
                return file.with_name(f".{file.name}.unfinished")
        return None

    def write(
        self,
        assignment: Assignment,
        sources: Sequence[Source],
        results: Sequence[GradeResult],
        seed: bytes,
    ) -> str:
        """Write everything; returns one sentence where that failed."""
        try:
            if self.json:
                write_whole(
                    self.json, json.dumps([result.record() for result in results], indent=1)
                )
            if self.csv:
                write_whole(self.csv, tables.as_csv(assignment, results))
            if self.receipts:
                _write_receipts(self.receipts, sources, results, seed)
            if self.gradebook:
                write_gradebook(self.gradebook, assignment, results)
        except OSError as error:
            return f"cannot write {error.filename or 'the results'}: {error.strerror}"
        except GradebookError as error:
            return str(error)
        return ""


def refuse_unwritable_file(file: Path | None) -> None:
    """Raise UsageError for a file that could not be written."""
    if file is None:
        return
    folder = file.absolute().parent
    if file.is_dir() or not folder.is_dir():
        raise click.UsageError(f"cannot write {file}: its folder does not exist or it is a folder")
    needed = [file] if _is_special(file) else [folder, *([file] if file.exists() else [])]
    if not all(os.access(path, os.W_OK) for path in needed):
        raise click.UsageError(f"cannot write {file}: permission denied")


def _is_special(file: Path) -> bool:
    """A device, a pipe or a link (/dev/stdout, /dev/null): written into, never replaced."""
    return file.is_symlink() or (file.exists() and not file.is_file())


def write_whole(file: Path, text: str) -> None:
    """Write a file so that it is never there in part; raises OSError."""
    if _is_special(file):
        file.write_text(text, encoding="utf-8", newline="")
        return
    # Written aside first: an interrupted run leaves the earlier file whole.
    aside = file.with_name(f".{file.name}.part")
    try:
        aside.write_text(text, encoding="utf-8", newline="")
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def _write_receipts(
    folder: Path, sources: Sequence[Source], results: Sequence[GradeResult], seed: bytes
) -> None:
    """A sealed record for each graded submission; two of one name get two files."""
    taken: set[str] = set()
    for source, result in zip(sources, results, strict=True):
        if result.receipt is None:
            continue
        name = result.submission.replace("/", "_")[:100]
        if name in taken or name in ("", ".", ".."):
            name = f"{name[:80]}-{file_sha256(source.source.encode())[:12]}"
        taken.add(name)
        told = result.record()
        told.pop("measure", None)  # A receipt may be given to the student before the final ranks.
        record = sealed({**told, "source": source.source}, seed)
        write_whole(folder / f"{name}.json", json.dumps(record, indent=1) + "\n")
