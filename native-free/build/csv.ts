/** Built by native-free/build.mjs from native-free/csv/assembly; 37 bytes, SHA-256 3f006a9eb3944bd0fe816b6f03ddfa27c124933783eebd62cff05e8919755758. */
export const CSV_WASM =
  'AGFzbQEAAAABBAFgAAADAgEABwsBB25vdGhpbmcAAAoEAQIACw==';
