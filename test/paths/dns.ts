import { createSocket } from 'node:dgram';

/** Answers every question for an IPv4 address with 127.0.0.1, but while it is stalled: then nobody answers. */
export interface Resolver {
  stalled: boolean;
  close(): void;
}

const type = { a: 1 };

/** On port 53 of a loopback address, which takes root. */
export function startResolver(address: string): Promise<Resolver> {
  const socket = createSocket('udp4');
  const resolver = { stalled: false, close: () => socket.close() };
  socket.on('message', (query, from) => {
    if (!resolver.stalled) socket.send(answerTo(query), from.port, from.address);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(53, address, () => resolve(resolver));
  });
}

/** RFC 1035, 4: the question again, with one address for it, or none where it asks for something else. */
function answerTo(query: Buffer): Buffer {
  let end = 12;
  while (end < query.length && query[end] !== 0) end += (query[end] as number) + 1;
  const question = query.subarray(12, end + 5);
  const isAddress = query.readUInt16BE(end + 1) === type.a;
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(isAddress ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  // A pointer to the name, A, IN, no time to live: nothing is to be cached.
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat(isAddress ? [head, question, record] : [head, question]);
}
