#!/bin/sh
# sim.c -> sim.wasm. The committed file is from clang 14.0.6 with its wasm-ld (Debian: apt-get install clang lld).
# Where permafrost is installed, the header lies in node_modules/permafrost/native-free/headers.
cd "$(dirname "$0")" || exit 1
exec "${CLANG:-clang}" --target=wasm32 -O3 -msimd128 -mbulk-memory -nostdlib -Wl,--no-entry -Wl,--strip-all \
  -I ../../native-free/headers -o "${1:-sim.wasm}" sim.c
