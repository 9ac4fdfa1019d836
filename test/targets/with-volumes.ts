import type { Wish } from './deployed.ts';

const others = [
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'kept' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'words' }, data: { greeting: 'costs $5 $(PORT)' } },
];

/** One replica with a claim, an emptyDir within it, and a ConfigMap. */
export const withVolumes = {
  others,
  deployment: { replicas: 1, strategy: { type: 'Recreate' } },
  pod: {
    volumes: [
      { name: 'kept', persistentVolumeClaim: { claimName: 'kept' } },
      { name: 'scratch', emptyDir: {} },
      { name: 'words', configMap: { name: 'words' } },
    ],
  },
  container: {
    env: [{ name: 'SAID', valueFrom: { configMapKeyRef: { name: 'words', key: 'greeting' } } }],
    volumeMounts: [
      { name: 'kept', mountPath: '/hitless-test/kept' },
      { name: 'scratch', mountPath: '/hitless-test/kept/scratch' },
      { name: 'words', mountPath: '/etc/hitless-test' },
    ],
  },
} satisfies Wish;

export const writeBoth = 'echo a >> /hitless-test/kept/log; echo a >> /hitless-test/kept/scratch/log';
export const readBoth = 'cat /hitless-test/kept/log; echo -; cat /hitless-test/kept/scratch/log 2>&1';
