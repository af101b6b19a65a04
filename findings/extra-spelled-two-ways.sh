#!/usr/bin/env bash
# Expected: `pip install 'lxml[html_clean]'` brings lxml_html_clean, as the name of an extra may be written with - or _.
# Seen: lxml 6.1.3 spells the extra `html-clean` in its metadata. pip 23.2.1, which comes with Python 3.11.7, compares the
# spelling: it warns, ends with 0 and leaves lxml_html_clean out, so that `import lxml.html.clean` (and with it justext, which
# asks for lxml[html_clean]) fails at the first use. pip 26.3 reads both spellings as one.
# Here: `lxml_html_clean` is a dependency of its own in pyproject.toml.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

installed() { # PIP -> whether the package came along
  python3 -m venv "$folder/$1" >/dev/null
  "$folder/$1/bin/python" -m pip install -q "pip==$1" 2>/dev/null
  "$folder/$1/bin/python" -m pip install -q 'lxml[html_clean]==6.1.3' 2>"$folder/$1.txt"
  grep 'does not provide' "$folder/$1.txt" || true
  "$folder/$1/bin/python" -c 'import lxml.html.clean' 2>/dev/null && echo "pip $1: came along" || echo "pip $1: left out"
}

old=$(installed 23.2.1)
new=$(installed 26.3)
printf '%s\n%s\n' "$old" "$new"
[[ $old == *"WARNING: lxml 6.1.3 does not provide the extra 'html_clean'"*"pip 23.2.1: left out" ]] ||
  { echo "changed: pip 23.2.1 takes the extra" >&2; exit 1; }
[[ $new == "pip 26.3: came along" ]] || { echo "changed: pip 26.3 leaves the extra out" >&2; exit 1; }
echo "holds: the extra is left out by one pip and taken by the other"
