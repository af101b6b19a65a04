#!/usr/bin/env bash
# Expected: a coding agent that is run without a terminal and told `--output-format json` says that a call to its model failed:
# by its exit status, or by `is_error` of its result.
# Seen: qwen 0.15.10 (@qwen-code/qwen-code on npm). Where the model's endpoint answers 401, the words of the error stand as the
# answer, `is_error` is false and the exit status 0. A program that trusts them takes "[API Error: 401 ...]" for a reply.
# Here: `models/outputs.py` knows a qwen answer that begins so as a refusal.
set -euo pipefail
folder=$(mktemp -d)
cat >"$folder/endpoint.py" <<'PY'
import http.server, sys

class Refusing(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"error": {"message": "the key is not known", "type": "invalid_request_error", "code": "401"}}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
print(server.server_address[1], flush=True)
server.serve_forever()
PY
python3 "$folder/endpoint.py" >"$folder/port" &
endpoint=$!
trap 'kill $endpoint 2>/dev/null; rm -rf "$folder"' EXIT

npm install --silent --no-audit --no-fund --prefix "$folder" @qwen-code/qwen-code@0.15.10 >/dev/null 2>&1
until [[ -s "$folder/port" ]]; do sleep 0.1; done
mkdir "$folder/home" "$folder/empty"
cd "$folder/empty"
status=0
echo 'Say hello.' | env -i PATH="$PATH" HOME="$folder/home" OPENAI_API_KEY=none OPENAI_MODEL=any \
  OPENAI_BASE_URL="http://127.0.0.1:$(cat "$folder/port")/v1" \
  timeout 120 "$folder/node_modules/.bin/qwen" --bare --auth-type openai -o json >"$folder/said" 2>"$folder/aside" || status=$?
python3 - "$folder/said" "$status" <<'PY'
import json, sys

last = json.load(open(sys.argv[1]))[-1]
print(f"qwen 0.15.10: exit status {sys.argv[2]}, is_error {last.get('is_error')}, result {last.get('result')!r}")
same = sys.argv[2] == "0" and last.get("is_error") is False and str(last.get("result")).startswith("[API Error: 401")
print("holds: the error is the answer" if same else "changed: the failure is told as one")
sys.exit(not same)
PY
