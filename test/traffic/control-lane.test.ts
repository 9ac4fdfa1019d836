import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { controlLanesOf } from '../../runner/scenario/control-lanes.ts';
import { belowBase } from '../../runner/traffic/base-path.ts';
import { addressOf, laneOf, runLanes } from './run-lanes.ts';

async function server(): Promise<{ port: number; asked: Set<string> }> {
  const asked = new Set<string>();
  const http = createServer(({ url = '' }, response) => {
    asked.add(url);
    response.end('ok');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { port: (http.address() as AddressInfo).port, asked };
}

test('control lanes go to their own URL, as the lanes of the app go to theirs', async () => {
  const app = await server();
  const other = await server();
  const url = `http://127.0.0.1:${other.port}/healthz`;
  const lanes = [
    laneOf({ name: 'visitors', requests: 20, request: { method: 'GET', path: '/cart', headers: {}, body: null } }),
    laneOf({ name: 'regulars', connection: 'kept', requests: 20, connections: 30 }),
  ];
  const control = controlLanesOf(url, lanes).map((lane) => ({ ...lane, requests: 10 }));
  expect(control).toMatchObject([
    { name: 'control', connection: 'fresh', rate: 50 },
    { name: 'control-kept', connection: 'kept', rate: 50, connections: 10 },
  ]);
  const { rows } = await runLanes({
    lanes: belowBase([...lanes, ...control], 'http://127.0.0.1/shop'),
    route: addressOf(app.port),
    services: new Map([[url, { kind: 'address', url }]]),
  });
  expect([...app.asked].sort()).toEqual(['/shop/', '/shop/cart']);
  expect([...other.asked]).toEqual(['/healthz']);
  expect(rows.filter(({ outcome }) => outcome === 'ok')).toHaveLength(60);
});

test('there is one for each way in which the app is asked', () => {
  expect(controlLanesOf('http://x/', [laneOf({ rate: 10 })])).toMatchObject([{ name: 'control', rate: 10 }]);
  expect(controlLanesOf('http://x/', [laneOf({ connection: 'kept', rate: 'unpaced' })])).toMatchObject([
    { name: 'control-kept', rate: 50 },
  ]);
});
