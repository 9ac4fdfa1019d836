/** Visitors who open the page and stay for a moment; k6's thresholds become checks of the result. */
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { get } from './hitless.ts';

export const options: Options = {
  scenarios: {
    visitors: {
      executor: 'constant-vus',
      vus: Number(__ENV.VISITORS ?? 10),
      duration: __ENV.DURATION ?? '30s',
      gracefulStop: '35s',
    },
  },
  noConnectionReuse: true,
  thresholds: {
    http_req_failed: ['rate<0.01'],
    'http_req_duration{name:/}': ['p(95)<500'],
  },
};

export default function () {
  const answer = get(__ENV.PAGE ?? '/', {
    name: '/',
    expect: ({ body }) => (body === null || body === '' ? 'an empty page' : undefined),
  });
  check(answer, { 'the page came': ({ status }) => status === 200 });
  sleep(0.5 + Math.random());
}
