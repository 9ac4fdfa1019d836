import { expect, test } from 'vitest';
import { waysOf } from '../../reports/ways.ts';
import { fixtures } from './fixtures.ts';

function resultOf(kind: string, way: object) {
  const result = fixtures.healthy();
  const [lane] = result.traffic;
  if (lane === undefined) throw new Error('the fixture has no lane');
  return { ...result, target: { ...result.target, kind }, traffic: [{ ...lane, lane: 'visitors', ...way }] };
}

const addresses = [
  { address: '10.0.0.7:443', connections: 54, failed: 0 },
  { address: '10.0.0.8:443', connections: 1, failed: 3 },
];

test('says where connections went, and how long their handshakes and lookups took', () => {
  const spread = { p50: 2, p99: 9, max: 5_100 };
  expect(waysOf(resultOf('url', { addresses, tlsMs: spread, tlsResumed: 1_204, resolveMs: spread }))).toEqual([
    'visitors: went to 10.0.0.7:443 (54 connections), 10.0.0.8:443 (1 connection, 3 failed); TLS handshakes took 2 ms (p50), 9 ms (p99); 1,204 went on with an earlier session; its name was looked up within 5.10 s.',
  ]);
});

test('says nothing where there is one address, nor of replicas of our own', () => {
  expect(waysOf(resultOf('url', {}))).toEqual([]);
  expect(waysOf(resultOf('local', { addresses }))).toEqual([]);
});
