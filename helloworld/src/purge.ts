import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** Run beside an edge (src/edge.ts): lets it forget all that it keeps. */
const purge = request({ host: '127.0.0.1', port: process.env.PORT, method: 'PURGE' }).end();
const [answer] = (await once(purge, 'response')) as [IncomingMessage];
answer.resume();
if (answer.statusCode !== 200) throw new Error(`the edge answered ${answer.statusCode}`);
