import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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

test('both Jobs run as that account, once, and write to nothing but their volumes', () => {
  for (const name of ['verify.yml', 'argo-cd.yml']) {
    const [job] = shipped(name);
    const { spec } = job.spec.template;
    expect(job.spec.backoffLimit).toBe(0);
    expect(spec).toMatchObject({ serviceAccountName: 'hitless', restartPolicy: 'Never' });
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true });
    const [{ securityContext, volumeMounts, args }] = spec.containers;
    expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    const mounted = volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
    expect(mounted).toEqual(['/work', '/tmp']);
    expect(args.slice(0, 2)).toEqual(['verify', '--watch']);
  }
});

test('the hook of Argo CD is one', () => {
  const [job] = shipped('argo-cd.yml');
  expect(job.metadata.annotations).toEqual({
    'argocd.argoproj.io/hook': 'Sync',
    'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
  });
});
