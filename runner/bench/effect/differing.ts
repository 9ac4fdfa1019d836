import type { BenchResult } from '../../../record/bench-result.ts';
import type { Result } from '../../../record/result.ts';

/** What figures depend on. What a run tells of its environment besides (such as free memory) may differ. */
const decisive = [
  'cpu',
  'cores',
  'parallelism',
  'cpuLimit',
  'governor',
  'virtualised',
  'memoryMb',
  'kernel',
  'platform',
  'node',
  'hitless',
] as const;

/** What two benches must have in common for their figures to be of the same thing. */
export function identityOf({ kind, target, engine, plan, environment }: BenchResult): Record<string, Field> {
  const url = URL.parse(target.url ?? '');
  return {
    kind,
    scenario: target.scenario,
    target: target.kind,
    method: target.method,
    'what is asked for': url === null ? undefined : `${url.protocol}//…${url.pathname}${url.search}`,
    engine,
    // How long a step of a scenario takes is not asked for.
    stages:
      plan.stages.map(({ name, seconds }) => (kind === 'url' ? `${name} of ${seconds} s` : name)).join(', ') ||
      undefined,
    ...Object.fromEntries(decisive.map((name) => [name, environment[name]])),
  };
}

/** What keeps two benches from being held against each other, a sentence each; empty where nothing does. */
export function benchesDiffering(baseline: BenchResult, candidate: BenchResult): string[] {
  const [before, after] = [identityOf(baseline), identityOf(candidate)];
  return [
    ...incomplete(baseline, candidate),
    ...Object.keys(before).flatMap((name) => differing(name, before[name], after[name])),
  ];
}

/** The same of two runs. */
export function runsDiffering(baseline: Result, candidate: Result): string[] {
  const lanes = ({ traffic }: Result) => traffic.map(({ lane, connection }) => `${lane} (${connection})`).join(', ');
  return [
    ...incomplete(baseline, candidate),
    ...differing('scenario', baseline.scenario.name, candidate.scenario.name),
    ...differing('target', baseline.target.kind, candidate.target.kind),
    ...differing('path', baseline.target.path, candidate.target.path),
    ...differing('lanes', lanes(baseline), lanes(candidate)),
    ...environments(baseline.environment, candidate.environment),
  ];
}

export type Field = string | number | boolean | undefined;

function incomplete(baseline: { complete: boolean }, candidate: { complete: boolean }): string[] {
  return [
    ...(baseline.complete ? [] : ['The baseline was cut short.']),
    ...(candidate.complete ? [] : ['The candidate was cut short.']),
  ];
}

function environments(baseline: Record<string, Field>, candidate: Record<string, Field>): string[] {
  return decisive.flatMap((name) => differing(name, baseline[name], candidate[name]));
}

function differing(name: string, baseline: Field, candidate: Field): string[] {
  return baseline === candidate ? [] : [`${name}: ${shown(baseline)} and ${shown(candidate)}.`];
}

function shown(value: Field): string {
  return value === undefined ? 'not known' : String(value);
}
