import type { Path, Problems } from './problem.ts';

/** Columns that the engine itself writes beside metrics or parameters, and keys of an explicit cell. */
const RESERVED = ['perm_index', 'cell_id', 'n', 'n_target', 'step', 'id', 'parameters'];
const SNAKE_CASE = /^[a-z][a-z0-9_]{0,63}$/;

/** A parameter's or a metric's name: a column of tables and a key of studies. */
export function goodName(name: string, path: Path, problems: Problems): void {
  if (RESERVED.includes(name))
    problems.add(path, `the name ${name} belongs to the engine; choose another`, { value: name });
  else if (!SNAKE_CASE.test(name))
    problems.wrong(path, name, 'a snake_case name: a-z, 0-9 and _, at most 64 characters');
}
