// A program for the tests of faults: lines of JSON. Parameter `fault`: what it does wrong in permutation `at` (of every chunk that has it), and how often.
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';

process.on('SIGTERM', () => {
  if (process.env.IGNORES !== 'SIGTERM') process.exit(0);
});
if (process.env.PIDS !== undefined) appendFileSync(process.env.PIDS, `${process.pid}\n`);
if (process.env.FAULT === 'at once') {
  process.stderr.write('first line\nno module of that name\n');
  process.exit(3);
}
if (process.env.FAULT === 'greeting') process.stdout.write('Loading the model ...\n');
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const { fault, at } = request.parameters;
  const rows = [];
  for (let i = 0; i < request.count; i += 1) {
    const perm = request.first + i;
    rows.push(JSON.stringify({ x: request.seeds[i], y: perm }));
    if (perm === at) rows.splice(-1, 1, ...(await wrong(fault, perm, rows)));
  }
  if (rows.length > 0) process.stdout.write(`${rows.join('\n')}\n`);
}
if (process.env.IGNORES === 'SIGTERM') setInterval(() => undefined, 1000);

async function wrong(fault, perm, rows) {
  const right = rows.at(-1);
  switch (fault) {
    case 'dies':
      process.stderr.write('about to die\n');
      process.exit(7);
      break;
    case 'is killed':
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined);
      break;
    case 'dies once': {
      if (existsSync(process.env.ONCE)) return [right];
      writeFileSync(process.env.ONCE, '');
      process.exit(7);
      break;
    }
    case 'hangs':
      await new Promise(() => setInterval(() => undefined, 1000));
      break;
    case 'says so':
      return ['{"error": "no root found"}'];
    case 'garbage':
      return ['converged after 12 steps'];
    case 'one more':
      return [right, right];
    case 'one less':
      return [];
    case 'unknown metric':
      return ['{"x": 1, "z": 2}'];
    case 'missing metric':
      return ['{"x": 1}'];
    case 'text':
      return ['{"x": "12", "y": 1}'];
    case 'short list':
      return ['[1]'];
    case 'scalar':
      return ['12'];
    case 'NaN':
      return ['{"x": NaN, "y": 1}'];
    case 'infinite':
      return ['{"x": 1, "y": -Infinity}'];
    case 'null':
      return ['{"x": 1, "y": null}'];
    case 'huge line':
      return ['x'.repeat(3 << 20)];
    case 'much stderr':
      for (let k = 0; k < 1500; k += 1) process.stderr.write(`${k} ${'e'.repeat(2000)}\n`);
      return [right];
  }
  return [right];
}
