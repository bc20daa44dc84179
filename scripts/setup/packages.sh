# Part of scripts/setup.sh: the npm packages, as package-lock.json names them.

# What node_modules was made from. A build need that was missing then and is there now means building again.
stamp_now() {
  echo "node $version, lock $(sha256sum <package-lock.json), without:$missing_build_needs"
}

packages_are_ready() { [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(stamp_now)" ]; }

install_packages() {
  say 'installing the npm packages'
  echo '== npm ci' >>"$log"
  # No install scripts: all but one of the native packages bring their binaries along, and npm would compile
  # better-sqlite3 none the less, which a machine without a compiler cannot do.
  on_pinned_node npm ci --include=dev --include=optional --ignore-scripts --no-audit --no-fund --loglevel=warn ||
    fail 'npm ci failed.'
  echo '== npm rebuild' >>"$log"
  on_pinned_node npm rebuild --foreground-scripts --loglevel=warn @pokusew/pcsclite || true
  say_which_drivers_are_left_out
  stamp_now >"$stamp"
}

# Native packages are built against the headers of the pinned Node.js.
on_pinned_node() {
  PATH=$state/bin:$PATH npm_config_nodedir=$headers npm_config_global=false npm_config_ignore_scripts=false \
    "$@" >>"$log" 2>&1 </dev/null
}

# A machine without one of these does without the drivers that need it.
say_which_drivers_are_left_out() {
  for pair in 'nfc-pcsc:the PC/SC driver' 'serialport:every driver on a serial port' 'node-hid:every driver on USB HID'; do
    package=${pair%%:*}
    why=$("$state/bin/node" -e '
      try { require(process.argv[1]); }
      catch (error) { console.log(String(error.message).split("\n")[0]); }' "$package" 2>>"$log" || echo 'it crashes')
    [ -n "$why" ] || continue
    case $package in nfc-pcsc) why=${missing_build_needs:+its build needs$missing_build_needs} ;; esac
    say "${pair#*:} is not available: the package $package does not load: ${why:-its build failed, see $log}"
  done
}
