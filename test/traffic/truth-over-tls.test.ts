import { afterEach, expect, test } from 'vitest';
import type { BeforeRequest } from './misbehaving-tls-server.ts';
import { laneOf, runLanes } from './run-lanes.ts';
import { type MisbehavingTlsServer, startTlsServer } from './start-tls-server.ts';
import { counted, ofConnections, ofRequests } from './truth-over-tls.ts';

let server: MisbehavingTlsServer;
afterEach(() => server.kill());

test('1,000 attempts with TLS, fresh and kept, at a server that misbehaves by a ledger', {
  timeout: 240_000,
}, async () => {
  server = await startTlsServer();
  // Unpaced: a handshake costs so much that a plan would be beyond a machine that is busy.
  const limits = { connectUs: 30e6, tlsUs: 10e6, headersUs: 30e6, bodyUs: 30e6 };
  const lanes = [
    laneOf({ name: 'fresh', rate: 'unpaced', requests: 400, connections: 6, limits }),
    laneOf({ name: 'kept', connection: 'kept', rate: 'unpaced', requests: 600, connections: 6, limits }),
  ];
  const url = `https://localhost:${server.port}`;
  const { rows, counts, errors } = await runLanes({
    lanes,
    route: { kind: 'address', url, tls: { ca: server.ca }, addresses: ['127.0.0.1'] },
  });
  const { requests, connections } = await server.books();
  expect(errors).toEqual([]);
  expect(rows.length).toBe(1_000);
  const ledger = new Map(requests);
  expect(ledger.size, 'no request came twice').toBe(requests.length);
  for (const row of rows) {
    const what = ledger.get(row.id);
    if (what === undefined) expect(row).toMatchObject({ phase: 'tls', handled: 'no', status: null, securedUs: null });
    else if (row.outcome !== ofRequests[what]) expect({ what, ...row }).toBe(ofRequests[what]);
  }
  const known = rows.filter(({ id }) => ledger.has(id));
  expect(counted(known.map(({ outcome }) => outcome))).toEqual(counted(requests.map(([, what]) => ofRequests[what])));
  const early = rows.filter(({ id }) => !ledger.has(id));
  const done = Object.entries(connections).flatMap(([what, count]) =>
    new Array<string>(count).fill(ofConnections[what as BeforeRequest]),
  );
  expect(Object.keys(connections).sort()).toEqual(Object.keys(ofConnections).sort());
  expect(
    counted(early.map(({ outcome, detail }) => `${outcome} ${detail?.replace(/^ERR_SSL_.*/, 'ERR_SSL')}`)),
  ).toEqual(counted(done));
  for (const lane of counts) expect(lane).toMatchObject({ sent: lane.planned, inFlight: 0, unsent: 0, unanswered: 0 });
});
