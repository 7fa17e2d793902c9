#!/usr/bin/env bash
# Usage: build.sh CACHE
# Compiles torchsharp_local.cpp against the libtorch of this machine into CACHE, unless it is there, and prints the path of the
# library. libtorch: SG3X_LIBTORCH (a folder with include and lib); else the PyTorch of the python3 on the PATH; else Debian's
# libtorch-dev.
set -euo pipefail

source_file="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/torchsharp_local.cpp"
cache=$1

fail() {
    echo "torchsharp_local: $1" >&2
    exit 1
}

is_libtorch() { [[ -e $2/libtorch_cpu.so && -e $1/ATen/core/dispatch/Dispatcher.h ]]; }

find_libtorch() {
    if [[ -n ${SG3X_LIBTORCH:-} ]]; then
        include=$SG3X_LIBTORCH/include lib=$SG3X_LIBTORCH/lib
        is_libtorch "$include" "$lib" || fail "SG3X_LIBTORCH=$SG3X_LIBTORCH has no include/ATen and lib/libtorch_cpu.so"
        return
    fi
    # find_spec does not import PyTorch, which takes seconds.
    local found
    found=$(python3 -c '
import importlib.util
spec = importlib.util.find_spec("torch")
print(spec.submodule_search_locations[0] if spec else "")' 2>/dev/null || true)
    if [[ -n $found ]] && is_libtorch "$found/include" "$found/lib"; then
        include=$found/include lib=$found/lib
        return
    fi
    for lib in /usr/lib/"$(uname -m)"-linux-gnu /usr/lib; do
        include=/usr/include
        if is_libtorch "$include" "$lib"; then
            return
        fi
    done
    fail "no libtorch to build TorchSharp.Local with. Run: apt-get install libtorch-dev libopenblas-dev (or set SG3X_LIBTORCH)"
}

find_libtorch
compiler=${CXX:-g++}
library_file=$(readlink -f "$lib/libtorch_cpu.so")
key=$({
    echo "$include" "$library_file" "$compiler"
    stat -c '%s %Y' "$library_file"
    cat "$source_file" "${BASH_SOURCE[0]}"
} | sha256sum | cut -c1-16)
output=$cache/$key/libtorchsharp_local.so

if [[ ! -e $output ]]; then
    command -v "$compiler" >/dev/null || fail "no C++ compiler to build TorchSharp.Local with. Run: apt-get install g++"
    mkdir -p "$cache/$key"
    exec 9>"$cache/$key/lock"
    flock 9
    if [[ ! -e $output ]]; then
        # PyTorch's wheels up to 2.5 use the string type of before C++11.
        new_strings=1
        if grep -q '_ZN3c105ErrorC1ENS_14SourceLocationESs' "$lib/libc10.so"; then
            new_strings=0
        fi
        # The newest headers insist on C++20; 1.13's do not compile as that. Which it is, nothing in those between says for sure.
        standards=(c++17 c++20)
        [[ -d $include/torch/headeronly ]] && standards=(c++20 c++17)
        cuda=()
        [[ -e $lib/libtorch_cuda.so ]] && cuda=(-ltorch_cuda -lc10_cuda)
        for standard in "${standards[@]}"; do
            log=$cache/$key/log.$standard
            "$compiler" -std=$standard -O1 -fPIC -shared -fvisibility=hidden -w -D_GLIBCXX_USE_CXX11_ABI=$new_strings \
                -I"$include" -I"$include/torch/csrc/api/include" "$source_file" -o "$output.$$" \
                -L"$lib" -Wl,-rpath,"$lib" -Wl,--no-as-needed -ltorch -ltorch_cpu "${cuda[@]}" -lc10 >"$log" 2>&1 && break
        done
        if [[ ! -e $output.$$ ]]; then
            found=
            for standard in "${standards[@]}"; do
                log=$cache/$key/log.$standard
                found+=$'\n'"  as $standard: $(grep -m1 "error: " "$log" || echo "no error of the compiler's") ($log)"
            done
            fail "compiling against $lib failed:$found"
        fi
        mv "$output.$$" "$output"
    fi
fi
echo "$output"
