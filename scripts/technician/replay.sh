#!/bin/sh
# Runs a capture in the simulator: replay.sh FILE
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl replay "$@"
