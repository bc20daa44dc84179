#!/bin/sh
# Makes an encoder light up and sound three times: identify.sh ENCODER
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl encoders identify "$@"
