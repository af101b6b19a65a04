#!/usr/bin/env bash
# Resolve every dependency afresh, without the lock, into a new environment, and start what depends on them most:
# the sample day, the reader, MCP over both transports. A lock hides what a user's `pip install` gets today.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
serving=()
trap 'for one in "${serving[@]}"; do kill "$one" 2>/dev/null || true; done; rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q "$root[postgres]"
cd "$work"
daily="$work/venv/bin/deepdaily"
"$daily" demo >demo.txt 2>&1 || { status=$?; [ "$status" -eq 10 ] || { cat demo.txt; exit "$status"; }; }
data=(--data deepdaily-demo/data)

wait_for_port() {  # the line that a server prints names its port
  for _ in $(seq 100); do
    port=$(sed -nE 's#.*http://127\.0\.0\.1:([0-9]+).*#\1#p' "$1" | head -1)
    [ -n "$port" ] && { echo "$port"; return; }
    sleep 0.1
  done
  cat "$1" >&2
  return 1
}

"$daily" serve "${data[@]}" --port 0 >serve.txt 2>&1 & serving+=($!)
"$daily" mcp "${data[@]}" --http --port 0 >mcp.txt 2>&1 & serving+=($!)
"$work/venv/bin/python" - "$(wait_for_port serve.txt)" <<'PYTHON'
import sys, urllib.request
page = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/", timeout=10).read().decode()
assert "<article" in page, page[:500]
PYTHON
"$daily" mcp probe "http://127.0.0.1:$(wait_for_port mcp.txt)/mcp"
"$daily" mcp probe "$daily mcp --data $work/deepdaily-demo/data"
"$work/venv/bin/python" -c "import json_repair, socksio, psycopg"
echo "a fresh install runs the sample day, the reader and MCP"
