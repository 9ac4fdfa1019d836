import { existsSync, readFileSync } from 'node:fs';
import type { Count } from './suite.ts';

/** The last lines of CI's log: `node test/ci/count.ts PARTS FILE...`, the number of parts that failed and the suites' counts. */
const [parts = '0', ...files] = process.argv.slice(2);
const counts = files.filter((file) => existsSync(file)).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Count);

const sum = (of: (count: Count) => number) => counts.reduce((total, count) => total + of(count), 0);
for (const { failures, onlyAtFirst } of counts) {
  for (const failure of failures) console.log(`failed: ${failure}`);
  for (const failure of onlyAtFirst) console.log(`failed at first, passed when run once more alone: ${failure}`);
}
const failed = sum((count) => count.failed) || Number(parts);
console.log(`${sum(({ passed }) => passed)} passed, ${failed} failed, ${sum(({ skipped }) => skipped)} skipped`);
