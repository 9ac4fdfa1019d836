import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { HitlessError } from '../../../record/error.ts';
import { readManifests } from '../../../targets/manifest/manifests.ts';
import { errorOf, folder, read } from './read.ts';

const good = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 3
  selector:
    matchLabels:
      app: app
  strategy:
    rollingUpdate:
      maxSurge: 0
      maxUnavailable: 1
  template:
    metadata:
      labels:
        app: app
    spec:
      containers:
        - name: app
          image: test/app:v1
          ports:
            - name: web
              containerPort: 3000
          readinessProbe:
            httpGet:
              path: /readyz
              port: web
---
apiVersion: v1
kind: Service
metadata:
  name: app
spec:
  selector:
    app: app
  ports:
    - port: 80
      targetPort: web
`;

test('the good one is read, with the defaults of the API server', () => {
  const { deployments, services, notices } = read(good);
  expect(notices).toEqual([]);
  expect(deployments[0]).toMatchObject({
    name: 'app',
    replicas: 3,
    progressDeadlineSeconds: 600,
    minReadySeconds: 0,
    template: {
      terminationGracePeriodSeconds: 30,
      container: {
        readiness: {
          periodSeconds: 10,
          timeoutSeconds: 1,
          failureThreshold: 3,
          successThreshold: 1,
          action: { httpGet: { port: 3000 } },
        },
      },
    },
  });
  expect(services[0]).toMatchObject({ name: 'app', ports: [{ port: 80, targetPort: 'web' }] });
});

// what is replaced, by what, the text at the place that is named, what is said
const wrongs: [string, string, string, string, RegExp][] = [
  [
    'a typo in a field',
    'maxSurge: 0',
    'maxSruge: 0',
    'maxSruge',
    /unknown field maxSruge in spec\.strategy\.rollingUpdate: did you mean maxSurge\?/,
  ],
  ['a typo in a probe', 'path: /readyz', 'paht: /readyz', 'paht', /unknown field paht .* did you mean path\?/],
  [
    'a typo at the top',
    'metadata:\n  name: app\nspec:\n  replicas',
    'metadat:\n  name: app\nspec:\n  replicas',
    'metadat:',
    /unknown field metadat in the object: did you mean metadata\?/,
  ],
  [
    'both 0',
    'maxUnavailable: 1',
    'maxUnavailable: 0',
    'maxUnavailable',
    /maxUnavailable may not be 0 when maxSurge is 0/,
  ],
  [
    'both 0 as percentages',
    'maxSurge: 0\n      maxUnavailable: 1',
    'maxSurge: 0%\n      maxUnavailable: "0%"',
    'maxUnavailable',
    /may not be 0/,
  ],
  [
    'a negative number',
    'replicas: 3',
    'replicas: -1',
    'replicas: -1',
    /spec\.replicas is -1, expected a whole number, 0 or more/,
  ],
  ['a fraction', 'replicas: 3', 'replicas: 2.5', 'replicas: 2.5', /spec\.replicas is 2\.5, expected a whole number/],
  ['a text', 'replicas: 3', 'replicas: three', 'replicas: three', /spec\.replicas is "three", expected a whole number/],
  [
    'a bad percentage',
    'maxUnavailable: 1',
    'maxUnavailable: 12.5%',
    'maxUnavailable',
    /"12\.5%", expected a whole number, 0 or more, or a percentage such as 25%/,
  ],
  ['more than all', 'maxUnavailable: 1', 'maxUnavailable: 101%', 'maxUnavailable', /101%, expected at most 100%/],
  [
    'a selector that misses',
    '    matchLabels:\n      app: app',
    '    matchLabels:\n      app: ap',
    'app: ap\n',
    /the selector does not match the labels of the template \(app: app\)/,
  ],
  [
    'an empty selector',
    '    matchLabels:\n      app: app',
    '    matchLabels: {}',
    'selector:\n    matchLabels',
    /the selector is empty/,
  ],
  ['no image', '          image: test/app:v1\n', '', 'name: app\n          ports', /the container app has no image/],
  [
    'no containers',
    /containers:[\s\S]*?---/.exec(good)?.[0] ?? '',
    'containers: []\n---',
    'containers: []',
    /containers is \[\], expected a list of containers/,
  ],
  [
    'a wrong apiVersion',
    'apps/v1',
    'extensions/v1beta1',
    'apiVersion: ext',
    /apiVersion is "extensions\/v1beta1", expected apps\/v1/,
  ],
  [
    'a kind that is a typo',
    'kind: Service',
    'kind: Servcie',
    'kind: Servcie',
    /unknown kind Servcie: did you mean Service\?/,
  ],
  ['no kind', 'kind: Service\n', '', 'apiVersion: v1\nmeta', /kind is missing/],
  [
    'a name with capitals',
    'metadata:\n  name: app\nspec:\n  sel',
    'metadata:\n  name: App\nspec:\n  sel',
    'name: App',
    /metadata\.name is "App", expected a name/,
  ],
  [
    'a port that is too high',
    'containerPort: 3000',
    'containerPort: 70000',
    'containerPort',
    /70000, expected a port number from 1 to 65535/,
  ],
  [
    'a port name that is not there',
    'port: web',
    'port: wep',
    'port: wep',
    /no containerPort is named wep: did you mean web\?/,
  ],
  [
    'grpc',
    'httpGet:\n              path: /readyz\n              port: web',
    'grpc: { port: 3000 }',
    'grpc',
    /do grpc probes, only httpGet, tcpSocket and exec/,
  ],
  [
    'two handlers',
    'httpGet:',
    'tcpSocket: { port: 1 }\n            httpGet:',
    'readinessProbe',
    /exactly one of httpGet, tcpSocket and exec, it has httpGet and tcpSocket/,
  ],
  [
    'no handler',
    'httpGet:\n              path: /readyz\n              port: web',
    'periodSeconds: 1',
    'readinessProbe',
    /it has none/,
  ],
  [
    'a period of 0',
    'readinessProbe:',
    'readinessProbe:\n            periodSeconds: 0',
    'periodSeconds',
    /periodSeconds is 0, expected a whole number, 1 or more/,
  ],
  [
    'a number as a value',
    'image: test/app:v1',
    'image: test/app:v1\n          env: [{ name: A, value: 1 }]',
    'value: 1',
    /value is 1, expected a text \(put numbers and booleans in quotes\)/,
  ],
  [
    'a secret',
    'image: test/app:v1',
    'image: test/app:v1\n          env: [{ name: A, valueFrom: { secretKeyRef: { name: s } } }]',
    'valueFrom',
    /local and docker do not do valueFrom but for .* fieldRef/,
  ],
  [
    'two containers',
    '        - name: app\n',
    '        - { name: side, image: x }\n        - name: app\n',
    'containers',
    /local and docker do not run 2 containers in a pod/,
  ],
  [
    'another restart policy',
    '      containers:',
    '      restartPolicy: Never\n      containers:',
    'restartPolicy',
    /restartPolicy is "Never", expected Always/,
  ],
  [
    'a rolling update under Recreate',
    '    rollingUpdate:',
    '    type: Recreate\n    rollingUpdate:',
    'rollingUpdate',
    /may not be given when the strategy is Recreate/,
  ],
  [
    'a name twice',
    '---\n',
    '---\napiVersion: v1\nkind: Service\nmetadata:\n  name: app\nspec:\n  ports: [{ port: 1 }]\n---\n',
    'name: app\nspec:\n  selector:\n    app',
    /a second Service named app, the first is at .*\.yml:33/,
  ],
  [
    'a key twice',
    'replicas: 3',
    'replicas: 3\n  replicas: 4',
    'replicas: 4',
    /not valid YAML: Map keys must be unique/,
  ],
  [
    'a deadline below minReadySeconds',
    'replicas: 3',
    'minReadySeconds: 20\n  progressDeadlineSeconds: 10',
    'progressDeadlineSeconds',
    /expected more than minReadySeconds/,
  ],
  [
    'affinity of sessions',
    '  ports:\n    - port: 80',
    '  sessionAffinity: ClientIP\n  ports:\n    - port: 80',
    'sessionAffinity',
    /sessionAffinity is "ClientIP", expected None/,
  ],
];

describe('what is wrong is said in one line, with its place', () => {
  test.each(wrongs)('%s', (_name, from, to, place, message) => {
    expect(good).toContain(from);
    const text = good.replace(from, to);
    const error = errorOf(text);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
    expect(error.blame).toBe('usage');
    const before = text.slice(0, text.lastIndexOf(place)).split('\n');
    expect(error.location).toMatchObject({ line: before.length, column: (before.at(-1) ?? '').length + 1 });
  });

  test.each([
    ['YAML that is none', 'a: [', /not valid YAML/],
    ['a list', '- a\n- b\n', /expected an object with apiVersion and kind, found a list/],
    ['a text', 'hello', /found the string "hello"/],
    ['an endless alias', 'a: &a\n  b: *a\n', /cannot be resolved|is missing/],
    ['a bomb', bomb(), /aliases are resolved/],
    ['a file that is too large', Buffer.alloc(2 ** 20 + 1, 0x20), /expected at most 1048576/],
    ['deep nesting', '['.repeat(100_000), /not valid YAML|nested too deeply/],
    ['binary', Buffer.from([0, 1, 2, 0xff, 0xfe, 0x80]), /./],
  ])('%s', (_name, text, message) => {
    const error = errorOf(text);
    expect(error.message).toMatch(message);
    expect(error.location?.file).toMatch(/\.yml$/);
  });

  test('a file that is not there, and a folder without any', () => {
    expect(() => readManifests([join(folder, 'nowhere.yml')])).toThrow(/no such manifest: .*nowhere\.yml/);
    expect(() => readManifests([mkdtempSync(join(folder, 'empty-'))])).toThrow(/holds no \*\.yml or \*\.yaml/);
  });
});

describe('what is not wrong', () => {
  test('other kinds are noticed and skipped', () => {
    const { notices } = read(
      `${good}---\napiVersion: v1\nkind: Secret\nmetadata: { name: c }\n---\napiVersion: apps/v1\nkind: StatefulSet\n`,
    );
    expect(notices.map((line) => line.replace(/^.*?:/, ''))).toEqual([
      '41: skipped Secret',
      '45: skipped StatefulSet (only kubernetes does that, local and docker run Deployments)',
    ]);
  });

  test('fields that local has no use for are accepted', () => {
    const more = good
      .replace(
        'image: test/app:v1',
        'image: test/app:v1\n          resources: { limits: { cpu: 1 } }\n          securityContext: { runAsNonRoot: true }',
      )
      .replace('      containers:', '      affinity: {}\n      nodeSelector:\n      containers:');
    expect(read(more).notices).toEqual([]);
  });

  test('a Service that selects nothing and a port that nobody declares are noticed', () => {
    expect(read(good.replace('  selector:\n    app: app', '  selector:\n    app: other')).notices[0]).toMatch(
      /:35:3: Service app: its selector matches no pod/,
    );
    expect(read(good.replace('targetPort: web', 'targetPort: 8080')).notices[0]).toMatch(
      /:39:7: .*app declares no containerPort 8080/,
    );
  });

  test('a List, several documents and a folder', () => {
    const [deployment = '', service = ''] = good.split('---\n');
    const inner = mkdtempSync(join(folder, 'several-'));
    writeFileSync(join(inner, 'b.yaml'), deployment);
    writeFileSync(join(inner, 'a.yml'), service);
    writeFileSync(join(inner, 'c.txt'), 'not read');
    expect(readManifests([inner])).toMatchObject({ deployments: [{ name: 'app' }], services: [{ name: 'app' }] });
    const list = `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Service\n    metadata: { name: app }\n    spec: { ports: [{ prot: 1 }] }\n`;
    expect(errorOf(list)).toMatchObject({
      location: { line: 7 },
      message: expect.stringMatching(/unknown field prot .*did you mean port\?/),
    });
  });

  test('anchors and merge keys are YAML like any other', () => {
    const { deployments } = read(
      good.replace('      app: app\n', '      &labels-is-not-here app: app\n').replace('&labels-is-not-here ', ''),
    );
    expect(deployments).toHaveLength(1);
    const merged = good
      .replace('matchLabels:\n      app: app', 'matchLabels: &labels\n      app: app')
      .replace('labels:\n        app: app', 'labels:\n        <<: *labels');
    expect(read(merged).deployments[0]?.template.labels).toEqual({ app: 'app' });
  });
});

describe('random input never does anything but name what is wrong', () => {
  const judge = (text: string) => {
    try {
      read(text);
    } catch (error) {
      expect(error).toBeInstanceOf(HitlessError);
      expect((error as HitlessError).message).not.toContain('\n');
    }
  };

  test('random text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), judge), { numRuns: 300 });
  });

  test('random values as YAML', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4 }), (value) => judge(stringify(value))),
      { numRuns: 300 },
    );
  });

  test('the good one, its lines damaged', () => {
    const lines = good.split('\n');
    const damage = fc.record({
      line: fc.nat(lines.length - 1),
      text: fc.oneof(
        fc.string(),
        fc.constantFrom('null', '{}', '[]', '- a', '*a', '&a', '!!binary x', '__proto__: {}', '? x'),
      ),
      replace: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const copy = [...lines];
        for (const { line, text, replace } of damages)
          copy[line] = replace ? text : `${/^ */.exec(copy[line] ?? '')?.[0]}${text}`;
        judge(copy.join('\n'));
      }),
      { numRuns: 500 },
    );
  });
});

function bomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`,
  );
  return `l0: &l0 lol\n${levels.join('\n')}\n`;
}
