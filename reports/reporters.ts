import { HitlessError } from '../record/error.ts';
import { didYouMean } from '../record/nearest.ts';
import type { Result } from '../record/result.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { html } from './html/html.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import type { Reporter } from './reporter.ts';
import { type ReporterName, reporterNames } from './reporter-names.ts';
import type { Screen } from './screen.ts';
import { list } from './terminal/list.ts';

const makers: Record<ReporterName, (screen: Screen) => Reporter> = {
  html,
  json,
  junit,
  markdown,
  gitlab,
  list,
  github,
};

/**
 * The reporters of these names, in the order in which they are to end. Throws HITLESS_UNKNOWN_REPORTER.
 */
export function createReporters(names: readonly string[], screen: Screen): Reporter[] {
  for (const name of names) {
    if (Object.hasOwn(makers, name)) continue;
    const message = `there is no reporter "${name}"${didYouMean(name, reporterNames)}`;
    throw new HitlessError('HITLESS_UNKNOWN_REPORTER', message, {
      blame: 'usage',
      hint: `Use one or more of ${reporterNames.join(', ')}, with commas between them.`,
    });
  }
  return reporterNames.filter((name) => names.includes(name)).map((name) => makers[name](screen));
}

/**
 * Lets each reporter end, one after the other. One that fails does not keep the others from theirs; what went wrong
 * comes back, a line each.
 */
export async function endReporters(reporters: readonly Reporter[], result: Result, folder: string): Promise<string[]> {
  const problems: string[] = [];
  for (const reporter of reporters) {
    try {
      await reporter.onEnd(result, folder);
    } catch (error) {
      problems.push(`the ${reporter.name} report could not be written: ${(error as Error).message}`);
    }
  }
  return problems;
}
