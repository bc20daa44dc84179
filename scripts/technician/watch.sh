#!/bin/sh
# Shows cards, encoders and attempts as things happen, until Ctrl-C.
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl watch "$@"
