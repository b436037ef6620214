"""A one-page PDF with a title and names, written by hand: enough for a sample slide."""

from __future__ import annotations


def slide_pdf(title: str, names: list[str]) -> bytes:
    """A landscape page: the title large, the names below; Latin text only."""
    stream = "\n".join(
        (
            "0.07 0.31 0.29 rg 0 0 800 450 re f",
            "1 1 1 rg BT /F1 36 Tf 60 260 Td (" + _escaped(title) + ") Tj ET",
            "0.99 0.90 0.54 rg BT /F1 18 Tf 60 200 Td (" + _escaped(", ".join(names)) + ") Tj ET",
        )
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 800 450] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
    ]
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1", "replace")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    out += (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
        + (f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n").encode()
    )
    return out


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
