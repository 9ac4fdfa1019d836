import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TlsSettings } from '../../../targets/tls.ts';
import { Authority, type Pair } from '../../certificates.ts';
import { type Ran, runLanes } from '../run-lanes.ts';
import { good, SmallServer } from '../small-server.ts';
import { flowLane, inOrder } from './run-flow.ts';

let pair: Pair;
let ca: string;
let another: string;
beforeAll(async () => {
  const authority = await Authority.make();
  pair = await authority.leaf({ names: ['shop.test'] });
  ca = authority.pair.cert;
  another = (await Authority.make('CN=Another')).pair.cert;
});

let server: SmallServer;
afterEach(() => server.close());

/** Visitors of a name that no resolver knows. */
async function visit(tls: TlsSettings, name: Parameters<typeof flowLane>[0] = 'four'): Promise<Ran> {
  server = new SmallServer(({ socket }) => socket.write(good), pair);
  const port = await server.listen();
  return runLanes({
    lanes: [flowLane(name, { rate: 20, requests: 3 })],
    route: { kind: 'address', url: `https://shop.test:${port}`, tls, addresses: ['127.0.0.1'] },
  });
}

describe('a flow over TLS', () => {
  test.each(['its authority', 'anybody'])(
    'asks on one connection for each visitor, secured once, where %s is trusted',
    async (whom) => {
      const { rows, counts, errors } = await visit(whom === 'anybody' ? { insecure: true } : { ca });
      expect(errors).toEqual([]);
      expect(counts).toMatchObject([{ planned: 12, sent: 12, ok: 12, failed: 0 }]);
      expect(server.clients.length).toBe(3);
      for (const own of Map.groupBy(rows, ({ session }) => session).values()) {
        expect(new Set(own.map(({ connection }) => connection)).size).toBe(1);
        expect(inOrder(own).map(({ securedUs }) => securedUs !== null)).toEqual([true, false, false, false]);
      }
      const hosts = new Set(server.requests.map(({ headers }) => headers.get('host')?.split(':')[0]));
      expect(hosts).toEqual(new Set(['shop.test']));
    },
  );

  test('with an authority that is not trusted sends nothing: each request has failed in the handshake', async () => {
    const { rows, counts, errors } = await visit({ ca: another });
    expect(errors).toEqual([]);
    expect(server.requests).toEqual([]);
    // They go on, whatever comes of it.
    expect(counts).toMatchObject([{ planned: 12, sent: 12, ok: 0, failed: 12 }]);
    for (const row of rows)
      expect(row).toMatchObject({
        outcome: 'invalid',
        phase: 'tls',
        detail: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
        handled: 'no',
        securedUs: null,
        status: null,
      });
  });

  test('that does not go on ends with the first handshake that fails, and the flow is not to blame', async () => {
    const { rows, counts, errors } = await visit({ ca, servername: 'other.test' }, 'leavesWhatIsNotGood');
    expect(errors).toEqual([]);
    expect(rows.map(({ path, detail }) => [path, detail])).toEqual(
      new Array(3).fill(['/good', 'ERR_TLS_CERT_ALTNAME_INVALID']),
    );
    expect(counts).toMatchObject([{ planned: 3, sent: 3, failed: 3, inFlight: 0 }]);
  });

  test('goes on with the TLS session of an earlier visitor where that is said', async () => {
    const { rows } = await visit({ ca, reuse: true });
    const first = rows.filter(({ connectionUse }) => connectionUse === 1);
    expect(first.length).toBe(3);
    expect(first.every(({ resumed }) => resumed !== null)).toBe(true);
    const again = await runLanes({
      lanes: [flowLane('four', { rate: 2, requests: 3, tls: { reuse: true } })],
      route: {
        kind: 'address',
        url: `https://shop.test:${rows[0]?.address?.split(':')[1]}`,
        tls: { ca },
        addresses: ['127.0.0.1'],
      },
    });
    expect(again.rows.filter(({ resumed }) => resumed).length).toBeGreaterThan(0);
  });
});
