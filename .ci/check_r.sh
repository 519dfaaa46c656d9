#!/usr/bin/env bash
# Checks the R package with a built program, and runs the R of docs/tutorial/r.md.
#
#     .ci/check_r.sh PLENARY [FOLDER]
#
# Exits with 77 without R or testthat, and with 1 if `R CMD check` reports an error or a warning, or a line of the tutorial fails.
# The picture of the tutorial is left in FOLDER if one is given.
set -euo pipefail
plenary="$(realpath "$1")"
pictures="${2:+$(realpath "$2")}"
cd "$(dirname "$0")/.."
root="$PWD"
Rscript -e 'quit(status = !requireNamespace("testthat", quietly = TRUE))' >/dev/null 2>&1 || exit 77

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export PLENARY_BIN="$plenary" PLENARY_MODELS="${PLENARY_MODELS:-$root/models}" PLENARY_CACHE="$work/cache"
cd "$work"
R CMD build "$root/r" >build.log 2>&1 || { cat build.log >&2; exit 1; }
# Packages that are only suggested need not be there.
_R_CHECK_FORCE_SUGGESTS_=false R CMD check --no-manual plenary_*.tar.gz >check.log 2>&1 || true
grep -A 3 'NOTE$' check.log || true
tail -n 4 check.log | grep '^Status' || true
if ! grep -qE '^Status: (OK|[0-9]+ NOTEs?)$' check.log; then
  cat check.log plenary.Rcheck/tests/*.fail >&2 || true
  exit 1
fi

mkdir library
ln -s "$root/data" data
awk '/^```r$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$root/docs/tutorial/r.md" >tutorial.R
R CMD INSTALL --library=library plenary_*.tar.gz >install.log 2>&1 || { cat install.log >&2; exit 1; }
R_LIBS="$work/library" Rscript -e 'options(warn = 2); source("tutorial.R", echo = TRUE, max.deparse.length = Inf)' >tutorial.log 2>&1 ||
  { cat tutorial.log >&2; exit 1; }
test -s tone-and-stance.png
if [ -n "$pictures" ]; then cp tone-and-stance.png tutorial.log "$pictures"; fi
echo "the tutorial in R ran: $(wc -l <tutorial.R) lines"
