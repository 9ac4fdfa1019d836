import { expect, onTestFinished, test } from 'vitest';
import { startCli } from '../e2e/run-cli.ts';
import { goodScenario, sampleFolder } from '../scenario/sample.ts';

const spec =
  '{ initContainers: [{ name: init, image: shop:v1 }], containers: [{ name: shop, image: shop:v1, readinessProbe: ' +
  '{ grpc: { port: 1 } } }, { name: proxy, image: proxy:v7 }], volumes: [{ name: host, hostPath: { path: /srv } }] }';

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: ${spec}
---
apiVersion: v1
kind: Service
metadata: { name: shop-front }
spec: { ports: [{ port: 8080 }], selector: { app: shop } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
`;

async function plan(target: string) {
  const folder = sampleFolder({ 'a.yml': goodScenario.replace('shop.yml', 'cluster.yml'), 'cluster.yml': manifest });
  onTestFinished(() => folder.remove());
  return startCli(['run', 'a.yml', '--dry-run', '--target', target], { cwd: folder.path }).end;
}

test('what only a cluster runs is refused with its place by the others, which say who runs it', async () => {
  const { code, stderr } = await plan('docker');
  expect(code).toBe(2);
  expect(stderr).toContain('cluster.yml:9:13: local and docker do not run initContainers');
  expect(stderr).toContain('--target kubernetes');
});

test('on kubernetes the API server is the judge, and a plan shows all that is applied', async () => {
  const { code, stdout, stderr } = await plan('kubernetes');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /2 replicas of shop, shop:v1 and proxy:v7\n {2}Service shop-front, port 8080\n.*\n {2}StatefulSet db\n/,
  );
});
