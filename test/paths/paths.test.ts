import { describe, expect, onTestFinished, test } from 'vitest';
import { findPath } from '../../targets/url/path/find-path.ts';
import { lacks } from '../available.ts';
import { type Deployment, deploy, type Kind } from './deployment.ts';
import { startEnvoy } from './fronts/envoy.ts';
import type { Front, FrontOptions } from './fronts/front.ts';
import { startHaproxy } from './fronts/haproxy.ts';
import { startNginx } from './fronts/nginx.ts';
import { verify } from './verify.ts';

/** A twentieth of series.ts, or less. */
async function deployed(kind: Kind): Promise<Deployment> {
  const app = await deploy(kind);
  onTestFinished(() => app.stop(), 60_000);
  return app;
}

const behindService = (app: Deployment) => ({ backends: [app.balancer] });

describe('behind a real front', { timeout: 180_000 }, () => {
  test.skipIf(lacks('nginx') || lacks('haproxy') || lacks('envoy'))('the path is named rightly', async () => {
    const app = await deployed('hitless');
    const signal = new AbortController().signal;
    const pathOf = async (start: (options: FrontOptions) => Promise<Front>, options = {}) => {
      const { url, path } = await app.behind(start, 0, options);
      const found = await findPath({ url: new URL(`${url}/`), signal });
      expect(found).toMatchObject({ path, evidence: expect.arrayContaining([expect.any(String)]) });
    };
    await pathOf(startNginx, behindService(app));
    await pathOf(startHaproxy);
    await pathOf(startEnvoy);
    // What has no front tells nothing that only a front does.
    const [replica] = app.endpoints();
    const own = await findPath({ url: new URL(`http://${replica?.host}:${replica?.port}/`), signal });
    expect(own.path).toBe('unknown');
  });

  test.skipIf(lacks('nginx'))('that tries again, losses are told by its log, and POST loses them', async () => {
    const app = await deployed('printed');
    const front = await app.behind(startNginx, 0, { ...behindService(app), opensEach: true, retries: true });
    const args = ['--url', front.url, '--baseline', '2s', '--after', '2s', '--rate', '200'];
    const get = await verify([...args, '--access-log', front.accessLog ?? ''], app.command);
    expect(get.result?.accessLog?.hidden.GET).toBeGreaterThan(0);
    expect(get.result?.reasons.at(-1)).toContain('The proxy hid losses');
    expect(get.result?.target.path).toBe('l7-proxy');
  });
});
