import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { HitlessError } from '../record/error.ts';
import { checks } from '../runner/check/checks.ts';
import { loadScenario } from '../runner/scenario/load.ts';
import type { Scenario } from '../runner/scenario/scenario.ts';
import { readOutline } from '../targets/manifest/outline.ts';
import { scenariosIn, shippedScenarios } from './shipped.ts';
import { targets } from './targets.ts';

/** What there is to run, and what it is judged by. */
export async function listText(): Promise<string> {
  const shipped: Row[] = [];
  for (const [name, file] of shippedScenarios()) shipped.push([name, about(await loadScenario(file, [], readOutline))]);
  const here: Row[] = [];
  for (const file of scenariosIn(process.cwd()).values()) here.push(...(await rowOf(file)));
  const ofChecks = [...checks.values()].map(({ name, summary }): Row => [name, summary]);
  const ofTargets = [...targets].map(([name, { summary }]): Row => [name, summary]);
  return [
    section('Scenarios that ship (hitless run NAME)', shipped),
    section('Scenarios in this folder (hitless run FILE)', here),
    section('Checks', ofChecks),
    section('Targets', ofTargets),
  ].join('');
}

type Row = [name: string, text: string];

/** Any file may lie in a folder: one that does not look like a scenario is left out, and a module is never loaded, as that runs it. */
async function rowOf(file: string): Promise<Row[]> {
  const name = basename(file);
  const text = await readFile(file, 'utf8');
  if (/\.[mc]?[jt]s$/.test(name))
    return /export default\s+defineScenario\b/.test(text) ? [[name, '(a module, not read)']] : [];
  if (!/^"?lanes"?:/m.test(text) || !/^"?steps"?:/m.test(text)) return [];
  try {
    return [[name, about(await loadScenario(file, [], readOutline))]];
  } catch (error) {
    if (error instanceof HitlessError) return [[name, `(not valid: hitless run ${name} --dry-run)`]];
    throw error;
  }
}

/** The first sentence of its description, and where it runs where it does not run anywhere. */
function about({ description = '', targets }: Scenario): string {
  const sentence = /^.*?[.?!](?=\s|$)/s.exec(description)?.[0] ?? description;
  return targets === null ? sentence : `${sentence} (${targets.join(', ')})`.trimStart();
}

function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${title}\n${rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`.trimEnd()).join('\n')}\n\n`;
}
