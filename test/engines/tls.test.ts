import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Route } from '../../targets/target.ts';
import type { TlsSettings } from '../../targets/tls.ts';
import { Authority, type Pair } from '../certificates.ts';
import { good, SmallServer } from '../traffic/small-server.ts';
import { type MisbehavingTlsServer, startTlsServer } from '../traffic/start-tls-server.ts';
import { ofConnections, ofRequests } from '../traffic/truth-over-tls.ts';
import { autocannonLane, runEngines } from './run-engines.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await (await Authority.make()).leaf({ names: ['shop.test'] });
});

let server: SmallServer | undefined;
let misbehaving: MisbehavingTlsServer | undefined;
afterEach(() => {
  server?.close();
  misbehaving?.kill();
});

async function listen(): Promise<number> {
  server = new SmallServer(({ socket }) => socket.write(good), pair);
  return server.listen();
}

function routeTo(port: number, tls: TlsSettings, host = 'shop.test'): Route {
  return { kind: 'address', url: `https://${host}:${port}`, tls, addresses: ['127.0.0.1'] };
}

const kindsOf = (rows: readonly Attempt[]) => new Set(rows.map(({ outcome }) => outcome));

describe('autocannon over TLS', () => {
  test('takes any certificate where that is said, at the address that is given, each connection secured once', async () => {
    const port = await listen();
    const lane = autocannonLane({ connections: 3, requests: 60 });
    const { rows, counts, errors } = await runEngines({ lanes: [lane], route: routeTo(port, { insecure: true }) });
    expect(errors).toEqual([]);
    expect(counts).toMatchObject([{ planned: 60, sent: 60, ok: 60 }]);
    expect(server?.requests.map(({ headers }) => headers.get('host'))).toEqual(new Array(60).fill(`shop.test:${port}`));
    expect(server?.clients.length).toBe(3);
    for (const row of rows) {
      expect(row.address).toBe(`127.0.0.1:${port}`);
      expect(row.securedUs === null).toBe(row.connectionUse > 1);
    }
  });

  test.each([{}, { ca: 'of whoever' }])('is refused where certificates count: %j', async (tls) => {
    const port = await listen();
    const lane = autocannonLane({ requests: 1 });
    await expect(runEngines({ lanes: [lane], route: routeTo(port, tls) })).rejects.toMatchObject({
      code: 'HITLESS_ENGINE',
      blame: 'usage',
      hint: expect.stringContaining('app.tls.insecure'),
    });
    expect(server?.clients).toEqual([]);
  });

  test('tells the name in SNI, or the one that is given', async () => {
    misbehaving = undefined;
    const port = await listen();
    for (const [tls, host] of [
      [{ insecure: true }, 'shop.test'],
      [{ insecure: true, servername: 'other.test' }, 'localhost'],
    ] as const) {
      const { rows } = await runEngines({
        lanes: [autocannonLane({ connections: 1, requests: 2 })],
        route: routeTo(port, tls, host),
      });
      expect(kindsOf(rows)).toEqual(new Set(['ok']));
    }
    const names = server?.requests.map(({ socket }) => (socket as { servername?: string }).servername);
    expect(names).toEqual(['shop.test', 'shop.test', 'other.test', 'other.test']);
  });

  test('1,500 attempts at a server that misbehaves by a ledger: none that was lost is called good', {
    timeout: 240_000,
  }, async () => {
    misbehaving = await startTlsServer();
    const limits = { connectUs: 30e6, tlsUs: 30e6, headersUs: 4e6, bodyUs: 30e6 };
    const lane = autocannonLane({ connections: 12, requests: 1_500, limits });
    const { rows, counts, errors } = await runEngines({
      lanes: [lane],
      route: routeTo(misbehaving.port, { insecure: true }, 'localhost'),
    });
    const { requests, connections } = await misbehaving.books();
    expect(errors).toEqual([]);
    expect(rows.length).toBe(1_500);
    const ledger = new Map(requests);
    expect(ledger.size, 'no request came twice').toBe(requests.length);
    for (const row of rows) {
      const what = ledger.get(row.id);
      const { outcome, phase, detail } = row;
      if (what === undefined && phase !== 'tls') {
        // It wrote behind an answer, into a connection that had ended by then.
        expect(['closed', 'reset', 'unanswered'], JSON.stringify(row)).toContain(outcome);
        expect(row.connectionUse, JSON.stringify(row)).toBeGreaterThan(1);
      } else if (what === undefined) {
        expect(row).toMatchObject({ handled: 'no', status: null, securedUs: null });
        const due = Object.keys(connections).map((kind) => ofConnections[kind as keyof typeof ofConnections]);
        const said = outcome === 'timeout' ? 'timeout not within 10000 ms' : `${outcome} ${detail}`;
        expect(due).toContain(said.replace(/ERR_SSL_.*/, 'ERR_SSL'));
      }
      // node:tls does not tell an end that the server announced from one that it did not.
      else if (what.startsWith('until-close') && what !== 'until-close-rst')
        expect({ what, ...row }).toMatchObject({ outcome: 'unanswered', phase: 'body', status: 200 });
      else if (what === 'too-late') expect(['closed', 'reset', 'unanswered'], JSON.stringify(row)).toContain(outcome);
      else if (outcome !== 'unanswered' || row.connectionUse === 1)
        expect({ what, ...row }, JSON.stringify(row)).toMatchObject({ outcome: ofRequests[what] });
    }
    const seen = new Set(ledger.values());
    for (const what of Object.keys(ofRequests)) if (what !== 'too-late') expect(seen).toContain(what);
    expect(counts[0]).toMatchObject({ planned: 1_500, sent: 1_500, inFlight: 0, unsent: 0 });
  });
});
