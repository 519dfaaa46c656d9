#!/usr/bin/env bash
# Builds the documentation site and checks it: broken links, missing headings, pages outside the navigation, and anything that is loaded from
# another host are errors. Opens from a disk; the search needs a web server, such as `python3 -m http.server -d FOLDER`.
#
#     site/build.sh FOLDER [PYTHON [VERSION]]
#
# PYTHON has the packages of site/requirements.txt; without it, or if it is empty, an environment with them is made in a folder of its own.
# VERSION is the name of this version in a site with several, which site/versions.py builds.
set -euo pipefail
out="$(realpath -m "${1:?usage: site/build.sh FOLDER [PYTHON]}")"
python="${2:-}"
cd "$(dirname "$0")"
if [ -z "$python" ]; then
  venv="${XDG_CACHE_HOME:-$HOME/.cache}/plenary-site"
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt
  python="$venv/bin/python"
fi
PLENARY_SITE_VERSION="${3:-}" NO_MKDOCS_2_WARNING=1 "$python" -m mkdocs build --strict --config-file mkdocs.yml --site-dir "$out"
"$python" check.py "$out"
