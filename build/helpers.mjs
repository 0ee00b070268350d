// Part of the build. What a model in Python or R is written with is copied into dist/ as it is: one file for each language.
import { cpSync } from 'node:fs';
import { URL, fileURLToPath } from 'node:url';

const folder = 'programs/command/helpers';
cpSync(
  fileURLToPath(new URL(`../src/${folder}`, import.meta.url)),
  fileURLToPath(new URL(`../dist/${folder}`, import.meta.url)),
  { recursive: true, filter: (path) => !path.includes('__pycache__') },
);
