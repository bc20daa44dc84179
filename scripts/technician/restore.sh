#!/bin/sh
# Puts a backup in the place of what this desk has: restore.sh FILE, or restore.sh --last-good
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl restore "$@"
