#!/bin/sh
# Works a daemon of its own hard for an hour, never the desk, and says whether it leaks or errs; a report is written here.
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl soak --report "soak-$now.json" "$@"
