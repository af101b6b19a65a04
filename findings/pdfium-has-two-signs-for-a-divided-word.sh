#!/usr/bin/env bash
# Expected: the hyphen at the end of a line, which stands in the file as "-", is "-" in the text of a page.
# Seen: pypdfium2 5.15.2 (PDFium) says U+FFFE for it by get_text_range() and U+0002 by get_text_bounded(), and leaves the line's end
# out; a hyphen within a line stays "-". Who cleans control characters away joins the word, and who looks for "-" finds none.
# Here: letters are read one by one, and both signs count as a hyphen at a line's end (src/deepdaily/core/pdf.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" >/dev/null
"$folder/venv/bin/pip" install -q 'pypdfium2==5.15.2' 2>/dev/null
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import pypdfium2

shown = b"BT /F 12 Tf 72 700 Td (infor-) Tj ET\nBT /F 12 Tf 72 685 Td (mation is well-known) Tj ET\n"
page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F 3 0 R >> >> >>"
objects = [
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    page,
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
]
file, places = b"%PDF-1.4\n", []
for number, content in enumerate(objects, 1):
    places.append(len(file))
    file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
table = b"".join(b"%010d 00000 n \n" % place for place in places)
end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(file)
text = pypdfium2.PdfDocument(file + b"xref\n0 6\n0000000000 65535 f \n" + table + end)[0].get_textpage()
print(ascii(text.get_text_range()), ascii(text.get_text_bounded()))
PYTHON
)
printf 'pypdfium2 5.15.2\n%s\n' "$seen"
[[ $seen == "'infor\\ufffemation is well-known' 'infor\\x02mation is well-known'" ]] || { echo "changed: $seen" >&2; exit 1; }
echo "holds: one hyphen, two signs"
