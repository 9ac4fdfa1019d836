import { prepareThreads } from '../traffic/threads.ts';
import type { Engine } from './engine.ts';

/** Ours, in runner/traffic: it sees every loss. */
export const builtin: Engine = {
  name: 'builtin',
  blindTo: () => [],
  prepare: (options) => prepareThreads(options),
};
