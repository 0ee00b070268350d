/** Loaded before a command (node --import): writes what the whole process took, its threads included, to the file named in PERMAFROST_USAGE. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

if (isMainThread)
  process.on('exit', () => {
    writeFileSync(process.env.PERMAFROST_USAGE, JSON.stringify(process.resourceUsage()));
  });
