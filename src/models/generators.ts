import type { InputGenerator } from '../model/generator.ts';
import { buildHistoryGenerator } from './submit-queue/build-history-generator.ts';

/** What `permafrost generate` can make. To add one: a line here. */
export const inputGenerators: readonly InputGenerator[] = [buildHistoryGenerator];
