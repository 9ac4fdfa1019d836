import { whereLost } from './losses.ts';
import { expectedExitCode, type Seen } from './run-scenario.ts';

export function isAsExpected({ scenario, exitCode }: Seen): boolean {
  return exitCode === expectedExitCode(scenario);
}

/** Markdown: a row for each run, by scenario, so that its targets stand below each other. */
export function table(seen: readonly Seen[]): string {
  const head = ['scenario', 'target', 'verdict', 'planned', 'failed', ...whereLost, 'took'];
  const byScenario = Map.groupBy(seen, ({ scenario }) => scenario);
  const rows = [...byScenario.values()].flatMap((runs) => runs.map(row));
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n${notes(seen)}`;
}

/** docs/scenarios/everything.md */
export function page(seen: readonly Seen[], date: Date): string {
  const sorted = seen.toSorted((a, b) => a.scenario.localeCompare(b.scenario) || a.target.localeCompare(b.target));
  return `# Everything on everything

Made by \`node test/cluster/scenarios.ts --targets local,docker,kubernetes --scenarios all --seen FILE --out FILE\`, ${date.toISOString().slice(0, 10)}, on
the cluster of test/cluster with three nodes on one machine. A scenario stands beside the targets that it is made for.
\`rolling-update-as-printed\` and \`frontend-assets-rolling\` have to fail, all others have to pass. Why targets differ in what they
lose: [rolling-update](rolling-update.md).

Shares are of what was planned. *No connection*: refused, unreachable, no connection in time, or a new connection that
ended without a byte. *Broken in flight*: a replica was reached, and its answer did not come or not whole. *Bad answer*:
it came, and was wrong. What is inconclusive is run once more, and the table says so; what fails is not.

${table(sorted)}`;
}

function row(one: Seen): string[] {
  return [
    one.scenario,
    one.target,
    `${one.verdict ?? 'none'}${isAsExpected(one) ? '' : ' (not as expected)'}${one.inconclusiveBefore === null ? '' : ' (second try)'}`,
    count(one.planned),
    count(one.failed),
    ...whereLost.map((where) => (one.planned === 0 ? '' : share(one.losses[where] / one.planned))),
    `${Math.round(one.seconds)} s`,
  ];
}

function notes(seen: readonly Seen[]): string {
  const lines = seen.flatMap((one) => [
    ...(one.inconclusiveBefore === null
      ? []
      : [`- ${one.scenario} on ${one.target} was inconclusive at first: ${oneLine(one.inconclusiveBefore)}`]),
    ...(isAsExpected(one)
      ? []
      : [
          `- ${one.scenario} on ${one.target} ended with ${one.exitCode}, not ${expectedExitCode(one.scenario)}: ${oneLine(one.reason)}`,
        ]),
  ]);
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}

const count = (value: number) => value.toLocaleString('en-US');

/** Per cent, with digits enough to tell one of thousands from none. */
const share = (value: number) => (value === 0 ? '0' : `${(value * 100).toFixed(value < 0.001 ? 3 : 2)} %`);

/** A reason may quote what an app said. */
const oneLine = (text: string) =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[|<>`]/g, ' ')
    .slice(0, 300);
