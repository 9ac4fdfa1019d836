import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Finding } from '../../cli/doctor/finding.ts';
import { rightsToWatch } from '../../targets/kubernetes/rights.ts';
import { lacks } from '../available.ts';
import { scratch, startCli } from '../e2e/run-cli.ts';
import { run } from './command.ts';

describe.skipIf(lacks('cluster'))('doctor in a cluster', () => {
  const namespace = `hitless-test-doctor-${randomBytes(3).toString('hex')}`;
  const { folder, remove } = scratch();
  const kubeconfig = join(folder, 'kubeconfig');

  /** A service account that may nothing. */
  beforeAll(async () => {
    await run(['kubectl', 'create', 'namespace', namespace]);
    await run(['kubectl', '-n', namespace, 'create', 'serviceaccount', 'blind']);
    const token = await run(['kubectl', '-n', namespace, 'create', 'token', 'blind']);
    const admin = JSON.parse(await run(['kubectl', 'config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']));
    const config = {
      ...admin,
      users: [{ name: 'blind', user: { token } }],
      contexts: [{ name: 'blind', context: { cluster: admin.clusters[0].name, user: 'blind', namespace } }],
      'current-context': 'blind',
    };
    writeFileSync(kubeconfig, JSON.stringify(config));
  });
  afterAll(async () => {
    await run(['kubectl', 'delete', 'namespace', namespace, '--wait=false']);
    remove();
  });

  async function doctor(...words: string[]) {
    const { code, stdout, stderr } = await startCli(['doctor', '--json', ...words], { cwd: folder }).end;
    expect(stderr).toBe('');
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    const all = (name: string) => findings.filter((finding) => finding.name === name);
    return { code, all };
  }

  test('who may all is told so', async () => {
    const { code, all } = await doctor('-n', namespace);
    expect(all('cluster')).toMatchObject([{ status: 'ok', message: expect.stringMatching(/^Kubernetes v1\.\d+/) }]);
    expect(all('rights')).toMatchObject([{ status: 'ok', message: expect.stringContaining(namespace) }]);
    expect(all('clock')).toMatchObject([{ name: 'clock', message: expect.stringContaining('s of ours') }]);
    expect(code).toBe(0);
  });

  test('each right that is missing is named, and the Role that is printed gives them all', async () => {
    const { code, all } = await doctor('--kubeconfig', kubeconfig);
    const missing = all('rights');
    expect(missing.map(({ status }) => status)).toEqual(rightsToWatch.map(() => 'missing'));
    expect(missing[0]?.message).toBe(`system:serviceaccount:${namespace}:blind may not list pods in ${namespace}`);
    expect(code).toBe(3);
    const { text = '' } = missing.at(-1) ?? {};
    expect(parseAllDocuments(text).map((document) => document.toJS().kind)).toEqual(['Role', 'RoleBinding']);

    await run(['kubectl', 'apply', '-f', '-'], { input: text });
    // The API server's authorizer hears of it a moment later.
    await vi.waitFor(async () => expect(await doctor('--kubeconfig', kubeconfig)).toMatchObject({ code: 0 }), {
      timeout: 120_000,
      interval: 100,
    });
  });
});
