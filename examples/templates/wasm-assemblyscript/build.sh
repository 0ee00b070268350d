#!/bin/sh
# walk.as.ts -> walk.wasm. Once: npm install --save-dev assemblyscript
cd "$(dirname "$0")" || exit 1
exec npx asc walk.as.ts -o "${1:-walk.wasm}" -O3 --noAssert --runtime stub --use abort=
