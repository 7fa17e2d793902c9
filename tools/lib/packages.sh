# Which of the four packages come from the package feed and which are stood in for: asks, decides, writes $found_props.
# shellcheck shell=bash

# The libstdc++ that the published TorchSharp's native library is linked against (GCC 13.2).
torchsharp_needs=GLIBCXX_3.4.32

# What an answer depends on besides the feed. tools/setup.targets puts the same text together: an answer with another one is stale.
setup_key() {
  printf '%s %s %s | %s %s %s %s' "$(property TorchSharpVersion)" "$(property FsCheckVersion)" "$(property VerifyVersion)" \
    "${SG3X_TORCHSHARP:--}" "${SG3X_TORCHVISION:--}" "${SG3X_FSCHECK_XUNIT:--}" "${SG3X_VERIFY_XUNIT:--}"
}

has_answer() { [[ $(property Sg3xSetupKey "$found_props") == "$(xml "$(setup_key)")" ]]; }

has_nvidia() {
  case ${SG3X_CUDA:-} in
    yes) return 0 ;;
    no) return 1 ;;
    '') [[ -e /proc/driver/nvidia/version ]] ;;
    *) die "SG3X_CUDA is yes or no, not '$SG3X_CUDA'" ;;
  esac
}

# Asks for all packages at once. Fills state[ID], version[ID], detail[ID].
declare -A state version detail
ask_feed() {
  local feed=$setup_dir/feed/bin/Feed.dll log=$setup_dir/feed.log
  if [[ ! -e $feed || $root/tools/feed/Program.cs -nt $feed ]]; then
    dotnet build "$root/tools/feed/Feed.csproj" -nologo -v q -clp:NoSummary >"$log" 2>&1 \
      || die "the program that asks the package feed could not be built: $(grep -m 1 error "$log" || tail -n 1 "$log")"
  fi
  rm -rf "$setup_dir/probe"
  local answers
  answers=$(NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT=3 dotnet "$feed" "$root" "$setup_dir/probe" "$@" 2>"$log") \
    || die "the package feed could not be asked: $(head -n 1 "$log")"
  local id s v d
  while IFS=$'\t' read -r id s v d; do
    state[$id]=$s version[$id]=$v detail[$id]=$d
  done <<<"$answers"
}

# Whether this system can load the real TorchSharp's native library; the reason in $why where not. The loader is asked where the
# library is at hand; otherwise the system's libstdc++ must have what the published library needs.
why=
can_load_torchsharp() {
  local library=$setup_dir/probe/libLibTorchSharp.so missing stdcxx
  if [[ -e $library ]]; then
    missing=$(ldd "$library" 2>&1 | grep -v 'weak version' | grep -om 1 "version \`[^']*' not found" | cut -d "'" -f 1) || true
    [[ -z $missing ]] && return 0
    missing=${missing#*\`}
  else
    stdcxx=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null) || true
    stdcxx=$(awk '$1 == "libstdc++.so.6" && /x86-64/ { print $NF; exit }' <<<"$stdcxx")
    [[ -n $stdcxx ]] && grep -qa "$torchsharp_needs\b" "$stdcxx" && return 0
    missing=$torchsharp_needs
  fi
  why="its native library needs $missing, which this system's libstdc++ lacks"
  return 1
}

# PROPERTY OVERRIDE ID…: decides one package; fills choice[PROPERTY] and reason[PROPERTY].
declare -A choice reason
decide() {
  local name=$1 override=$2 id
  shift 2
  if [[ -n ${!override:-} ]]; then
    [[ ${!override} == nuget || ${!override} == local ]] || die "$override is nuget or local, not '${!override}'"
    choice[$name]=${!override} reason[$name]="$override says so"
    return
  fi
  choice[$name]=nuget reason[$name]=
  for id in "$@"; do
    case ${state[$id]:-unknown} in
      found) reason[$name]+="${reason[$name]:+, }$id ${version[$id]}" ;;
      absent)
        choice[$name]=local reason[$name]="$id $(wanted "$id") is not on the feed (${detail[$id]})"
        return ;;
      *)
        local last
        last=$(property "$name" "$found_props")
        [[ -n $last ]] || die "the package feed did not say whether it has $id $(wanted "$id"): ${detail[$id]:-no answer}." \
          "Run tools/setup when it can be reached, or choose without it: $override=local (or nuget)"
        choice[$name]=$last
        reason[$name]="kept from the last set-up; the feed did not answer for $id (${detail[$id]:-no answer})"
        return ;;
    esac
  done
}

wanted() { # ID: the version to ask for
  case $1 in
    FsCheck*) property FsCheckVersion ;;
    Verify*) local v; v=$(property VerifyVersion); printf '%s.*' "${v%.*}" ;;
    libtorch-*) property LibTorchVersion ;;
    *) property TorchSharpVersion ;;
  esac
}

find_packages() {
  local native=libtorch-cpu-linux-x64 id
  has_nvidia && native=TorchSharp-cuda-linux
  local ask=()
  [[ -n ${SG3X_TORCHSHARP:-} ]] || ask+=(TorchSharp)
  [[ ${SG3X_TORCHSHARP:-} == local ]] || ask+=("$native" TorchSharp-cpu)
  [[ -n ${SG3X_TORCHVISION:-} ]] || ask+=(TorchVision)
  [[ -n ${SG3X_FSCHECK_XUNIT:-} ]] || ask+=(FsCheck.Xunit)
  [[ -n ${SG3X_VERIFY_XUNIT:-} ]] || ask+=(Verify.Xunit)
  local question=()
  for id in "${ask[@]}"; do question+=("$id" "$(wanted "$id")"); done
  [[ ${#question[@]} -eq 0 ]] || ask_feed "${question[@]}"

  # Without a GPU TorchSharp-cpu would do as well, but it brings libtorch for three systems where one is used.
  if [[ $native == libtorch-* && ${state[$native]:-} == absent && ${state[TorchSharp-cpu]:-} == found ]]; then native=TorchSharp-cpu; fi
  decide Sg3xTorchSharp SG3X_TORCHSHARP TorchSharp "$native"
  if [[ ${choice[Sg3xTorchSharp]} == nuget && -z ${SG3X_TORCHSHARP:-} ]] && ! can_load_torchsharp; then
    choice[Sg3xTorchSharp]=local reason[Sg3xTorchSharp]="TorchSharp $(wanted TorchSharp) is there, but $why"
  fi
  decide Sg3xTorchVision SG3X_TORCHVISION TorchVision
  # The real one is compiled against the real TorchSharp.
  if [[ ${choice[Sg3xTorchVision]} == nuget && ${choice[Sg3xTorchSharp]} == local ]]; then
    choice[Sg3xTorchVision]=local reason[Sg3xTorchVision]="TorchVision needs the real TorchSharp, which is stood in for"
  fi
  decide Sg3xFsCheckXunit SG3X_FSCHECK_XUNIT FsCheck.Xunit
  decide Sg3xVerifyXunit SG3X_VERIFY_XUNIT Verify.Xunit
  local verify=
  [[ ${version[Verify.Xunit]:--} != - ]] && verify=${version[Verify.Xunit]}

  {
    printf '<Project>\n  <!-- Written by tools/setup: what the package feed has, and what that means here. Run it again rather than edit this. -->\n'
    printf '  <PropertyGroup>\n    <Sg3xSetupKey>%s</Sg3xSetupKey>\n' "$(xml "$(setup_key)")"
    printf '    <Sg3xTorchNative>%s</Sg3xTorchNative>\n' "$native"
    [[ -n $verify ]] && printf '    <Sg3xVerifyVersion>%s</Sg3xVerifyVersion>\n' "$verify"
    for id in Sg3xTorchSharp Sg3xTorchVision Sg3xFsCheckXunit Sg3xVerifyXunit; do
      printf '    <%s>%s</%s>\n    <%sReason>%s</%sReason>\n' "$id" "${choice[$id]}" "$id" "$id" "$(xml "${reason[$id]}")" "$id"
    done
    printf '  </PropertyGroup>\n</Project>\n'
  } | write_file "$found_props"
}

report_packages() {
  local name value
  for name in TorchSharp TorchVision FsCheckXunit VerifyXunit; do
    value=$(property "Sg3x$name" "$found_props")
    say "${name/%Xunit/.Xunit}: ${value/local/stand-in} ($(property "Sg3x${name}Reason" "$found_props"))"
  done
}
