# Makes the parts of the virtual machine that are made once: sh scripts/vm/recipe.sh FOLDER
#
#   FOLDER/vmlinuz  FOLDER/initrd  FOLDER/disk   Debian's kernel, what it needs to find its disk, and the disk
#
# The packages come from where this machine's own apt gets Debian's. Runs as root; writes to FOLDER alone.
set -eu

folder=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$folder/root
kernel=$folder/kernel
# What the disk carries besides Debian's essential packages: an init with device management, what the pinned Node.js and native
# packages are linked to, what checks a file system, and what shows who holds a port.
packages=systemd-sysv,udev,kmod,dbus,libstdc++6,libatomic1,libudev1,libusb-1.0-0,libpcsclite1,e2fsprogs,psmisc,procps,socat
# What the package of the daemon depends on and recommends, for it is installed without a network; and a reader for its pcscd.
packages=$packages,adduser,pcscd,libccid,polkitd,vsmartcard-vpcd
# In the order of their use: the disk and its file system; then what is loaded once it runs.
boot_modules='virtio_pci virtio_blk crc32c_generic ext4'
modules='virtio_console virtio_net virtio_rng 9pnet_virtio 9p xhci_pci usbhid hid_generic uhid ftdi_sio cdc_acm overlay'

fail() {
  echo "$1" >&2
  exit 1
}

say() { echo "$(date +%T) $1"; }

[ "$(id -u)" = 0 ] || fail 'the image is made by root'
for tool in apt-get mmdebstrap dpkg-deb mkfs.ext4 cpio modprobe; do
  command -v "$tool" >/dev/null || fail "$tool is missing"
done

say 'the sources of Debian packages'
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
sources() {
  apt-get indextargets --format "deb [signed-by=$keyring] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
    'Created-By: Packages' 'Origin: Debian' >"$folder/sources"
}
sources
[ -s "$folder/sources" ] || { apt-get -qy update && sources; }
[ -s "$folder/sources" ] || fail "this machine's apt knows no source of Debian's packages"
apt-config dump --no-empty --format '%f "%v";%n' Acquire >"$folder/apt.conf"

say 'the disk'
mmdebstrap --mode=root --variant=essential --format=directory --include="$packages" \
  --aptopt="$folder/apt.conf" --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  '' "$root" - <"$folder/sources"

say 'the kernel'
image=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p')
[ -n "$image" ] || fail "this machine's apt does not know linux-image-amd64"
mkdir "$kernel"
# apt downloads as a user of its own, who may not write here; it says so, and goes on as root.
(cd "$kernel" && apt-get -q download "$image" busybox-static)
for package in "$kernel"/*.deb; do dpkg-deb -x "$package" "$kernel"; done
version=${image#linux-image-}
depmod -b "$kernel" "$version"
cp "$kernel/boot/vmlinuz-$version" "$folder/vmlinuz"
install -D "$kernel/bin/busybox" "$root/bin/busybox"

# Prints the files of modules and of what they need, in the order in which they are loaded.
files_of() {
  # shellcheck disable=SC2086
  modprobe -d "$kernel" -S "$version" --show-depends -a $1 | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++'
}
for file in $(files_of "$boot_modules $modules"); do install -D -m 644 "$file" "$root${file#"$kernel"}"; done
cp "$kernel/lib/modules/$version"/modules.builtin* "$kernel/lib/modules/$version/modules.order" "$root/lib/modules/$version/"
depmod -b "$root" "$version"
# shellcheck disable=SC2086
printf '%s\n' $modules >"$root/etc/modules-load.d/encoderd-vm.conf"

say 'the initial file system'
initial=$folder/initial
mkdir -p "$initial/bin" "$initial/dev" "$initial/proc" "$initial/disk"
cp "$kernel/bin/busybox" "$initial/bin/busybox"
{
  echo '#!/bin/busybox sh'
  for file in $(files_of "$boot_modules"); do
    cp "$file" "$initial/"
    echo "/bin/busybox insmod /${file##*/}"
  done
  cat "$here/mount-disk.sh"
} >"$initial/init"
chmod 755 "$initial/init"
(cd "$initial" && find . | cpio --quiet -o -H newc | gzip -1) >"$folder/initrd"

say 'the set-up of the disk'
cp -R "$here/root/." "$root/"
chmod 755 "$root"/usr/local/sbin/*
: >"$root/etc/machine-id"
chroot "$root" useradd --create-home clerk
for number in 0 1 2 3 4 5; do
  ln -s ../vm-shell@.service "$root/etc/systemd/system/multi-user.target.wants/vm-shell@$number.service"
done
ln -sf /dev/null "$root/etc/systemd/system/systemd-timesyncd.service"
chroot "$root" systemctl set-default multi-user.target
truncate -s 2G "$folder/disk"
mkfs.ext4 -q -F -O ^has_journal -d "$root" "$folder/disk"

rm -rf "$root" "$kernel" "$initial" "$folder/sources" "$folder/apt.conf"
say 'made'
