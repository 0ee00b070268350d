/**
 * Part of the build: `node dist/study/write-json-schema.js` writes `dist/study.schema.json`, for editors. The models whose parameters it completes
 * are those that the module named as argument exports as `models()`, none without.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Model } from '../model/model.ts';
import { studyJsonSchema } from './json-schema.ts';

const registry = process.argv[2];
const module =
  registry === undefined
    ? undefined
    : ((await import(pathToFileURL(registry).href)) as { models(): Promise<readonly Model[]> });
const models = (await module?.models()) ?? [];
const target = fileURLToPath(new URL('../study.schema.json', import.meta.url));
// For machines: without spaces it is a third as long.
writeFileSync(target, `${JSON.stringify(studyJsonSchema(models))}\n`);
