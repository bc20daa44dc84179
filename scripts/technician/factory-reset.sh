#!/bin/sh
# Makes this desk as new, with a last backup of what it was.
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl factory-reset "$@"
