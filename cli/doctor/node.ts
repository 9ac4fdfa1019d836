import type { Look } from './finding.ts';

/** bin/hitless.js refuses an older Node than package.json asks for, so that what runs this is new enough. */
export const lookAtNode: Look = async () => [
  { name: 'node', status: 'ok', message: `${process.version} on ${process.platform} ${process.arch}` },
];
