#!/bin/sh
# Sets up what is missing, then runs one of this checkout's commands on the pinned Node.js.
# The pinned Node.js comes first on PATH, so that children run on it too, whatever Node.js the machine has.
set -eu

usage() {
  echo 'usage: sh scripts/run.sh demo|demo:property|test|test:vm|start|check|build|bench|package|encoderctl [arguments]' >&2
  exit 64
}

[ $# -gt 0 ] || usage
command=$1
shift
case $command in
  start) program=src/main.ts ;;
  encoderctl) program=src/cli/encoderctl.ts ;;
  test:vm) program=scripts/test-vm.ts ;;
  demo:property) program=scripts/property-demo.ts ;;
  build) program=scripts/build-web.ts ;;
  demo | test | check | bench | package) program=scripts/$command.ts ;;
  *) usage ;;
esac

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
sh "$root/scripts/setup.sh" "$command"

PATH=$root/.node/bin:$PATH
# npm tells its children which Node.js it runs on itself: the machine's own.
NODE=$root/.node/bin/node
npm_node_execpath=$NODE
# Compiled code is kept: the daemon starts sooner and holds 20 MB less.
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/node_modules/.cache/compiled}
export PATH NODE npm_node_execpath NODE_COMPILE_CACHE

# exec: a signal to this process must reach the daemon.
exec node "$root/$program" "$@"
