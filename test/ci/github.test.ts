import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { deploy, type Service, startServiceAndFolder } from '../verify/service.ts';
import { action, blocksOf, packageIn, quickArgs, runAction, shell } from './runner.ts';

/** A machine may be very busy, and each installs hitless and verifies a deploy. */
vi.setConfig({ testTimeout: 300_000 });

let service: Service;
let folder: string;

beforeEach(async () => {
  ({ service, folder } = await startServiceAndFolder());
});

const quoted = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
const run = (inputs: Record<string, string>) =>
  runAction(folder, { url: service.url, args: quickArgs, package: packageIn(folder), ...inputs });

interface WorkflowStep {
  id?: string;
  uses?: string;
  with?: Record<string, string>;
  env?: Record<string, string>;
  run?: string;
}
const [workflow = ''] = blocksOf('ci-github.md', 'yaml');
const steps = (parse(workflow) as { jobs: { deploy: { steps: WorkflowStep[] } } }).jobs.deploy.steps;
const used = steps.find(({ uses }) => uses?.includes('/hitless@'));

describe('action.yml', () => {
  test('holds no expression in what a shell runs, and uses each input', () => {
    expect(action.runs.using).toBe('composite');
    for (const step of action.runs.steps) {
      expect(step.run).not.toContain('${{');
      expect(step.shell).toBe('bash');
    }
    const env = action.runs.steps.flatMap((step) => Object.values(step.env ?? {}));
    for (const name of Object.keys(action.inputs)) expect(env).toContain(`\${{ inputs.${name} }}`);
  });

  test('passes a deploy that loses nothing, with what the page gives it, and says where its files are', async () => {
    const { workload: _, namespace: __, args = '', ...withoutCluster } = used?.with ?? {};
    const { code, outputs, summary, printed } = await run({
      ...withoutCluster,
      url: service.url,
      command: quoted(deploy(service, 'v2')),
      args: `${args}\n${quickArgs}`,
    });
    expect(code, printed).toBe(0);
    expect(outputs).toEqual({
      verdict: 'pass',
      failed: '0',
      report: 'hitless-run/report.html',
      comment: 'hitless-run/comment.md',
    });
    expect(existsSync(join(folder, 'workspace', outputs.report ?? ''))).toBe(true);
    expect(readFileSync(join(folder, 'workspace', outputs.comment ?? ''), 'utf8')).toMatch(
      /^<!-- hitless:verify -->\n/,
    );
    expect(summary).toContain('### ✅ PASS: verify');
  });

  test('fails the job where requests were lost, with an annotation, a summary and outputs', async () => {
    const { code, outputs, summary, commands } = await run({ command: quoted(deploy(service, 'v2', 3)) });
    expect(code).toBe(1);
    expect(outputs.verdict).toBe('fail');
    expect(Number(outputs.failed)).toBeGreaterThanOrEqual(3);
    expect(summary).toContain('### ❌ FAIL: verify');
    expect(commands.filter(({ name }) => name === 'error')).toMatchObject([
      {
        properties: { title: 'hitless: verify: fail' },
        text: expect.stringMatching(/requests? .*fail|did not get a good answer/),
      },
    ]);
  });

  test('a command of several lines ends at the first that fails, and what it prints is no command to the runner', async () => {
    const command = "echo '::set-output name=verdict::pass'\nfalse\ntouch went-on\n";
    const { code, outputs, commands } = await run({ command });
    expect(code).toBe(1);
    expect(outputs.verdict).toBe('fail');
    expect(existsSync(join(folder, 'workspace/went-on'))).toBe(false);
    expect(commands.map(({ name }) => name)).not.toContain('set-output');
  });

  test('no input but the commands is code to the shell', async () => {
    const evil = '$(touch pwned)`touch pwned`"; touch pwned; \'; touch pwned #\nverdict=pass';
    const names = ['url', 'workload', 'namespace', 'args', 'out', 'reporters'];
    const { code, outputs } = await run({ command: 'true', ...Object.fromEntries(names.map((name) => [name, evil])) });
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'workspace/pwned'))).toBe(false);
    expect(outputs.verdict).toBe('');
  });
});

describe('docs/ci-github.md', () => {
  test('gives the action inputs that it has', () => {
    for (const name of Object.keys(used?.with ?? {})) expect(Object.keys(action.inputs)).toContain(name);
  });

  test('reads outputs that the action has', () => {
    const read = [...workflow.matchAll(/steps\.hitless\.outputs\.(\w+)/g)].map(([, name = '']) => name);
    expect(read.length).toBeGreaterThan(0);
    for (const name of read) expect(Object.keys(action.outputs)).toContain(name);
    expect(used?.id).toBe('hitless');
  });

  /** `gh`, as far as the step uses it: it writes down its words, and finds the comment of somebody else or of ours. */
  async function comment(found: string): Promise<string[]> {
    const step = steps.find(({ run }) => run?.includes('gh api'));
    for (const value of Object.values(step?.env ?? {})) expect(value).not.toContain('\n');
    expect(step?.run).not.toContain('${{');
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    const script = `#!/bin/sh\nprintf '%s ' "$@" >> calls; echo >> calls\ncase "$*" in *--jq*) printf '%s' '${found}';; esac\n`;
    writeFileSync(join(bin, 'gh'), script);
    chmodSync(join(bin, 'gh'), 0o755);
    writeFileSync(join(folder, 'comment.md'), '<!-- hitless:verify -->\n### PASS\n');
    writeFileSync(join(folder, 'step.sh'), step?.run ?? '');
    const { code, printed } = await shell(['bash', '--noprofile', '--norc', '-eo', 'pipefail', 'step.sh'], folder, {
      PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
      GITHUB_REPOSITORY: 'me/shop',
      PULL: '7',
      COMMENT: 'comment.md',
    });
    expect(code, printed).toBe(0);
    return readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n');
  }

  test('writes a comment, and over the same comment the next time', async () => {
    const [search, written] = await comment('');
    expect(search).toContain('startswith("<!-- hitless:verify -->")');
    expect(written).toContain('repos/me/shop/issues/7/comments -F body=@comment.md');
    const again = await comment('4711');
    expect(again.at(-1)).toContain('-X PATCH repos/me/shop/issues/comments/4711 -F body=@comment.md');
  });
});
