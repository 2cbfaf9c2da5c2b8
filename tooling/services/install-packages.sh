#!/bin/sh
# Installs Debian packages without starting what is in them. Usage: install-packages.sh <package>...
# The caller holds a lock, so only one of these runs at a time.
set -eu
policy=${CELERIAC_POLICY_FILE:-/usr/sbin/policy-rc.d}
saved=$policy.before-celeriac
marker='# Put here by the tests of Celeriac; safe to delete.'

there() { [ -e "$1" ] || [ -L "$1" ]; }
put_back() {
  if grep -qF "$marker" "$policy" 2>/dev/null; then rm -f "$policy"; fi
  if there "$saved"; then mv -f "$saved" "$policy"; fi
}

# Another process may have installed them while this one waited for the lock.
if states=$(dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null) &&
  ! printf '%s\n' "$states" | grep -qvx installed; then
  exit 0
fi

# What an earlier run left when it was killed.
put_back
trap put_back EXIT
trap 'exit 130' HUP INT TERM
if there "$policy"; then mv "$policy" "$saved"; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$marker" >"$policy"
chmod 755 "$policy"

# The port mapper that comes with Erlang shall not listen to the network.
export DEBIAN_FRONTEND=noninteractive ERL_EPMD_ADDRESS=127.0.0.1
apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 update
apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
