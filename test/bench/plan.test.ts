import { describe, expect, test } from 'vitest';
import type { BenchArguments } from '../../cli/bench-options.ts';
import { benchPlan } from '../../cli/bench-plan.ts';
import { benchArguments } from '../cli/bench-arguments.ts';

const url = 'http://127.0.0.1:9/shop?q=1';
const nothing = benchArguments(url);

const planOf = (args: Partial<BenchArguments>) => benchPlan({ ...nothing, ...args });

describe('what flags ask for', () => {
  test('is a closed loop on ten connections without a rate', () => {
    const { stages, subject, target } = planOf({});
    expect(stages).toEqual([{ name: 'closed-10', load: { model: 'closed', connections: 10 }, seconds: 10 }]);
    expect(target).toEqual({ url, method: 'GET' });
    expect(subject.lane.request).toMatchObject({ method: 'GET', path: '/shop?q=1', body: null });
    expect(subject.route).toMatchObject({ kind: 'address', url: 'http://127.0.0.1:9' });
  });

  test('is an open loop with one, and a stage for each of several', () => {
    const { stages } = planOf({ rates: '5,0.5', poisson: true, connections: 7, duration: '500ms' });
    expect(stages).toEqual([
      { name: 'open-5', load: { model: 'open', rate: 5, arrivals: 'poisson', connections: 7 }, seconds: 0.5 },
      { name: 'open-0.5', load: { model: 'open', rate: 0.5, arrivals: 'poisson', connections: 7 }, seconds: 0.5 },
    ]);
  });

  test('goes to the address that is given, with what is given to send', () => {
    const { subject } = planOf({
      what: 'https://shop.example/',
      resolve: ['shop.example:443:127.0.0.1'],
      insecure: true,
      data: 'a=1',
      header: ['X-Key: 1'],
      status: '200,404',
      timeout: '2s',
    });
    expect(subject.route).toMatchObject({ addresses: ['127.0.0.1'], tls: { insecure: true } });
    expect(subject.lane.request).toMatchObject({ method: 'POST', body: 'a=1', headers: { 'X-Key': '1' } });
    expect(subject.lane.expect.statuses).toEqual([200, 404]);
    expect(subject.lane.limits).toMatchObject({ headersUs: 2e6, bodyUs: 2e6 });
  });

  test.each(['autocannon', 'k6'])('is sent by %s where that is the engine', (engine) => {
    const { subject } = planOf({ engine, timeout: '3s' });
    expect(subject.lane).toMatchObject({ engine, limits: { headersUs: 3e6 } });
  });
});

test.each([
  [{ what: 'ftp://x/' }, /expected http:\/\/ or https:\/\//],
  [{ what: 'http://a:b@x/' }, /password in a URL/],
  [{ rate: 0 }, /--rate: expected a number above 0/],
  [{ rate: 1e9 }, /expected a number above 0, and 1000000 at most/],
  [{ rates: '5,x' }, /--rates: expected a number above 0.*got x/],
  [{ rates: '5,,7' }, /got nothing/],
  [{ rates: '5,5' }, /one is there twice/],
  [{ rate: 5, rates: '5' }, /say one of them/],
  [{ connections: 0 }, /--connections: expected a whole number/],
  [{ rounds: 1.5 }, /--rounds: expected a whole number/],
  [{ duration: '5' }, /--duration: expected a duration/],
  [{ duration: '90m' }, /--duration: expected a duration such as .*1 h at most/],
  [{ duration: '1s', 'warm-up': '2s' }, /--warm-up: it leaves nothing/],
  [{ objective: ['p99'] }, /"p99" is no objective/],
  [{ search: 'rate>5' }, /--search: it looks for a rate/],
  [{ search: 'p99<5ms', rounds: 3 }, /--rounds and --search/],
  [{ search: 'p99<5ms', objective: ['failed=0'] }, /--objective and --search/],
  [{ poisson: true }, /--poisson: a closed loop has no plan/],
  [{ header: ['nonsense'] }, /--header: expected/],
  [{ cacert: 'nowhere.pem' }, /not there|nowhere\.pem|https/],
  [{ target: 'local' }, /--target: it says where a scenario is deployed/],
  [{ engine: 'wrk' }, /engine|builtin/],
  [{ tolerance: '5%' }, /--tolerance: it is for two URLs/],
  [{ decide: 'p99' }, /--decide: it is for two URLs/],
  [{ 'server-pid': 1 }, /--server-pid: it is for two URLs/],
  [{ 'max-rate': 500 }, /--max-rate: only a search/],
] as [Partial<BenchArguments>, RegExp][])('refuses %j', (args, message) => {
  expect(() => planOf(args)).toThrow(message);
});
