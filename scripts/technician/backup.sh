#!/bin/sh
# Writes all that this desk is into one file, while it runs: backup.sh FILE
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl backup "$@"
