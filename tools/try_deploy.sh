#!/usr/bin/env bash
# Try the files of deploy/ as far as a machine without a cluster can: schemas of CronJob, workflow and compose; the units by
# systemd itself; a run as a service user by the unit's own line; the stages of the image, line by line, in a temporary root.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
python=${PYTHON:-python3}

"$python" -m venv "$work/schemas"
"$work/schemas/bin/pip" install -q 'check-jsonschema==0.39.0' 'kubernetes-validate==1.37.0'
"$work/schemas/bin/check-jsonschema" --builtin-schema vendor.github-workflows "$root/deploy/github-actions.yaml"
"$work/schemas/bin/check-jsonschema" --builtin-schema vendor.compose-spec "$root/deploy/compose.yaml"
for version in 1.27 1.37; do
  "$work/schemas/bin/kubernetes-validate" --strict -k "$version" "$root/deploy/cronjob.yaml"
done

# -- the stages of the image; what the base image brings is there already ----------------------------------------------
copied() { tar -C "$root" --exclude-vcs --exclude=.venv -cf - src pyproject.toml README.md LICENSE deploy/requirements.lock | tar -C "$1" -xf -; }
mkdir "$work/src"
while IFS= read -r line; do
  case $line in
    "COPY . /src") copied "$work/src" ;;
    "COPY deploy/requirements.lock /src/requirements.lock") cp "$root/deploy/requirements.lock" "$work/src/" ;;
    "RUN apt-get "* | "RUN useradd "*) ;;
    "RUN "*) line=${line#RUN }; line=${line//\/opt\/deepdaily/$work/opt}; line=${line//\/src/$work/src}; (cd "$work" && eval "${line/#python /$python }" >"$work/said.txt" 2>&1) || { cat "$work/said.txt"; exit 1; } ;;
  esac
done <"$root/deploy/Dockerfile"
daily="$work/opt/bin/deepdaily"
rm -r "$work/src"
"$daily" --version

# -- the units, and a run by the service's own line --------------------------------------------------------------------
mkdir "$work/units"
sed "s#/opt/deepdaily/bin/deepdaily#$daily#" "$root/deploy/deepdaily.service" >"$work/units/deepdaily.service"
cp "$root/deploy/deepdaily.timer" "$work/units/"
if command -v systemd-analyze >/dev/null; then
  systemd-analyze verify --man=no "$work/units/deepdaily.service" "$work/units/deepdaily.timer"
  systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$root/deploy/deepdaily.timer")" | sed -n 1,2p
fi
mkdir "$work/state" "$work/blog" "$work/etc"
"$work/opt/bin/python" - "$work/blog" >"$work/etc/deepdaily.toml" <<'PYTHON'
import json, sys
from deepdaily.demo.sample_web import feeds
print(f"[sources]\npacks = []\nadd = {json.dumps([feed.url for feed in feeds()])}")
print(f'[[publish]]\nto = "hugo"\ndir = "{sys.argv[1]}"')
PYTHON
line=$(sed -n 's/^ExecStart=//p' "$work/units/deepdaily.service")
line=${line//\/etc\/deepdaily/$work/etc}; line=${line//\/var\/lib\/deepdaily/$work/state}
as=()
if [ "$(id -u)" -eq 0 ]; then
  as=(setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs)
  if "${as[@]}" "$(readlink -f "$work/opt/bin/python")" -c '' 2>/dev/null; then
    chown 65534:65534 "$work/state" "$work/blog"
  else
    echo "the interpreter here is its owner's alone: the run is the owner's, too"
    as=()
  fi
fi
status=0
(cd / && env -i DEEPDAILY_WEB=sample "${as[@]}" $line --now 2026-03-12T07:30:00+08:00) >"$work/said.txt" 2>&1 || status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 10 ] || { cat "$work/said.txt"; exit 1; }
ls -l "$work/blog/content/posts/2026-03-12/index.md"
echo "the files of deploy/ stand"
