import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatOf, readLine } from '../../runner/access-log/formats.ts';

const id = '0a1b2c3d-fresh-17';

describe('a line of a proxy’s log', () => {
  test.each([
    ['nginx', `${id} GET 200 "127.0.0.1:3000" "200"`, '127.0.0.1:3000', 1],
    ['nginx', `${id} GET 200 "10.0.0.1:80, 10.0.0.2:80" "502, 200"`, '10.0.0.2:80', 2],
    ['nginx', `${id} GET 503 "-" "-"`, null, 0],
    [
      'nginx',
      `1.2.3.4 - - [30/Nov/2026] "GET / HTTP/1.1" 200 37 "-" "hitless" ${id} "[fd00::1]:80" "200"`,
      '[fd00::1]:80',
      1,
    ],
    ['envoy', `${id} GET 200 "10.0.0.1:3000" 1 -`, '10.0.0.1:3000', 1],
    ['envoy', `${id} GET 200 "10.0.0.1:3000" 2 URX`, '10.0.0.1:3000', 2],
    ['envoy', `${id} GET 503 "-" 0 UH`, null, 0],
    ['haproxy', `Nov 30 host haproxy[7]: ${id} GET 200 10.0.0.1:3000 0`, '10.0.0.1:3000', 1],
    ['haproxy', `${id} GET 200 10.0.0.2:3000 +1`, '10.0.0.2:3000', 2],
    ['haproxy', `${id} GET 503 -:- 3`, null, 4],
  ] as const)('%s: %s', (format, line, upstream, attempts) => {
    expect(readLine(line, format)).toEqual({ id, upstream, attempts });
    expect(formatOf(line)).toBe(format);
  });

  test.each([
    ['of somebody else’s request', 'abc GET 200 "127.0.0.1:3000" "200"'],
    ['without upstreams', `${id} GET 200`],
    ['whose upstream is no address', `${id} GET 200 "<script>alert(1)</script>" "200"`],
    ['that never ends', `${id} GET 200 "${'1'.repeat(20_000)}:80" "200"`],
  ])('%s is passed over', (_, line) => {
    expect(formatOf(line)).toBeUndefined();
  });

  test('whatever it is, what is read of it is an id and an address', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        for (const format of ['nginx', 'envoy', 'haproxy'] as const) {
          const entry = readLine(`${a} ${id} "${b}" "200" 1 -`, format);
          if (entry?.upstream) expect(entry.upstream).toMatch(/^[[\]A-Za-z0-9_.:-]{1,110}$/);
        }
      }),
    );
  });
});
