import { expect, test } from 'vitest';
import { errorOf, read } from './read.ts';

const good = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      containers:
        - name: app
          image: test/app:v1
          envFrom:
            - configMapRef: { name: words }
              prefix: ALL_
          env:
            - name: GREETING
              valueFrom:
                configMapKeyRef: { name: words, key: greeting }
            - name: MISSING
              valueFrom:
                configMapKeyRef: { name: words, key: nowhere, optional: true }
          volumeMounts:
            - name: data
              mountPath: /data/./kept/
            - name: scratch
              mountPath: /scratch
            - name: words
              mountPath: /etc/words
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: counter
        - name: scratch
          emptyDir: {}
        - name: words
          configMap:
            name: words
            items:
              - key: greeting
                path: say/it.txt
        - name: host
          hostPath: { path: /data }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: counter
spec:
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 1Mi } }
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: words
data:
  greeting: costs $5 $(HOME)
`;

test('volumes, mounts and variables from a ConfigMap are read, whatever the order of the documents', () => {
  const { deployments, claims, notices } = read(good);
  expect(notices).toEqual([]);
  expect(claims).toMatchObject([{ name: 'counter' }]);
  const { volumes, container } = deployments[0]?.template ?? {};
  expect(volumes).toEqual([
    { name: 'data', kind: 'claim', claim: 'counter' },
    { name: 'scratch', kind: 'emptyDir' },
    { name: 'words', kind: 'configMap', files: { 'say/it.txt': 'costs $5 $(HOME)' } },
    { name: 'host', kind: 'other', source: 'hostPath' },
  ]);
  expect(container?.mounts).toEqual([
    { volume: 'data', mountPath: '/data/kept', readOnly: false },
    { volume: 'scratch', mountPath: '/scratch', readOnly: false },
    { volume: 'words', mountPath: '/etc/words', readOnly: true },
  ]);
  // Doubled, so that nothing in it is replaced when the container's environment is made.
  expect(container?.env).toEqual([
    { name: 'ALL_greeting', source: { value: 'costs $$5 $$(HOME)' } },
    { name: 'GREETING', source: { value: 'costs $$5 $$(HOME)' } },
  ]);
});

test.each([
  [
    'a claim that is not there',
    'claimName: counter',
    'claimName: conter',
    /no PersistentVolumeClaim is named conter: did you mean counter\?/,
    33,
  ],
  [
    'a ConfigMap that is not there',
    'configMapRef: { name: words }',
    'configMapRef: { name: verbs }',
    /no ConfigMap is named verbs: known: words/,
    14,
  ],
  [
    'a key that is not there',
    'key: greeting }',
    'key: greting }',
    /the ConfigMap words has no key greting: did you mean greeting\?/,
    19,
  ],
  [
    'a mount of no volume',
    '- name: scratch\n              mountPath',
    '- name: skratch\n              mountPath',
    /no volume is named skratch: did you mean scratch\?/,
    26,
  ],
  [
    'a mount at the root',
    'mountPath: /scratch',
    'mountPath: /scratch/..',
    /mountPath is \/scratch\/\.\., expected one below \//,
    27,
  ],
  [
    'a relative mount',
    'mountPath: /scratch',
    'mountPath: scratch',
    /mountPath is "scratch", expected an absolute path/,
    27,
  ],
  [
    'a mount of a part',
    'mountPath: /scratch',
    'mountPath: /scratch\n              subPath: a',
    /local and docker do not mount a subPath/,
    28,
  ],
  [
    'two sources',
    'emptyDir: {}',
    'emptyDir: {}\n          hostPath: {}',
    /the volume scratch has emptyDir and hostPath, expected one/,
    34,
  ],
  ['a typo in a source', 'emptyDir: {}', 'emptydir: {}', /unknown field emptydir .*did you mean emptyDir\?/, 35],
  [
    'two volumes of one name',
    '- name: scratch\n          emptyDir',
    '- name: data\n          emptyDir',
    /a second volume named data/,
    34,
  ],
  ['a file outside the volume', 'path: say/it.txt', 'path: ../it.txt', /\.\.\/it\.txt leads out of the volume/, 41],
  ['a key that is a path', 'greeting: costs', '../greeting: costs', /"\.\.\/greeting" is no key of a ConfigMap/, 58],
  [
    'a secret as environment',
    'configMapRef: { name: words }\n              prefix: ALL_',
    'secretRef: { name: words }',
    /local and docker do not do envFrom but for configMapRef/,
    14,
  ],
  [
    'an access mode that is none',
    'accessModes: [ReadWriteOnce]',
    'accessModes: [ReadWriteTwice]',
    /expected ReadWriteOnce, ReadOnlyMany/,
    50,
  ],
  [
    'a second claim',
    'kind: ConfigMap\nmetadata:\n  name: words\ndata:\n  greeting: costs $5 $(HOME)',
    'kind: PersistentVolumeClaim\nmetadata: { name: counter }\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1 } } }',
    /a second PersistentVolumeClaim named counter, the first is at .*:48/,
    55,
  ],
])('%s is an error with its place', (_, before, after, message, line) => {
  expect(good).toContain(before);
  const error = errorOf(good.replace(before, after));
  expect(error.message).toMatch(message);
  expect({ blame: error.blame, line: error.location?.line }).toEqual({ blame: 'usage', line });
});
