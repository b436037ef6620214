"""What was sent, and what of it is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from autograder.submitted.notebook import NotebookRejected, parse_notebook
from webapp.site.uploads import Upload
from webapp.submissions.without_outputs import without_outputs


@dataclass(frozen=True)
class Work:
    """A file as it is kept; `size` is that of the file as it was sent, and so is `sent_sha256`,
    which is missing where it is kept as it was sent.
    """

    kept: Upload
    digest: str
    size: int
    sent_sha256: str | None

    @classmethod
    def of(cls, upload: Upload, digest: str) -> Work:
        """The work of an upload whose cells have that digest."""
        data = without_outputs(upload.data, digest, _digest_of)
        if data is upload.data:
            return cls(upload, digest, len(data), None)
        kept = Upload(upload.filename, data, hashlib.sha256(data).hexdigest())
        return cls(kept, digest, len(upload.data), upload.sha256)


def _digest_of(data: bytes) -> str:
    try:
        return parse_notebook(data).digest
    except NotebookRejected:
        return ""
