import { distance } from 'fastest-levenshtein';
import type { Role } from './formats/raw-list.ts';
import { SYNONYMS } from './formats/synonyms.ts';
import { compactName } from './tables/table.ts';

export interface NearColumn {
  readonly role: string;
  readonly column: string;
}

/** Columns that are looked at. */
const MOST_COLUMNS = 200;

/** For each role the column that is called so in other words, or nearly; roles without any are missing. */
export function nearColumns(
  header: readonly string[],
  roles: readonly Role[],
): { mapping: readonly NearColumn[]; missing: readonly string[] } {
  const mapping: NearColumn[] = [];
  const missing: string[] = [];
  for (const role of roles) {
    const column = nearest(header, role);
    if (column === undefined) missing.push(role);
    else mapping.push({ role, column });
  }
  return { mapping, missing };
}

/** Letters that may differ: a quarter of a long name; one more than a name of six has; none of a shorter one (`low` is not `lot`). */
function tolerance(name: string, compact: string): number {
  if (name.length < 6) return 0;
  return name.length === 6 ? Math.sign(Math.max(0, compact.length - name.length)) : Math.floor(name.length / 4);
}

/** A column that is a synonym of the role, or nearly one. */
function nearest(header: readonly string[], role: Role): string | undefined {
  const known = [role.replaceAll('_', ''), ...(SYNONYMS[role] ?? [])];
  let best: { column: string; away: number } | undefined;
  for (const column of header.slice(0, MOST_COLUMNS)) {
    const compact = compactName(column);
    if (compact === '') continue;
    for (const name of known) {
      const away = distance(compact, name);
      if (away <= tolerance(name, compact) && (best === undefined || away < best.away)) {
        best = { column, away };
      }
    }
  }
  return best?.column;
}
