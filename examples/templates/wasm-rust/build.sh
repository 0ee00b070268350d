#!/bin/sh
# walk.rs -> walk.wasm. Once: rustup target add wasm32-unknown-unknown
cd "$(dirname "$0")" || exit 1
exec "${RUSTC:-rustc}" --edition 2021 --target wasm32-unknown-unknown --crate-type cdylib -O -C panic=abort -C lto -C strip=symbols ${LINKER:+-C linker="$LINKER"} -o "${1:-walk.wasm}" walk.rs
