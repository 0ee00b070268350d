import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { permafrost } from './cli.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** What needs the process: an error crosses from a worker thread, where nothing is known of the source, to the terminal. The rest is in test/run/model-errors.test.ts. */
test(
  'an error in a worker thread is told with class, message, file and line; --debug shows the stack in lines of the source, and its cause',
  { timeout: 30_000 },
  async () => {
    const folder = newFolder();
    onTestFinished(() => {
      removeFolder(folder);
    });
    writeFileSync(
      join(folder, 'm.ts'),
      `import { defineModel } from 'permafrost';
interface Found { readonly value: number }
export default defineModel({
  name: 'm', version: '1', parameters: {}, metrics: { x: {} },
  simulate: (state, rng, row) => {
    if (rng() > 0.9) throw new RangeError('too far', { cause: new TypeError('the reason') });
    row.x = ({ value: 1 } as Found).value;
  },
});
`,
    );
    writeFileSync(join(folder, 'study.yaml'), 'model: ./m.ts\npermutations: 200\noutput: out\n');
    const args = ['run', 'study.yaml', '--threads', '1', '--on-error', 'continue', '--debug', '--json'];
    const ended = await permafrost(args, { cwd: folder });
    const { exit, stderr } = ended;
    expect(exit).toBe(1);
    expect(stderr).toContain('RangeError: too far\n  thrown at ./m.ts:6 ');
    const [, stack] =
      /^RangeError: too far\n((?: +at .*\n)+)caused by TypeError: the reason\n +at /m.exec(stderr) ?? [];
    expect(stack).toMatch(/^ +at .*simulate/);
    expect(stack).toContain(`${join(folder, 'm.ts')}:6:`);
    expect(stderr).not.toMatch(/data:text\/javascript|permafrost-model\/|bug of permafrost/);
    expect(ended.json()).toMatchObject({
      outputs: [{ first_failure: { error_class: 'RangeError', at: './m.ts:6', of_prepare: false } }],
    });
  },
);
