# Part of scripts/setup.sh: what browsers get (dist/web), built from this checkout.

web_sources='src/client src/console src/model scripts/build-web.ts package-lock.json'

# A folder is younger when a file in it came or went. `npm run build` builds by itself.
web_is_ready() {
  [ "$command" != build ] || return 0
  [ -f dist/web/.built ] || return 1
  # $web_sources is a list.
  # shellcheck disable=SC2086
  [ -z "$(find $web_sources -newer dist/web/.built -print -quit)" ]
}

# A desk without its web pages still serves programs: the daemon says on these pages what is missing.
build_web() {
  say 'building the web pages'
  echo '== build-web' >>"$log"
  "$state/bin/node" scripts/build-web.ts >>"$log" 2>&1 </dev/null 9>&- ||
    say "the web pages could not be built, see $log. Try: npm run build"
}
