#!/bin/sh
# Makes one file for the support: what was recorded, the log, the configuration without secrets.
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl bundle "$@"
