#!/usr/bin/env bash
# Unpack a real MySQL server into a folder, with the C library it wants. Nothing is installed: no root
# needed, no service, no change to the system's packages. For Debian and its keyring; a second run is instant.
set -euo pipefail
target=$(realpath -m "${1:?usage: scripts/get-mysql.sh DIR}")
programs=(sbin/mysqld bin/mysql bin/mysqldump)

[ -x "$target/bin/mysqld" ] && exit
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || { echo "get-mysql: this needs Debian (its keyring and apt)" >&2; exit 1; }

mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,archives/partial,root/usr,bin}
: >"$work/status"

# Releases of Debian carry no MySQL, sid does. The mirror is the one this system already uses.
mirrors=$(apt-get --print-uris update | sed -n "s,^'\(.*/debian/\)dists/.*,\1,p")
mirror=${mirrors%%$'\n'*}
printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: %s\n' \
  "${mirror:?get-mysql: apt has no Debian mirror}" "$keyring" >"$work/sid.sources"
apt=(apt-get -qq -o "Dir::State=$work" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work"
  -o "Dir::Etc::sourcelist=$work/sid.sources" -o Dir::Etc::sourceparts=/dev/null
  -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1
  -o Acquire::Languages=none -o APT::Install-Recommends=false)

echo "Fetching MySQL into $target" >&2
"${apt[@]}" update
"${apt[@]}" --yes --download-only install mysql-server-core mysql-client-core >/dev/null
for package in "$work"/archives/*.deb; do
  case $(basename "$package") in
    perl* | libperl* | dpkg_* | tar_* | debconf*) ;; # wanted by install scripts, which never run here
    *) dpkg-deb --extract "$package" "$work/root" ;;
  esac
done

# Each program starts through the unpacked loader, so that it finds its own libraries and no others.
loader=$(cd "$work/root" && find usr/lib* -name 'ld-linux*.so.*' -print -quit)
libraries=$(cd "$work/root" && dirname "$(find usr/lib -name libc.so.6 -print -quit)")
for program in "${programs[@]}"; do
  cat >"$work/bin/$(basename "$program")" <<WRAPPER
#!/bin/sh
root=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")/root
exec "\$root/$loader" --library-path "\$root/$libraries" "\$root/usr/$program" "\$@"
WRAPPER
  chmod +x "$work/bin/$(basename "$program")"
done

rm -rf "$target"
mkdir "$target"
mv "$work/root" "$work/bin" "$target"
