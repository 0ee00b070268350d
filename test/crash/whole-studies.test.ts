import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { PLATFORMS } from '../ports/platforms.ts';
import { MUTANTS } from './campaign.ts';
import { STORIES } from './stories/all-stories.ts';
import { everyCase, someCases, type Case } from './stories/disturbances.ts';
import { useModels } from './stories/models.ts';
import { Telling, type Between } from './stories/telling.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/**
 * Whole studies in one process on a simulated disk: killed, and failed by the disk, at every operation of every command, in several ways; then the same
 * command again, which must finish: nothing acknowledged is lost, nothing is there twice, every finished file is that of the undisturbed story. The
 * short form tries some of all cases; PERMAFROST_FULL=1 tries all.
 */
const FULL = process.env['PERMAFROST_FULL'] === '1';
const SOME = 12;
// Whole studies are run again and again; a busy machine is slow at that.
vi.setConfig({ testTimeout: FULL ? 1_800_000 : 120_000 });

let folder: string;
let forget: () => void;
beforeAll(() => {
  folder = newFolder();
  forget = useModels();
});
afterAll(() => {
  forget();
  removeFolder(folder);
});

describe.each(STORIES)('$name', (story) => {
  test('whatever happens at whichever operation, the same command finishes it', async () => {
    const telling = await Telling.of(story, join(folder, story.name));
    const cases: Iterable<Case> = FULL ? everyCase(telling) : someCases(telling, SOME);
    const wrong: string[] = [];
    let n = 0;
    for (const { command, at, disturbance, seed } of cases) {
      n += 1;
      const what = await telling.disturbed(command, at, disturbance, seed);
      if (what === undefined) continue;
      const { name } = telling.scenes[command]!.command;
      wrong.push(
        `${name}, operation ${at} (${telling.operation(command, at)}), ${JSON.stringify(disturbance)}: ${what}`,
      );
    }
    if (FULL) console.log(`${story.name}: ${n} cases`);
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(n).toBeGreaterThan(SOME - 1);
  });
});

/** The same over what other systems make of a disk: the story ends with the same files, disturbed or not. */
const ELSEWHERE = STORIES.filter(({ name }) => /^(CSV|Arrow shards|damaged|several outputs)/.test(name));

describe.each(PLATFORMS)('on $name', ({ over, foldersUnsynced }) => {
  const between: Between = (disk) => over(disk.port);

  test.each(ELSEWHERE)('$name', async (story) => {
    const here = await Telling.of(story, join(folder, story.name));
    const there = await Telling.of(story, join(folder, story.name), between);
    for (const [k, { ended, finished }] of there.scenes.entries()) {
      expect(ended).toEqual(here.scenes[k]!.ended);
      expect([...finished]).toEqual([...here.scenes[k]!.finished]);
    }
    const wrong: string[] = [];
    for (const { command, at, disturbance, seed } of someCases(there, FULL ? 200 : 4)) {
      // Where folders cannot be synced, a power cut may take the newest names.
      const policy = foldersUnsynced === true ? 'kill' : disturbance.policy;
      const power_off = foldersUnsynced === true ? 'kill' : undefined;
      const what = await there.disturbed(command, at, { ...disturbance, policy }, seed, [], power_off);
      if (what !== undefined)
        wrong.push(`operation ${at} (${there.operation(command, at)}), ${JSON.stringify(disturbance)}: ${what}`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});

/** Bugs of the store that one cell shows are shown by whole studies, too. */
describe('an engine with a seeded bug is caught:', () => {
  const seeded = MUTANTS.filter(
    ({ acknowledgeEarly, shortWrites }) => acknowledgeEarly !== true && shortWrites === undefined,
  );
  test.each(seeded)('$name', async ({ port }) => {
    for (const story of STORIES.toReversed()) {
      let telling: Telling;
      try {
        telling = await Telling.of(story, join(folder, story.name), port);
      } catch {
        return; // caught without a disturbance
      }
      for (const { command, at, disturbance, seed } of someCases(telling, 100))
        if ((await telling.disturbed(command, at, disturbance, seed)) !== undefined) return;
    }
    expect.unreachable('no story shows it');
  });
});
