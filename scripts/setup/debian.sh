# Part of scripts/setup.sh: the packages that come from Debian or Ubuntu.

build_needs='libpcsclite-dev python3 make g++ pkg-config'
wanted="pcscd libccid libusb-1.0-0 $build_needs"
vm_needs='qemu-system-x86 mmdebstrap debian-archive-keyring e2fsprogs cpio kmod util-linux'
case $command in
  test | bench) wanted="$wanted systemd vsmartcard-vpcd util-linux chromium socat shellcheck libnfc-bin libnfc-examples libfreefare-bin" ;;
  test:vm) wanted="$wanted binutils $vm_needs" ;;
  package) wanted="$wanted binutils" ;;
esac
# With CI=true the tests in a virtual machine are a part of all tests, and the package is held against Debian's rules.
# The installed service is measured in a container on the virtual machine's disk.
case ${CI:-}:$command in
  true:test) wanted="$wanted binutils lintian man-db systemd-container $vm_needs" ;;
  *:bench) wanted="$wanted binutils systemd-container $vm_needs" ;;
esac

# What could not be installed, so that every command of a machine without root does not say it again.
given_up=$state/missing-debian-packages

# Sets `missing` to those of $wanted that are not installed (all of them where there is no dpkg to ask), and
# `missing_build_needs` to those without which nfc-pcsc cannot be built.
find_missing_debian_packages() {
  # $wanted is a list.
  # shellcheck disable=SC2086
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' $wanted 2>/dev/null || true) "
  missing='' missing_build_needs=''
  for package in $wanted; do
    case $installed in *" installed:$package "*) continue ;; esac
    missing="$missing $package"
    case " $build_needs " in *" $package "*) missing_build_needs="$missing_build_needs $package" ;; esac
  done
}

# Also ready where nothing more can be done: the same packages are known to be missing, and either they were said for
# good (no root, no apt-get) or the last try is younger than ten minutes.
debian_is_ready() {
  [ -n "$missing" ] || return 0
  [ -f "$given_up" ] || return 1
  case $command in test | test:vm | bench) return 1 ;; esac
  read -r known <"$given_up" || return 1
  for package in $missing; do
    case " $known " in *" $package "*) ;; *) return 1 ;; esac
  done
  ! can_install || [ -n "$(find "$given_up" -mmin -10)" ]
}

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

install_debian_packages() {
  if can_install; then
    say "installing from Debian:$missing"
    # $missing is a list. One package that is not to be had must not keep the others away.
    # shellcheck disable=SC2086
    apt update && { apt install $missing || for package in $missing; do apt install "$package" || true; done; }
    find_missing_debian_packages
  fi
  if [ -z "$missing" ]; then
    rm -f "$given_up"
    return 0
  fi
  echo "$missing" >"$given_up"
  say_what_will_not_work
}

apt() {
  action=$1
  shift
  DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=300 "$action" --no-install-recommends "$@" \
    >>"$log" 2>&1 </dev/null 9>&-
}

say_what_will_not_work() {
  if ! command -v apt-get >/dev/null; then
    say 'this is neither Debian nor Ubuntu: what is called by these names there has to be installed by hand.'
  elif [ "$(id -u)" != 0 ]; then
    say "not root, so these are for an administrator: apt-get install$missing"
  else
    say "apt-get could not install:$missing (see $log)"
  fi
  for package in $missing; do
    case $package in
      libusb-1.0-0) say "without $package: encoders that are HID devices are not found" ;;
      pcscd | libccid) say "without $package: the PC/SC driver finds no encoders" ;;
      qemu-system-x86 | mmdebstrap | debian-archive-keyring | e2fsprogs | cpio | kmod)
        say "without $package: the tests in a virtual machine do not run"
        ;;
      systemd-container) say "without $package: the installed service is neither tested nor measured in a container" ;;
      binutils) say "without $package: the Debian package cannot be made" ;;
      lintian | man-db) say "without $package: the Debian package is not held against Debian's rules" ;;
      vsmartcard-vpcd | util-linux) say "without $package: the tests on a real pcscd do not run" ;;
      socat | libnfc-bin | libnfc-examples | libfreefare-bin) say "without $package: simulated cards are not held against libfreefare" ;;
      systemd) say 'without systemd: what the service says, and its unit, are not tested' ;;
      chromium) say 'without chromium: the browser test does not run' ;;
      shellcheck) say "without shellcheck: the technician's scripts are not held against it" ;;
      *) say "without $package: the PC/SC driver cannot be built" ;;
    esac
  done
}
