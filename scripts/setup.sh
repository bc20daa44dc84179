#!/bin/sh
# Makes this checkout ready to run: Debian packages, the pinned Node.js, the npm packages, the web pages.
#
#   sh scripts/setup.sh [demo|demo:property|test|test:vm|start|check|build|bench|package|encoderctl]
#
# Does only what is missing, and writes only when it does something, on stderr: stdout belongs to the command that
# runs afterwards. Two may run at once: the second waits for the first.
set -eu

command=${1:-start}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
state=$root/.node
log=$state/setup.log
headers=$state/headers
stamp=node_modules/.encoderd-set-up
read -r version <.node-version
here=$root/scripts/setup
. "$here/debian.sh"
. "$here/node.sh"
. "$here/packages.sh"
. "$here/web.sh"

say() { echo "set-up: $*" >&2; }

# npm says the cause first and its usage last; other programs say the cause last.
fail() {
  say "$1 From $log:"
  { grep '^npm error' "$log" || tail -n 20 "$log"; } | head -n 20 >&2
  exit 75
}

is_ready() { debian_is_ready && node_is_ready && packages_are_ready && web_is_ready; }

find_missing_debian_packages
if is_ready; then exit 0; fi

mkdir -p "$state"
# Whatever is started while the lock is held must close descriptor 9 if it may outlive this script (pcscd does).
exec 9>"$state/setup.lock"
if command -v flock >/dev/null && ! flock -n 9; then
  say 'waiting for another set-up of this checkout'
  flock 9
fi
node_is_ready && packages_are_ready || : >"$log"

find_missing_debian_packages
debian_is_ready || install_debian_packages
node_is_ready || install_node
packages_are_ready || install_packages
web_is_ready || build_web
