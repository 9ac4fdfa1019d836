import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { checkout } from '../e2e/run-cli.ts';
import { deploy, type Service, startServiceAndFolder } from '../verify/service.ts';
import { blocksOf, packageIn, quickArgs, shell } from './runner.ts';

interface Job {
  extends?: string;
  variables: Record<string, string>;
  before_script: string[];
  script: string[];
  artifacts: { when: string; paths: string[]; reports: { junit: string; codequality: string } };
}

const template = parse(readFileSync(join(checkout, 'ci/gitlab/verify.gitlab-ci.yml'), 'utf8')) as Record<string, Job>;
const job = template['.hitless-verify'] as Job;

/** A machine may be very busy, and each installs hitless and verifies a deploy. */
vi.setConfig({ testTimeout: 300_000 });

let service: Service;
let folder: string;

beforeEach(async () => {
  ({ service, folder } = await startServiceAndFolder());
});

const quoted = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');

/** Runs the job as a runner does in an image without bash: its lines, one script, with `sh` and `set -e`. */
async function run(variables: Record<string, string>) {
  const project = join(folder, 'project');
  mkdirSync(project, { recursive: true });
  writeFileSync(join(folder, 'job.sh'), ['set -e', ...job.before_script, ...job.script].join('\n'));
  const end = await shell(['sh', join(folder, 'job.sh')], project, {
    ...job.variables,
    HITLESS_PACKAGE: packageIn(folder),
    HITLESS_URL: service.url,
    HITLESS_ARGS: quickArgs,
    ...variables,
  });
  return { ...end, project };
}

const [pipeline = ''] = blocksOf('ci-gitlab.md', 'yaml');
const { include, deploy: mine } = parse(pipeline) as { include: unknown; deploy: Partial<Job> };

describe('the GitLab template', () => {
  test('passes a deploy that loses nothing, with what the page gives it, and leaves its artifacts', async () => {
    const { HITLESS_WORKLOAD: _, HITLESS_NAMESPACE: __, HITLESS_PACKAGE: ___, ...variables } = mine.variables ?? {};
    const { code, printed, project } = await run({
      ...variables,
      HITLESS_URL: service.url,
      HITLESS_COMMAND: quoted(deploy(service, 'v2')),
      HITLESS_ARGS: `${variables.HITLESS_ARGS ?? ''}\n${quickArgs}`,
    });
    expect(code, printed).toBe(0);
    const { junit, codequality } = job.artifacts.reports;
    expect(readFileSync(join(project, junit), 'utf8')).toContain('<testsuites name="hitless"');
    expect(JSON.parse(readFileSync(join(project, codequality), 'utf8'))).toEqual(expect.any(Array));
    expect(job.artifacts.when).toBe('always');
    for (const path of job.artifacts.paths) expect(existsSync(join(project, path))).toBe(true);
  });

  test('fails where requests were lost, and its reports say so', async () => {
    const { code, project } = await run({ HITLESS_COMMAND: quoted(deploy(service, 'v2', 3)) });
    expect(code).toBe(1);
    const findings = JSON.parse(readFileSync(join(project, job.artifacts.reports.codequality), 'utf8')) as unknown[];
    expect(findings).toContainEqual(
      expect.objectContaining({ check_name: 'hitless/no-new-failures', severity: 'critical' }),
    );
    expect(readFileSync(join(project, job.artifacts.reports.junit), 'utf8')).toContain('<failure');
  });

  test('no variable but the commands is code to the shell', async () => {
    const evil = '$(touch pwned)`touch pwned`"; touch pwned; \'; touch pwned #\nWORDS\ntouch pwned';
    const names = ['URL', 'WORKLOAD', 'NAMESPACE', 'ARGS', 'REPORTERS'].map((name) => [`HITLESS_${name}`, evil]);
    const { code, project } = await run({ HITLESS_COMMAND: 'true', ...Object.fromEntries(names) });
    expect(code).toBe(2);
    expect(existsSync(join(project, 'pwned'))).toBe(false);
  });
});

describe('docs/ci-gitlab.md', () => {
  test('extends the job of the template, with variables that it has', () => {
    expect(JSON.stringify(include)).toContain('ci/gitlab/verify.gitlab-ci.yml');
    expect(Object.keys(template)).toContain(mine.extends);
    for (const name of Object.keys(mine.variables ?? {})) expect(Object.keys(job.variables)).toContain(name);
  });
});
