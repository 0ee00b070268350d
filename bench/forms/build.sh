#!/bin/sh
# walk.c -> walk.wasm. The committed file is from clang 14.0.6 with its wasm-ld.
cd "$(dirname "$0")" || exit 1
exec "${CLANG:-clang}" --target=wasm32 -O3 -msimd128 -mbulk-memory -nostdlib -Wl,--no-entry -Wl,--strip-all \
  -I ../../native-free/headers -o "${1:-walk.wasm}" walk.c
