import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));

/** The study files below examples/, with `/` in their paths, without the templates of `init`: YAML that neither a run left there nor Kubernetes reads. */
export function exampleStudies(): string[] {
  return readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.yaml') && !/(^|\/)(runs|templates)\//.test(path))
    .filter((path) => !/^apiVersion:/m.test(readFileSync(join(EXAMPLES, path), 'utf8')));
}
