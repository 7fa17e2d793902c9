# tools/gpu pack: everything that a machine with a GPU and without .NET needs, in one archive.
# shellcheck shell=bash

most_bytes=$((60 << 20))

pack() {
  local archive=$root/artifacts/gpu/sg3x-gpu.tar.xz data='' images=''
  while (($#)); do
    case $1 in
      --data) data=${2:?--data needs a zip file}; shift ;;
      --images) images=${2:?--images needs a number}; shift ;;
      -*) misused "pack: unknown option $1 (see tools/gpu --help)" ;;
      *) archive=$1 ;;
    esac
    shift
  done
  [[ -z $data || -f $data ]] || misused "--data: $data is no file"
  "$root/tools/setup" --if-needed
  # There libtorch is PyTorch's, which the package has no way to; a choice of one's own stands above what set-up found.
  local name
  for name in TorchSharp TorchVision; do
    [[ $(property "Sg3x$name" "$found_props") == local ]] || export "SG3X_${name^^}=local"
  done

  local build=$root/artifacts/gpu/build stage=$root/artifacts/gpu/stage log=$root/artifacts/gpu/pack.log project
  rm -rf "$stage"
  mkdir -p "$stage" "$(dirname "$archive")"
  : >"$log"
  # One folder for both, so that they share one .NET.
  for project in src/Sg3x.Cli tests/Sg3x.Gpu.Tests; do
    gpu_say "publishing $project"
    dotnet publish "$root/$project" -c Release -r linux-x64 --self-contained --artifacts-path "$build" -o "$stage/app" -nologo -v q \
      >>"$log" 2>&1 || die "$project could not be published: $(grep -m 1 error "$log" || tail -n 1 "$log")"
  done
  # Built there; for debuggers; for dotnet test.
  rm -rf "$stage"/app/{libtorchsharp_local.so,createdump,libmscordbi.so,libmscordaccore.so,libcoreclrtraceptprovider.so} \
    "$stage"/app/{Microsoft.TestPlatform,Microsoft.VisualStudio,Microsoft.CodeCoverage,testhost,coverlet,xunit.runner,FsCheck,FSharp}*
  find "$stage/app" -name '*.xml' -delete
  find "$stage/app" -mindepth 1 -type d -exec rm -rf {} +
  pack_libraries "$stage/app" "$stage/libraries"

  mkdir -p "$stage/native" "$stage/golden" "$stage/data"
  cp "$root"/src/TorchSharp.Local/native/{build.sh,torchsharp_local.cpp} "$stage/native/"
  cp "$root"/golden/reference/* "$stage/golden/"
  [[ -z $data ]] || pack_images "$data" "$images" "$stage/data/images.zip"
  { git -C "$root" describe --always --dirty --abbrev=12 2>/dev/null || echo unknown; } >"$stage/commit"

  tar -C "$stage" --owner=0 --group=0 -cf - . | xz -T0 -6 >"$archive.new"
  mv -f "$archive.new" "$archive"
  local bytes
  bytes=$(stat -c %s "$archive")
  gpu_say "$archive: $(awk "BEGIN { printf \"%.1f\", $bytes / 1048576 }") MiB"
  ((bytes <= most_bytes)) || die "the archive is larger than $((most_bytes >> 20)) MiB: fewer --images make it smaller"
}

# What the program loads of this system's libraries and that system may lack: those of images, and .NET's of cryptography.
pack_libraries() { # APP TARGET
  mkdir -p "$2"
  { ldd "$1/libTorchVisionLocal.so"; ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | awk '
    /^[ \t]*lib(png[0-9]*|jpeg|z|ssl|crypto)\.so\.[0-9]+ / && /=> \// {
      if (/libc6/ && !/x86-64/) next
      name = $1
      match($0, /=> [^ ]+/)
      if (!(name in seen)) print substr($0, RSTART + 3, RLENGTH - 3)
      seen[name] = 1
    }' | while read -r library; do cp -L "$library" "$2/"; done
}

pack_images() { # FROM COUNT TO
  if [[ -z $2 ]]; then
    cp "$1" "$3"
    return
  fi
  python3 - "$@" <<'PYTHON' || die "the images of $1 could not be taken"
import sys, zipfile
source, count, target = sys.argv[1:]
with zipfile.ZipFile(source) as whole, zipfile.ZipFile(target, "w") as part:
    images = sorted(n for n in whole.namelist() if n.lower().endswith((".png", ".jpg", ".jpeg")))
    for name in images[: int(count)]:
        part.writestr(name, whole.read(name))
PYTHON
}
