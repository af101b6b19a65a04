#!/usr/bin/env bash
# Expected: a `response` record is read as it was written: its HTTP headers apart, its content the body.
# Seen: warcio 1.8.1 writes HTTP headers into a response record of any address, and reads them apart only where the address is one of
# http(s). Of `mid:…` (a mail) the record comes back without headers, and its content begins with `HTTP/1.1 200 OK`: bytes whose digest
# is not the body's.
# Here: what came by another way than HTTP is kept as a `resource` record (src/deepdaily/store/snapshots.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" >/dev/null
"$folder/venv/bin/pip" install -q 'warcio==1.8.1' 2>/dev/null
seen=$("$folder/venv/bin/python" - <<'PYTHON'
from io import BytesIO

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

for address in ("https://lab.example/", "mid:1@lab.example"):
    file = BytesIO()
    writer = WARCWriter(file, gzip=True)
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    writer.write_record(writer.create_warc_record(address, "response", payload=BytesIO(b"<p>words"), http_headers=headers))
    file.seek(0)
    record = next(iter(ArchiveIterator(file)))
    print(address.partition(":")[0], record.http_headers is not None, record.content_stream().read()[:8].decode())
PYTHON
)
printf 'warcio 1.8.1\n%s\n' "$seen"
[[ $seen == $'https True <p>words\nmid False HTTP/1.1' ]] || { echo "changed: headers are read of any address" >&2; exit 1; }
echo "holds: headers are read apart for http(s) alone"
