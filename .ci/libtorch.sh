#!/usr/bin/env bash
# Installs libtorch 2.4.1 for the engine rust-bert on x86-64 Linux: the files for the processor, from wheels on PyPI.
#
#     .ci/libtorch.sh FOLDER        then: source FOLDER/env
#
# Downloads 0.8 GB once (from where pip is configured to), checks the sha256 of every wheel, keeps 0.6 GB in FOLDER.
# If FOLDER is complete, it only prints what to export. Needs Python 3 with pip, and unzip.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
mkdir -p "$1"
folder="$(cd "$1" && pwd)"

# Name, version, sha256. libtorch_cpu of this build of torch links two small CUDA libraries, which need no graphics card.
wheels=(
  "torch 2.4.1 0b5f88afdfa05a335d80351e3cea57d38e578c8689f751d35e0ff36bce872113"
  "nvidia-cuda-cupti-cu12 12.1.105 e54fde3983165c624cb79254ae9818a456eb6e87a7fd4d56a2352c24ee542d7e"
  "nvidia-cuda-runtime-cu12 12.1.105 6e258468ddf5796e25f1dc591a31029fa317d97a0a94ed93468fc86301d61e40"
)
stamp="$(printf '%s\n' "${wheels[@]}")"

if [ ! -f "$folder/complete" ] || [ "$(cat "$folder/complete")" != "$stamp" ]; then
  work="$(mktemp -d "$folder/.new.XXXXXX")"
  trap 'rm -rf "$work"' EXIT
  for wheel in "${wheels[@]}"; do
    read -r name version sha256 <<<"$wheel"
    echo "$name==$version --hash=sha256:$sha256"
  done >"$work/requirements.txt"
  echo "downloading libtorch (0.8 GB)" >&2
  if ! python3 -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
      --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 --abi none \
      --platform manylinux1_x86_64 --dest "$work/wheels" --requirement "$work/requirements.txt" >&2; then
    echo "libtorch was not fetched: pip could not download the wheels, or their sha256 is not the pinned one (see above)" >&2
    exit 1
  fi
  rm -rf "$folder/lib" "$folder/include" "$folder/complete"
  unzip -q -o "$work"/wheels/torch-*.whl 'torch/include/*' torch/lib/libtorch_cpu.so torch/lib/libc10.so \
    'torch/lib/libgomp-*' -d "$work"
  unzip -q -o -j "$work"/wheels/nvidia_cuda_cupti_*.whl '*/libcupti.so.12' -d "$work/torch/lib"
  unzip -q -o -j "$work"/wheels/nvidia_cuda_runtime_*.whl '*/libcudart.so.12' -d "$work/torch/lib"
  # libtorch.so contains only the names of its parts, one of which is for graphics cards.
  ln -s libtorch_cpu.so "$work/torch/lib/libtorch.so"
  mv "$work/torch/lib" "$work/torch/include" "$folder/"
  printf 'export LIBTORCH=%q LIBTORCH_CXX11_ABI=0\n' "$folder" >"$folder/env"
  printf 'export LD_LIBRARY_PATH=%q${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\n' "$folder/lib" >>"$folder/env"
  printf '%s\n' "$stamp" >"$folder/complete"
fi
cat "$folder/env"
