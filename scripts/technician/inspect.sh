#!/bin/sh
# Says what the card on the encoder is, and what is on it.
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl card inspect "$@"
