#!/bin/sh
# walk.c -> walk.wasm, by clang with its wasm-ld (Debian, Ubuntu: apt install clang lld; macOS: brew install llvm lld).
cd "$(dirname "$0")" || exit 1
exec "${CLANG:-clang}" --target=wasm32 -O3 -msimd128 -mbulk-memory -nostdlib -Wl,--no-entry -Wl,--strip-all -I "${HEADERS:-.}" -o "${1:-walk.wasm}" walk.c
