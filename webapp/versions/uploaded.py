"""An uploaded archive, read and brought: the page and the API's operation take the same."""

from __future__ import annotations

from werkzeug.datastructures import FileStorage

from webapp.assignments.packed import MOST_PACKED, FolderRefused, from_zip
from webapp.audit.record import SiteActor
from webapp.base.database import db
from webapp.models import User
from webapp.site.uploads import FileRefused, read_upload
from webapp.versions import operations
from webapp.versions.queries import Numbered


def bring_upload(user: User, file: FileStorage | None) -> Numbered:
    """Bring what was uploaded; raises FolderRefused for the file, VersionRefused for its files."""
    try:
        upload = read_upload(file, most=MOST_PACKED, what="a ZIP archive")
    except FileRefused as error:
        raise FolderRefused(str(error)) from None
    packed = from_zip(upload.data, upload.filename)
    return operations.bring(db.session, SiteActor(user.id), packed)
