"""PDFs of our own, written by hand: letters of Helvetica at places."""

from __future__ import annotations

from collections.abc import Sequence

Placed = tuple[float, float, float, str]
"""x and y of its base line in points from the lower left, size, and the text."""


def pdf(*pages: Sequence[Placed], title: str = "", author: str = "", made: str = "", rotated: str = "") -> bytes:
    """A PDF of those pages; `rotated` stands askew at the first page's left."""
    contents = [b"".join(map(_shown, page)) for page in pages]
    if rotated:
        contents[0] += b"BT /F 20 Tf 0 1 -1 0 30 200 Tm (" + _escaped(rotated) + b") Tj ET\n"
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, content in enumerate(contents):
        form = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * at} 0 R /Resources << /Font << /F 3 0 R >> >> >>"
        objects += [form.encode(), b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)]
    told = {"Title": title, "Author": author, "CreationDate": made}
    objects.append(
        b"<< " + b" ".join(b"/%s (%s)" % (name.encode(), _escaped(said)) for name, said in told.items() if said) + b" >>"
    )
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    ended = b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    size = len(objects) + 1
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table) + ended % (size, len(objects), len(made))


def _shown(placed: Placed) -> bytes:
    x, y, size, text = placed
    return b"BT /F %g Tf %g %g Td (%s) Tj ET\n" % (size, x, y, _escaped(text))


def _escaped(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def column(x: float, y: float, size: float, *lines: str) -> list[Placed]:
    """Lines under each other from `y` down."""
    return [(x, y - 1.2 * size * at, size, line) for at, line in enumerate(lines)]
