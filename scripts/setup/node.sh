# Part of scripts/setup.sh: the pinned Node.js.
#
# .node-version is the only place that names the version. It lives in .node/v<version>; .node/bin and .node/headers
# lead to the one in use. The npm package `node` holds no more than an install script that fetches the package for
# this platform, and newer npm holds install scripts back: so that package is fetched itself.

node_is_ready() { [ -x "$state/v$version/bin/node" ] && [ "$(readlink "$state/bin")" = "v$version/bin" ]; }

install_node() {
  say "fetching Node.js $version"
  package=$(node -p '
    const { platform, arch } = process;
    `${platform === "darwin" && arch === "arm64" ? "node-bin" : "node"}-${platform}-${arch}`')
  fresh=$state/v$version.new
  rm -rf "$fresh" "$state/v$version"
  mkdir -p "$fresh"
  echo "== $package@$version" >>"$log"
  npm_config_global=false npm install --prefix "$fresh" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund \
    --loglevel=warn "$package@$version" >>"$log" 2>&1 </dev/null || fail "Node.js $version could not be fetched."
  ln -s "node_modules/$package/bin" "$fresh/bin"
  ln -s "node_modules/$package" "$fresh/headers"
  found=$("$fresh/bin/node" -p '`${process.version} ${process.release.lts}`' 2>>"$log") ||
    fail "Node.js $version does not run on this machine."
  case $found in
    "v$version undefined") fail "Node.js $version is not a long-term release." ;;
    "v$version "*) ;;
    *) fail "The package of Node.js $version holds $found." ;;
  esac
  mv "$fresh" "$state/v$version"
  ln -sfn "v$version/bin" "$state/bin"
  ln -sfn "v$version/headers" "$headers"
}
