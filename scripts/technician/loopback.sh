#!/bin/sh
# Tests the way to a serial port, or to an encoder and back: loopback.sh PORT or loopback.sh ENCODER
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl loopback "$@"
