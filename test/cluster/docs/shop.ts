import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { push } from '../images.ts';

/** Answers, says that it closes when it is told to end, and goes a second later. BROKEN: 500 to one of five requests. */
const server = `
let requests = 0;
let draining = false;
const server = require('node:http').createServer((request, response) => {
  if (draining) response.setHeader('connection', 'close');
  const broken = process.env.BROKEN === 'yes' && request.url !== '/readyz' && ++requests % 5 === 0;
  response.statusCode = broken ? 500 : 200;
  response.end(process.env.VERSION);
});
server.keepAliveTimeout = 60_000;
server.listen(3000);
process.on('SIGTERM', () => {
  draining = true;
  setTimeout(() => server.close(() => process.exit(0)), 1000);
});
`;

/** The app of the pages: 1.0, 1.1, and 1.2, which is broken. Resolves to its name, as nodes pull it. */
export async function pushShop(registry: string): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'hitless-shop-'));
  mkdirSync(context, { recursive: true });
  try {
    writeFileSync(join(context, 'server.js'), server);
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM node:alpine\nARG VERSION\nARG BROKEN\nENV VERSION=$VERSION BROKEN=$BROKEN\nCOPY server.js .\nUSER 1000\nCMD ["node", "server.js"]\n',
    );
    const name = 'hitless-test/docs-shop';
    for (const [version, broken] of [
      ['1.0', 'no'],
      ['1.1', 'no'],
      ['1.2', 'yes'],
    ] as const)
      await push(registry, `${name}:${version}`, context, ...buildArgs({ VERSION: version, BROKEN: broken }));
    return name;
  } finally {
    rmSync(context, { recursive: true });
  }
}

function buildArgs(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
}
