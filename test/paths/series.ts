import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Deployment, deploy, type Kind } from './deployment.ts';
import { envoyBinary, startEnvoy } from './fronts/envoy.ts';
import type { Front, FrontOptions } from './fronts/front.ts';
import { startHaproxy } from './fronts/haproxy.ts';
import { startNginx } from './fronts/nginx.ts';
import { line, type Verified, verify } from './verify.ts';

/**
 * Real fronts before a real rollout, again and again: `node test/paths/series.ts --times 20` (two hours). A healthy
 * rollout has to pass each time and the tutorial's own has to fail each time where a client can lose anything; where a
 * proxy's retries hide losses the result has to say so, for which methods, and POST has to show them; and the path has to
 * be named rightly each time.
 */
const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    /** Those whose names begin so. */
    only: { type: 'string', default: '' },
    /** How many inconclusive runs, which a busy machine makes, may be done again; a wrong verdict never is. */
    again: { type: 'string', default: '5' },
    /** A folder in which the runs stay that did not end as they should. */
    keep: { type: 'string' },
  },
});

interface Setting {
  name: string;
  kind: Kind;
  lateMs: number;
  start(options: FrontOptions): Promise<Front>;
  options?(app: Deployment): Partial<FrontOptions>;
  args?: readonly string[];
  usesLog?: boolean;
  isRight(verified: Verified): boolean;
}

const passes = ({ result }: Verified) => result?.verdict === 'pass';
const fails = ({ result }: Verified) => result?.verdict === 'fail';
/** The client lost nothing that it was not told of. */
const tellsHidden = ({ result }: Verified) =>
  (result?.accessLog?.hidden.GET ?? 0) > 0 &&
  (result?.reasons.some((reason) => reason.includes('hid losses')) ?? false);
const behindService = (app: Deployment) => ({ backends: [app.balancer] });
/** What is lost meets new connections most: a kept one stays with its replica until that goes. */
const openingEach = (app: Deployment) => ({ ...behindService(app), opensEach: true });

const settings: readonly Setting[] = [
  { name: 'Envoy, healthy', kind: 'hitless', lateMs: 0, start: startEnvoy, isRight: passes },
  { name: 'Envoy, printed', kind: 'printed', lateMs: 0, start: startEnvoy, isRight: fails },
  {
    name: 'HAProxy 10 s late, healthy',
    kind: 'hitless behind a late front',
    lateMs: 10_000,
    start: startHaproxy,
    isRight: passes,
  },
  { name: 'HAProxy 10 s late, printed', kind: 'printed', lateMs: 10_000, start: startHaproxy, isRight: fails },
  { name: 'nginx, healthy', kind: 'hitless', lateMs: 0, start: startNginx, options: behindService, isRight: passes },
  { name: 'nginx, printed', kind: 'printed', lateMs: 0, start: startNginx, options: openingEach, isRight: fails },
  {
    name: 'nginx with retries, healthy',
    kind: 'hitless',
    lateMs: 0,
    start: startNginx,
    options: (app) => ({ ...behindService(app), retries: true }),
    isRight: passes,
  },
  {
    name: 'nginx with retries, printed',
    kind: 'printed',
    lateMs: 0,
    start: startNginx,
    options: (app) => ({ ...openingEach(app), retries: true }),
    usesLog: true,
    isRight: tellsHidden,
  },
  {
    name: 'nginx with retries, printed, POST',
    kind: 'printed',
    lateMs: 0,
    start: startNginx,
    options: (app) => ({ ...openingEach(app), retries: true }),
    args: ['--method', 'POST'],
    isRight: fails,
  },
];

async function once(setting: Setting): Promise<{ verified: Verified; path: boolean }> {
  const app = await deploy(setting.kind);
  try {
    const front = await app.behind(setting.start, setting.lateMs, setting.options?.(app));
    const log = setting.usesLog && front.accessLog !== null ? ['--access-log', front.accessLog] : [];
    const after = setting.lateMs > 0 ? '12s' : '3s';
    const args = [
      '--url',
      front.url,
      '--baseline',
      '3s',
      '--after',
      after,
      '--rate',
      '100',
      ...log,
      ...(setting.args ?? []),
    ];
    const verified = await verify(args, app.command, { keep: values.keep });
    return { verified, path: verified.result?.target.path === front.path };
  } finally {
    await app.stop();
  }
}

let isGood = true;
let again = Number(values.again);
const table: string[] = [];
for (const setting of settings.filter(({ name }) => name.startsWith(values.only))) {
  if (setting.start === startEnvoy && envoyBinary() === undefined) {
    table.push(`${setting.name}: not tried, there is no Envoy (HITLESS_ENVOY)`);
    continue;
  }
  const times = Number(values.times);
  let right = 0;
  let paths = 0;
  for (let n = 1; n <= times; n++) {
    let { verified, path } = await once(setting);
    for (; verified.result?.verdict === 'inconclusive' && again > 0; again--) {
      console.log(`  once more: ${line(verified)}`);
      ({ verified, path } = await once(setting));
    }
    if (setting.isRight(verified)) right++;
    if (path) paths++;
    if (setting.isRight(verified) && path && verified.kept !== undefined) rmSync(verified.kept, { recursive: true });
    console.log(`${n}/${times} ${setting.name}: ${line(verified)}`);
  }
  table.push(`${setting.name}: as it should be ${right} of ${times}, path named rightly ${paths} of ${times}`);
  isGood &&= right === times && paths === times;
}
console.log(table.join('\n'));
process.exitCode = isGood ? 0 : 1;
