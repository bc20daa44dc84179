#!/bin/sh
# Writes what an encoder and its driver say to each other into a file here: capture.sh ENCODER
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl capture --output "capture-$now.capture" "$@"
