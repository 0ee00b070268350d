/** What worker threads begin with. The build has it name the bundle of that module (build/commands-in-few-files.mjs). */
export const WORKER_FILE = new URL('./worker.js', import.meta.url);
