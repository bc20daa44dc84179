#!/bin/sh
# Tries every function of the desk with a test card, and writes a report (HTML and JSON) here: acceptance.sh ENCODER
# shellcheck source=scripts/technician/encoderctl.sh
. "$(dirname -- "$0")/encoderctl.sh"
encoderctl acceptance --html "acceptance-$now.html" --output "acceptance-$now.json" "$@"
