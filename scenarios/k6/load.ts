/** One request, again and again: what hitless sends with the engine k6 where a lane names no script. Alone: `k6 run load.ts`. */
import { load, request } from './hitless.ts';

export const options = load({ rate: 50, seconds: 30 });

const { method = 'GET', path = '/', headers = {}, body = null } = JSON.parse(__ENV.HITLESS_REQUEST ?? '{}');

export default function () {
  request(method, path, body, { headers });
}
