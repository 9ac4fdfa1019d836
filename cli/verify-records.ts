import { resolve } from 'node:path';
import { readingFault } from '../runner/appended-file.ts';
import { missing } from '../runner/scenario/paths.ts';
import { InvalidScenario, type Problem, type Source, shown } from '../runner/scenario/problem.ts';
import type { Scenario } from '../runner/scenario/scenario.ts';

/**
 * What others write of the requests of a verify is there before it begins, as their service is. A scenario may start who
 * writes it, and so is told when its traffic begins.
 *
 * @throws InvalidScenario at the flag, or the field of a config
 */
export function refuseUnreadable({ accessLog, ledger }: Pick<Scenario, 'accessLog' | 'ledger'>, source: Source): void {
  const faults = [faultOf('accessLog', accessLog?.file), faultOf('ledger', ledger ?? undefined)];
  const problems = faults.filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new InvalidScenario(problems, source);
}

function faultOf(field: string, file: string | undefined): Problem | undefined {
  if (file === undefined) return undefined;
  const absent = missing([field], resolve(file), file, 'file');
  if (absent !== undefined) return absent;
  const fault = readingFault(file);
  if (fault === undefined) return undefined;
  return { path: [field], at: 'value', message: `${field}: ${shown(file)} cannot be read (${fault})` };
}
