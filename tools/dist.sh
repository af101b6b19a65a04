#!/usr/bin/env bash
# Build the wheel and the sdist, and install each alone on every Python that pyproject.toml names and this machine has: the sample
# day must run from it. PYTHONS names others, separated by blanks.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/build"
"$work/build/bin/pip" install -q build
"$work/build/bin/python" -m build --outdir "$work/dist" "$root" >"$work/build.txt" 2>&1 || { cat "$work/build.txt" >&2; exit 1; }
ls -1 "$work/dist"
for python in ${PYTHONS:-python3.11 python3.12 python3.13}; do
  "$python" -c '' 2>/dev/null || { echo "$python is not here: left out"; continue; }
  for package in "$work"/dist/*.whl "$work"/dist/*.tar.gz; do
    place="$work/$("$python" -c 'import sys; print(sys.version_info[1])')-${package##*.}"
    "$python" -m venv "$place"
    "$place/bin/pip" install -q "$package"
    (cd "$place" && bin/deepdaily demo >demo.txt 2>&1) || [ $? -eq 10 ] || { cat "$place/demo.txt" >&2; exit 1; }
    echo "$("$python" --version), ${package##*/}: $(grep -o '[0-9]* claims supported' "$place/demo.txt")"
  done
done
