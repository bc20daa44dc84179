#!/bin/sh
# Says what is wrong with the desk and its computer; doctor.sh --fix mends what can be mended.
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl doctor "$@"
