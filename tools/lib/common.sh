# Shared by the scripts in tools/: where things are, how they speak, one at a time.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
setup_dir=$root/artifacts/setup
found_props=$setup_dir/Packages.found.props

say() { printf 'setup: %s\n' "$*" >&2; }
die() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

# A build that calls set-up passes on variables that would send a second dotnet to the wrong files.
unset MSBuildSDKsPath MSBuildExtensionsPath MSBUILD_EXE_PATH MSBuildLoadMicrosoftTargetsReadOnly
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

need_dotnet() {
  command -v dotnet >/dev/null || die 'the .NET 10 SDK is needed, and there is no dotnet on the path'
  local version
  version=$(cd "$root" && dotnet --version 2>&1) || die "dotnet does not start here: ${version//$'\n'/ }"
  [[ ${version%%.*} -ge 10 ]] || die "the .NET 10 SDK is needed, and dotnet is version $version"
}

# SCRIPT ARGUMENTS…: runs the script again as the only one in this tree; the others wait. The programs that it starts do not inherit
# the lock (MSBuild's nodes outlive it), and set-up called by a build that set-up started goes straight on.
one_at_a_time() {
  [[ ${SG3X_LOCKED:-} == "$root" ]] && return
  mkdir -p "$setup_dir"
  command -v flock >/dev/null || return 0
  SG3X_LOCKED=$root exec flock -o "$setup_dir/lock" bash "$@"
}

# COMMAND…: as the only one in this tree; a function too. The lock is file 9, which programs that leave others behind must not have.
locked() {
  command -v flock >/dev/null || { "$@"; return; }
  { flock 9; SG3X_LOCKED=$root "$@"; } 9>"$setup_dir/lock"
}

# FILE: standard input, whole or not at all; an unchanged file keeps its time, so that nothing is built again for it.
write_file() {
  local new=$1.new.$$
  cat >"$new"
  if cmp -s "$new" "$1"; then rm -f "$new"; else mv -f "$new" "$1"; fi
}

# NAME [FILE]: the text of an MSBuild property in a props file, or nothing.
property() {
  local file=${2:-$root/Directory.Packages.props}
  [[ -e $file ]] || return 0
  sed -n "s:.*<$1>\(.*\)</$1>.*:\1:p" "$file" | head -n 1
}

xml() { # TEXT: made safe for an element or a comment
  local text=${1//&/&amp;}
  text=${text//</&lt;}
  text=${text//>/&gt;}
  printf '%s' "${text//--/- -}"
}
