import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const folder = fileURLToPath(new URL('../../manifests/', import.meta.url));
const text = (step: string) => readFileSync(`${folder}${step}/deployment.yml`, 'utf8');
const objects = (step: string) => parseAllDocuments(text(step)).map((document) => document.toJS());

// As the tutorial prints them, page by page.
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: mimuc-app
spec:
  replicas: 3
  selector:
    matchLabels:
      app: mimuc-app
  template:
    metadata:
      labels:
        app: mimuc-app
    spec:
      containers:
        - name: mimuc-app
          image: mimuc/helloworld:v0.0.1
          ports:
            - containerPort: 3000
`;
const service = `---
apiVersion: v1
kind: Service
metadata:
  name: mimuc-service
spec:
  type: LoadBalancer
  ports:
  - port: 8888
    targetPort: 3000
  selector:
    app: mimuc-app
`;
const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };

test('03 and 04 are what the tutorial prints, letter by letter', () => {
  expect(text('03-kubernetes')).toBe(deployment);
  expect(text('04-loadbalancing')).toBe(deployment + service);
});

test('05-zerodown is 04 with the strategy that the tutorial prints, and nothing else', () => {
  const [app, front] = objects('04-loadbalancing');
  expect(objects('05-zerodown')).toEqual([{ ...app, spec: { ...app.spec, strategy } }, front]);
});

test('every YAML is well-formed, and what waits for SIGKILL waits long enough', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yml'));
  for (const file of files) {
    const documents = parseAllDocuments(readFileSync(`${folder}${file}`, 'utf8'));
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    for (const { kind, spec } of documents.map((document) => document.toJS())) {
      const container = kind === 'Deployment' ? spec.template.spec.containers[0] : {};
      if (!container.lifecycle) continue;
      const drain = container.env.find(({ name }: { name: string }) => name === 'DRAIN').value;
      const needed = container.lifecycle.preStop.sleep.seconds + Number(drain.replace('s', ''));
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(needed + 10);
      expect(container.readinessProbe).toMatchObject({ httpGet: { path: '/readyz', port: 3000 }, periodSeconds: 1 });
    }
  }
});

test('05-hitless is 05-zerodown with a grace, a drain, a probe and a preStop hook', () => {
  const [hitless, front] = objects('05-hitless');
  const { terminationGracePeriodSeconds: _, ...pod } = hitless.spec.template.spec;
  const { env: _env, readinessProbe: _probe, lifecycle: _hook, ...container } = pod.containers[0];
  hitless.spec.template.spec = { ...pod, containers: [container] };
  expect([hitless, front]).toEqual(objects('05-zerodown'));
});

test('rollback is 05-hitless that is stuck sooner', () => {
  const [app, front] = objects('rollback');
  expect(app.spec.progressDeadlineSeconds).toBeLessThanOrEqual(10);
  delete app.spec.progressDeadlineSeconds;
  expect([app, front]).toEqual(objects('05-hitless'));
});

test('blue and green differ in colour and version alone, and the Service leads to blue', () => {
  const [blue, green, front] = objects('06-blue-green');
  const painted = JSON.parse(JSON.stringify(blue).replaceAll('blue', 'green').replaceAll('v0.0.1', 'v0.0.2'));
  expect(green).toEqual(painted);
  expect(front.spec.selector).toEqual(blue.spec.selector.matchLabels);
});
