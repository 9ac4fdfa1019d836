import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { checkout } from '../e2e/run-cli.ts';
import { type Command, commandsIn, outputsIn } from '../reports/github-runner.ts';

interface Step {
  name: string;
  id?: string;
  shell?: string;
  env?: Record<string, string>;
  run: string;
}

export interface Action {
  inputs: Record<string, { required?: boolean; default?: string }>;
  outputs: Record<string, { value: string }>;
  runs: { using: string; steps: Step[] };
}

export const action = parse(readFileSync(join(checkout, 'action.yml'), 'utf8')) as Action;

/** A package called hitless that is this checkout: npm installs it as it would the real one, without a network. */
export function packageIn(folder: string): string {
  const place = join(folder, 'package');
  mkdirSync(place, { recursive: true });
  writeFileSync(
    join(place, 'package.json'),
    JSON.stringify({ name: 'hitless', version: '0.0.0', bin: { hitless: 'hitless.mjs' } }),
  );
  writeFileSync(
    join(place, 'hitless.mjs'),
    `#!/usr/bin/env node\nawait import(${JSON.stringify(join(checkout, 'bin/hitless.js'))});\n`,
  );
  chmodSync(join(place, 'hitless.mjs'), 0o755);
  return place;
}

export interface Told {
  code: number | null;
  printed: string;
  commands: Command[];
  outputs: Record<string, string>;
  summary: string;
}

/**
 * Runs the steps of action.yml as a runner does: expressions are filled in in `env` alone, `shell: bash` is `bash
 * --noprofile --norc -eo pipefail FILE`, each step has an output and a summary of its own, and a step that fails is the last.
 */
export async function runAction(folder: string, inputs: Record<string, string>): Promise<Told> {
  const workspace = join(folder, 'workspace');
  const temp = join(folder, 'temp');
  for (const place of [workspace, temp]) mkdirSync(place, { recursive: true });
  const given = Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [name, inputs[name] ?? input.default ?? '']),
  );
  const told: Told = { code: 0, printed: '', commands: [], outputs: {}, summary: '' };
  const byStep: Record<string, Record<string, string>> = {};
  for (const [index, step] of action.runs.steps.entries()) {
    const files = {
      script: join(temp, `${index}.sh`),
      GITHUB_OUTPUT: join(temp, `${index}.out`),
      GITHUB_STEP_SUMMARY: join(temp, `${index}.md`),
    };
    writeFileSync(files.script, step.run);
    for (const file of [files.GITHUB_OUTPUT, files.GITHUB_STEP_SUMMARY]) writeFileSync(file, '');
    const env = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, filledIn(value, given)]),
    );
    const end = await shell(['bash', '--noprofile', '--norc', '-eo', 'pipefail', files.script], workspace, {
      ...env,
      ...files,
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temp,
    });
    told.code = end.code;
    told.printed += end.printed;
    byStep[step.id ?? ''] = outputsIn(readFileSync(files.GITHUB_OUTPUT, 'utf8'));
    told.summary += readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8');
    if (end.code !== 0) break;
  }
  told.commands = commandsIn(told.printed);
  for (const [name, { value }] of Object.entries(action.outputs)) {
    const [, id = '', output = ''] = /^\$\{\{ steps\.(\w+)\.outputs\.(\w+) \}\}$/.exec(value) ?? [];
    told.outputs[name] = byStep[id]?.[output] ?? '';
  }
  return told;
}

function filledIn(text: string, inputs: Record<string, string>): string {
  return text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, expression: string) => {
    if (expression === 'github.action_path') return checkout;
    const value = inputs[expression.replace(/^inputs\./, '')];
    if (value === undefined) throw new Error(`no value for ${expression}`);
    return value;
  });
}

/** Ends with what was printed on both streams. The Node of the tests comes first. */
export function shell(
  [file = '', ...args]: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; printed: string }> {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const child = spawn(file, args, { cwd, env: { ...process.env, NO_COLOR: '1', ...env, PATH: env.PATH ?? path } });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, printed })));
}

/** What keeps a verification in a test short, as `args` of the action and the template take it. */
export const quickArgs = ['--baseline', '400ms', '--after', '400ms', '--resolution', '60s', '--no-config'].join('\n');

/** The fenced blocks of a page in `docs`, of one language. */
export function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(join(checkout, 'docs', page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, of, block = '']) =>
    of === language ? [block] : [],
  );
}
