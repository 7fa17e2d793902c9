# System packages that the stand-ins are compiled against: finds what is missing; installs it as root, names it otherwise.
# shellcheck shell=bash

has_header() { # PATH…: under one of the compiler's usual include folders
  local folder file cpath=${CPATH:-}
  for file in "$@"; do
    for folder in ${cpath//:/ } /usr/include /usr/include/"$(uname -m)"-linux-gnu /usr/local/include; do
      [[ -e $folder/$file ]] && return 0
    done
  done
  return 1
}

# A libtorch other than the distribution's, in the order in which TorchSharp.Local looks for one.
has_own_libtorch() {
  [[ -n ${SG3X_LIBTORCH:-} ]] && return 0
  command -v python3 >/dev/null || return 1
  local folder
  folder=$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])' 2>/dev/null) || return 1
  [[ -e $folder/include/ATen/core/dispatch/Dispatcher.h && -e $folder/lib/libtorch_cpu.so ]]
}

has_fast_blas() { # the reference BLAS runs convolutions ten times slower than any other
  local blas
  blas=$( (ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null) | awk '$1 == "libblas.so.3" { print $NF; exit }')
  [[ -n $blas && $(readlink -f "$blas") != */blas/libblas.so.* ]]
}

missing_packages() {
  local torch vision
  torch=$(property Sg3xTorchSharp "$found_props") vision=$(property Sg3xTorchVision "$found_props")
  # The stand-ins are compiled. The tests compile the source of the GPU's kernel too, and pack and run an archive for a machine with one.
  if [[ ${SG3X_FOR_TESTS:-} == yes ]]; then
    command -v xz >/dev/null || echo xz-utils
    command -v python3 >/dev/null || echo python3
  fi
  if [[ $torch == local || $vision == local || ${SG3X_FOR_TESTS:-} == yes ]]; then
    command -v "${CXX:-g++}" >/dev/null && command -v cc >/dev/null || echo g++
  fi
  if [[ $torch == local ]] && ! has_own_libtorch; then
    has_header ATen/core/dispatch/Dispatcher.h || echo libtorch-dev
    has_fast_blas || echo libopenblas0-pthread
  fi
  if [[ $vision == local ]]; then
    has_header png.h || echo libpng-dev
    has_header jpeglib.h || echo libjpeg-dev
  fi
}

install_system_packages() {
  local list missing
  list=$(missing_packages)
  [[ -z $list ]] && return 0
  mapfile -t missing <<<"$list"
  if ! command -v apt-get >/dev/null; then
    die "these are needed, and there is no apt-get to install them with (Debian's names): ${missing[*]}"
  fi
  if [[ $(id -u) -ne 0 ]]; then
    die "system packages are missing; run: sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
  local log=$setup_dir/apt.log
  say "installing ${missing[*]} with apt-get (log: artifacts/setup/apt.log)"
  : >"$log"
  apt_install "${missing[@]}" || { apt-get update >>"$log" 2>&1 && apt_install "${missing[@]}"; } \
    || die "apt-get could not install ${missing[*]}: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log")"
  list=$(missing_packages)
  [[ -z $list ]] || die "still missing after the installation: ${list//$'\n'/ }"
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null
}
