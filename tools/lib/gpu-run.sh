# tools/gpu run: on a machine with PyTorch, a C++ compiler and no .NET, the whole of what is to be seen on a GPU.
# shellcheck shell=bash disable=SC2034

all_steps=native,doctor,tests,verify,bench,kimg,train,float32,without,full

run() {
  archive='' out='' device=cuda budget=570 steps=$all_steps quick=''
  while (($#)); do
    case $1 in
      --device) device=${2:?--device needs cuda or cpu}; shift ;;
      --budget) budget=${2:?--budget needs seconds}; shift ;;
      --steps) steps=${2:?--steps needs names}; shift ;;
      --quick) quick=yes ;;
      -*) misused "run: unknown option $1 (see tools/gpu --help)" ;;
      *) if [[ -z $archive ]]; then archive=$1; else out=$1; fi ;;
    esac
    shift
  done
  [[ -n $archive && -n $out ]] || misused 'run: an archive (of tools/gpu pack) and a folder for what comes out are wanted'
  [[ -f $archive ]] || misused "$archive: there is no such archive (of tools/gpu pack)"
  local name
  for name in ${steps//,/ }; do
    [[ ,$all_steps, == *,$name,* ]] || misused "--steps: one of ${all_steps//,/, } expected, found $name"
  done
  [[ $budget =~ ^[0-9]{1,6}$ ]] || misused "--budget: seconds expected, found $budget"
  budget=$((10#$budget))
  # What a step leaves of the budget: the time in which one that does not end is killed, and that of the table.
  reserve=${SG3X_GPU_RESERVE:-20}
  [[ $reserve =~ ^[1-9][0-9]{0,3}$ ]] || misused "SG3X_GPU_RESERVE: seconds expected, found $reserve"
  began=$SECONDS
  mkdir -p "$out"
  work_folder
  # Not in OUT, which may be one of those that give back few files.
  results=$work/results
  rm -rf "$results"
  mkdir -p "$results"
  sizes
  unpack
  environment
  for name in ${all_steps//,/ }; do
    [[ ,$steps, != *,$name,* ]] || "steps_$name"
  done
  report
  cat "$out/report.md"
}

# Programs are run from it: one under /tmp must be nobody else's.
work_folder() {
  work=${SG3X_GPU_WORK:-}
  if [[ -n $work ]]; then
    mkdir -p "$work"
    return
  fi
  work=${TMPDIR:-/tmp}/sg3x-gpu-$(id -u)
  mkdir -m 700 "$work" 2>/dev/null || true
  [[ -d $work && ! -L $work && -O $work ]] || die "$work is not a folder of yours (SG3X_GPU_WORK names another)"
  chmod 700 "$work"
}

unpack() {
  local key
  key=$(sha256sum "$archive" | cut -c1-16)
  place=$work/$key
  if [[ ! -e $place/commit ]]; then
    rm -rf "$place.new"
    mkdir -p "$place.new"
    if command -v xz >/dev/null; then tar -xJf "$archive" -C "$place.new"; else python3 -m tarfile -e "$archive" "$place.new"; fi
    mv "$place.new" "$place"
  fi
  cp "$place/commit" "$results/commit"
  sg3x=$place/app/Sg3x.Cli
}

environment() {
  unset DOTNET_ROOT
  export XDG_CACHE_HOME=$work/cache OMP_WAIT_POLICY=passive KMP_BLOCKTIME=0 OPENBLAS_THREAD_TIMEOUT=4 SG3X_TEST_DEVICE=$device
  # What this system lacks of what came along.
  local library folder known
  known=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null || true)
  mkdir -p "$place/lacking"
  for library in "$place"/libraries/*; do
    [[ ! -e $library || $known == *"${library##*/} "* ]] || cp -f "$library" "$place/lacking/"
  done
  # libtorch finds CUDA's libraries of Python's packages by itself; what they load in turn is looked for along the path.
  folder=$(python3 -c '
import glob, importlib.util, os
spec = importlib.util.find_spec("torch")
site = os.path.dirname(spec.submodule_search_locations[0]) if spec else ""
print(":".join(sorted(glob.glob(site + "/nvidia/*/lib"))) if site else "")' 2>/dev/null || true)
  export LD_LIBRARY_PATH=$place/lacking${folder:+:$folder}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
}

# NAME LIMIT COMMAND…: one step. Its output is NAME.txt, or what it prints on standard output NAME.json where the command ends in --json;
# code and seconds are a line of steps.tsv.
step() {
  local name=$1 limit=$2 left code=0 start=$SECONDS
  shift 2
  left=$((budget - (SECONDS - began)))
  if ((left < reserve + reserve * 3 / 4)); then
    printf '%s\t%s\t0\n' "$name" skipped >>"$results/steps.tsv"
    report
    return
  fi
  ((limit < left - reserve)) || limit=$((left - reserve))
  gpu_say "$name (at most $limit s)"
  local output=$results/$name.txt
  [[ ${*: -1} != --json ]] || output=$results/$name.json
  # Ctrl-C's signal first: a training then saves itself. What a shell starts in the background would not hear it.
  timeout --signal=INT --kill-after=$((reserve * 3 / 4 + 1)) "$limit" env --default-signal=INT "$@" \
    >"$output" 2>"$results/$name.log" </dev/null || code=$?
  printf '%s\t%s\t%s\n' "$name" "$code" "$((SECONDS - start))" >>"$results/steps.tsv"
  report
}

# As every step ends: the table so far, and everything behind it but what is large.
report() {
  whole "$out/report.md" python3 "$root/tools/lib/gpu-report.py" "$results"
  whole "$out/results.tar.gz" tar -C "$work" -cz --exclude='*.safetensors' --exclude='events.*' results
}

# FILE COMMAND…: what a command prints, if it succeeds.
whole() {
  local file=$1
  shift
  if "$@" >"$work/new"; then mv -f "$work/new" "$file"; else gpu_say "$file could not be written"; fi
}

with_kernel() { SG3X_KERNEL=yes step "$@"; }

without_kernel() { SG3X_KERNEL=no step "$@"; }

steps_native() {
  command -v g++ >/dev/null || export CXX=${CXX:-c++}
  step native 300 bash "$place/native/build.sh" "$work/native"
  local library
  library=$(tail -n 1 "$results/native.txt" 2>/dev/null || true)
  [[ ! -e $library ]] || cp -f "$library" "$place/app/libtorchsharp_local.so"
}

steps_doctor() {
  step machine 20 bash -c 'nvidia-smi; uname -a; nproc; free -g; g++ --version; python3 -c "import torch; print(torch.__version__)"; true'
  with_kernel doctor 60 "$sg3x" doctor
}

steps_tests() { step tests 150 "$place/app/Sg3x.Gpu.Tests"; }

steps_verify() {
  with_kernel verify 90 "$sg3x" verify demo --quick --device "$device" --json
  with_kernel verify-bfloat16 90 "$sg3x" verify demo --quick --device "$device" --precision bfloat16 --json
  with_kernel verify-vectors 60 "$sg3x" verify --device "$device" --vectors "$place"/golden/*.{safetensors,json} --json
}

steps_bench() { bench with_kernel bench bfloat16; }

steps_kimg() { kimg with_kernel kimg 180 bfloat16 t-128,t-256,t-512; }

steps_float32() {
  bench with_kernel bench float32
  kimg with_kernel kimg 120 float32 t-128,t-256
}

bench() { # KERNEL NAME PRECISION
  "$1" "$2-$3" 100 "$sg3x" bench "${network[@]}" --precision "$3" --device "$device" --json
}

kimg() { # KERNEL NAME LIMIT PRECISION PRESETS
  "$1" "$2-$4" "$3" "$sg3x" bench "${smallest[@]}" --precision "$4" --configurations "$5" --device "$device" "${fewer[@]}" --json
}

steps_train() {
  local data=cats: folder=$results/run
  [[ ! -e $place/data/images.zip ]] || data=$place/data/images.zip
  with_kernel train 90 "$sg3x" train --preset cats-64 --data "$data" --device "$device" --kimg "${lengths[0]}" --out "$folder" \
    "${tiny_run[@]}"
  with_kernel resume 90 "$sg3x" train --resume "$folder" --device "$device" --kimg "${lengths[1]}"
  local grid
  grid=$(find "$folder/samples" -name '*kimg.png' 2>/dev/null | sort | tail -n 1 || true)
  [[ -z $grid ]] || cp "$grid" "$out/samples.png"
  report
}

steps_without() {
  bench without_kernel bench-without bfloat16
  kimg without_kernel kimg-without 90 bfloat16 t-128
  without_kernel verify-without 90 "$sg3x" verify demo --quick --device "$device" --json
}

steps_full() {
  [[ -n $quick ]] || with_kernel verify-full 300 "$sg3x" verify t-128 --device "$device" --json
}

# The network of the ratios (T at 128², the official channels); the one beside configurations, of which only they count; and what makes
# each smaller.
sizes() {
  network=(--resolution 128 --channel-base 32768 --channel-max 512 --batch 32 --repeats 5 --configurations none)
  smallest=(--resolution 16 --channel-base 64 --channel-max 4 --batch 1 --repeats 1)
  fewer=() tiny_run=() lengths=(2 4)
  if [[ -n $quick ]]; then
    network=("${smallest[@]}" --configurations none)
    fewer=(--set training.batch=2 training.r1Interval=2 generator.channelMax=4 discriminator.channelMax=4 resolution=16)
    tiny_run=(--resolution 16 --batch 4 --set generator.channelMax=4 discriminator.channelMax=4 snapshots.tickKimg=0.008
      snapshots.distanceImages=0 snapshots.gridColumns=2 snapshots.gridRows=2)
    lengths=(0.02 0.04)
  fi
}
