import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appTraffic } from '../record/lane-roles.ts';
import type { Result, Verdict } from '../record/result.ts';
import { formatMarkdown } from './markdown.ts';
import { policyNotes, toConcludeText } from './notes.ts';
import { plain } from './plain.ts';
import type { Reporter } from './reporter.ts';
import { repositoryFile } from './repository-file.ts';
import type { Screen } from './screen.ts';

/** A runner shows so many errors and so many warnings of a step, and drops the rest (actions/toolkit, docs/problem-matchers.md). */
const mostAnnotations = 10;
/** A step's summary above it is not shown at all. */
const mostSummaryBytes = 1024 * 1024;
const mostReasons = 5;

type Level = 'error' | 'warning' | 'notice';

/** What one step of a workflow has been told so far: a command may make several runs, and all share its limits and outputs. */
export class Step {
  readonly #annotations = new Map<Level, number>();
  readonly #verdicts: Verdict[] = [];
  #failed = 0;

  /** Whether one more is shown. */
  takes(level: Level): boolean {
    const before = this.#annotations.get(level) ?? 0;
    this.#annotations.set(level, before + 1);
    return before < mostAnnotations;
  }

  /** Of all its runs: the worst verdict, and how many requests failed. */
  add(result: Result): { verdict: Verdict; failed: number } {
    this.#verdicts.push(result.verdict);
    this.#failed += appTraffic(result).reduce((sum, { failed, unanswered }) => sum + failed + unanswered, 0);
    const verdict = (['error', 'fail', 'inconclusive'] as const).find((one) => this.#verdicts.includes(one)) ?? 'pass';
    return { verdict, failed: this.#failed };
  }
}

const thisStep = new Step();

/**
 * Tells a GitHub runner: annotations, the job's summary, and the step's outputs `verdict`, `failed`, `report` and `comment`. What is
 * printed meanwhile, by the app's answers or the deploy command, is no command to the runner.
 */
export function github(screen: Screen, environment: NodeJS.ProcessEnv = process.env, step: Step = thisStep): Reporter {
  let resume: string | undefined;
  return {
    name: 'github',
    onStart() {
      resume = randomUUID();
      screen.write(`::stop-commands::${resume}\n`);
    },
    async onEnd(result, folder) {
      if (resume !== undefined) screen.write(`::${resume}::\n`);
      for (const { level, line } of annotations(result, folder, environment))
        if (step.takes(level)) screen.write(`${line}\n`);
      if (environment.GITHUB_STEP_SUMMARY)
        await appendSummary(environment.GITHUB_STEP_SUMMARY, formatMarkdown(result, folder), screen);
      if (environment.GITHUB_OUTPUT && result.onInconclusive?.done !== 'retry')
        await appendFile(environment.GITHUB_OUTPUT, outputs({ ...step.add(result), ...filesOf(folder) }));
    },
  };
}

interface Annotation {
  level: Level;
  line: string;
}

/** One for the verdict with its reasons, and one for all that only warns: ten runs fit into a step. */
export function annotations(result: Result, folder: string, environment: NodeJS.ProcessEnv): Annotation[] {
  const { verdict, expectation, checks } = result;
  const name = plain(result.scenario.name, 60);
  const file = repositoryFile(result, folder, environment.GITHUB_WORKSPACE || process.cwd());
  const annotation = (level: Level, title: string, lines: readonly string[]): Annotation => ({
    level,
    line: workflowCommand(level, { ...(file !== undefined && { file }), title }, lines.join('\n')),
  });
  const reasons = result.reasons.slice(0, mostReasons).map((reason) => plain(reason, 400));
  const help = [toConcludeText(result) ?? '', ...policyNotes(result)].filter((line) => line !== '');
  const warnings = checks
    .filter((check) => check.verdict === 'warn')
    .slice(0, mostReasons)
    .map((check) => plain(`${check.name}: ${check.message}`, 400));
  const told: Annotation[] = [];
  if (verdict !== 'pass' && expectation?.met !== true)
    told.push(annotation(levelOf(result), `hitless: ${name}: ${verdict}`, [...reasons, ...help]));
  else if (help.length > 0) told.push(annotation('warning', `hitless: ${name}: ${verdict}`, help));
  if (warnings.length > 0) told.push(annotation('warning', `hitless: ${name} warns`, warnings));
  return told;
}

function levelOf({ verdict, onInconclusive }: Result): Level {
  if (verdict !== 'inconclusive' || onInconclusive === undefined) return 'error';
  return ({ nothing: 'error', fail: 'error', warn: 'warning', pass: 'notice', retry: 'notice' } as const)[
    onInconclusive.done
  ];
}

/** `::error title=a%3A b::text`: a line that a runner takes for a command (docs.github.com, Workflow commands; escapes as in actions/toolkit). */
export function workflowCommand(name: string, properties: Record<string, string>, text: string): string {
  const given = Object.entries(properties).map(([property, value]) => `${property}=${inProperty(value)}`);
  return `::${name}${given.length > 0 ? ` ${given.join(',')}` : ''}::${inData(text)}`;
}

function inData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function inProperty(text: string): string {
  return inData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Where it would be too long with what is there already it is left out: a runner would show nothing of either. */
async function appendSummary(path: string, text: string, screen: Screen): Promise<void> {
  const before = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (before + Buffer.byteLength(text) + 1 <= mostSummaryBytes) return await appendFile(path, `${text}\n`);
  screen.write(
    `${workflowCommand('notice', {}, 'The summary of this step is full; the report of this run is among its files.')}\n`,
  );
}

/** Where the report is, and the Markdown for a comment where the reporter of that name left it. */
function filesOf(folder: string): { report: string; comment?: string } {
  const report = join(folder, 'report.html');
  const comment = join(folder, 'comment.md');
  return { report: existsSync(report) ? report : folder, ...(existsSync(comment) && { comment }) };
}

/** A value may hold anything but its own delimiter. */
function outputs(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      const delimiter = `hitless-${randomUUID()}`;
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
    })
    .join('');
}
