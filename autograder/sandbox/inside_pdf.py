"""Opening an uploaded PDF where a hostile one can do no harm: its page count and first page."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2


def inspect(data: bytes, width: int) -> dict[str, Any]:
    """The number of pages and the first page as a PNG of that width in pixels."""
    try:
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
        page = document[0]
    except (pypdfium2.PdfiumError, IndexError) as error:
        return {"refused": str(error)[:200]}
    points_wide, points_high = page.get_size()
    # A page may claim any size: neither side of its picture gets longer than four times the width.
    scale = min(width / max(points_wide, 1.0), 4 * width / max(points_high, 1.0))
    image = page.render(scale=scale).to_pil()
    picture = io.BytesIO()
    image.save(picture, format="PNG")
    return {"pages": pages, "picture": picture.getvalue()}
