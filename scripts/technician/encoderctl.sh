# shellcheck shell=sh
# Part of every script of this folder: the function `encoderctl`. It is the program that ENCODERCTL names, or the installed
# one, or that of this checkout, for which scripts/run.sh sets up Node.js.
set -eu

encoderctl() {
  if [ -n "${ENCODERCTL:-}" ]; then
    exec "$ENCODERCTL" "$@"
  elif [ -x /usr/bin/encoderctl ]; then
    exec /usr/bin/encoderctl "$@"
  else
    exec sh "$(dirname -- "$0")/../run.sh" encoderctl "$@"
  fi
}

# For the names of files: `2026-12-24-1504`.
now=$(date +%Y-%m-%d-%H%M)
export now
