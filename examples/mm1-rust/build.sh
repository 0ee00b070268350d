#!/bin/sh
# sim.rs -> sim.wasm. The committed file is from rustc 1.63.0 and wasm-ld 14 (Debian: apt-get install rustc libstd-rust-dev-wasm32 lld;
# LINKER=wasm-ld). With rustup: rustup target add wasm32-unknown-unknown, and no linker needs to be named.
cd "$(dirname "$0")" || exit 1
exec "${RUSTC:-rustc}" --edition 2021 --target wasm32-unknown-unknown --crate-type cdylib -O -C panic=abort -C lto -C strip=symbols \
  ${LINKER:+-C linker="$LINKER"} -o "${1:-sim.wasm}" sim.rs
