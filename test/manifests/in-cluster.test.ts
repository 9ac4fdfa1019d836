import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { rightsToWatch, roleYaml } from '../../targets/kubernetes/rights.ts';

const folder = join(import.meta.dirname, '../../manifests/in-cluster');
const objects = (text: string) => parseAllDocuments(text).map((document) => document.toJS());
const shipped = (name: string) => objects(readFileSync(join(folder, name), 'utf8'));

/** Rules as single rights, in whatever order they are written. */
function rightsIn(rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[]): string[] {
  const all = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
  );
  return all.sort();
}

test('the Role is the smallest that watches', () => {
  const [account, role, binding] = shipped('role.yml');
  const [needed, bound] = objects(roleYaml(rightsToWatch, 'shop', 'system:serviceaccount:shop:hitless'));
  expect(rightsIn(role.rules)).toEqual(rightsIn(needed.rules));
  expect(binding.subjects).toEqual(bound.subjects);
  expect(binding.roleRef).toMatchObject({ kind: 'Role', name: role.metadata.name });
  expect(account.metadata).toEqual({ name: 'hitless', namespace: 'shop' });
});

test('the Job runs as that account, once, and writes to nothing but its volumes', () => {
  const [job] = shipped('verify.yml');
  const { spec } = job.spec.template;
  expect(job.spec.backoffLimit).toBe(0);
  expect(spec).toMatchObject({ serviceAccountName: 'hitless', restartPolicy: 'Never' });
  expect(spec.securityContext).toMatchObject({ runAsNonRoot: true });
  const [{ securityContext, volumeMounts, args }] = spec.containers;
  expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  const mounted = volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
  expect(mounted).toEqual(['/work', '/tmp']);
  expect(args.slice(0, 2)).toEqual(['verify', '--watch']);
});

describe('the hooks around a sync of Argo CD', () => {
  const hooks = shipped('argo-cd.yml');

  test('begin before it and judge after it', () => {
    const told = hooks.map(({ kind, metadata: { name, annotations } }) => {
      const { 'argocd.argoproj.io/hook': hook, 'argocd.argoproj.io/sync-wave': wave = '0' } = annotations;
      return [kind, name, hook, wave];
    });
    expect(told).toEqual([
      ['ConfigMap', 'hitless-verify', 'PreSync', '-1'],
      ['Job', 'hitless-begin', 'PreSync', '0'],
      ['Job', 'hitless-verdict', 'PostSync', '0'],
    ]);
  });

  test('make the Job that ships, but for how long it waits and what an inconclusive verdict is', () => {
    const [made] = objects(hooks[0].data['verify.yml']);
    const [ships] = shipped('verify.yml');
    const [container] = made.spec.template.spec.containers;
    expect(container.args).toContain('--on-inconclusive=warn');
    container.args = ships.spec.template.spec.containers[0].args;
    delete ships.spec.ttlSecondsAfterFinished;
    expect(made).toEqual(ships);
  });

  test('may touch no other Job', () => {
    const [account, role, binding] = shipped('argo-cd-role.yml');
    expect(hooks.slice(1).map(({ spec }) => spec.template.spec.serviceAccountName)).toEqual(
      Array(2).fill('hitless-hooks'),
    );
    expect(account.metadata).toEqual({ name: 'hitless-hooks', namespace: 'shop' });
    expect(binding.subjects).toEqual([{ kind: 'ServiceAccount', ...account.metadata }]);
    const others = role.rules.filter(({ resourceNames }: { resourceNames?: string[] }) => resourceNames === undefined);
    expect(rightsIn(others)).toEqual(['create batch/jobs', 'get /pods', 'get /pods/log', 'list /pods']);
  });
});
