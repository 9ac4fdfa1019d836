import { chmodSync, copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';

const checkout = join(import.meta.dirname, '../..');

/** Builds an image and gives it to the cluster's registry; resolves to the name that nodes pull. */
export async function push(registry: string, name: string, context: string, ...words: string[]): Promise<string> {
  await run(['docker', 'build', '--quiet', '--tag', `${registry}/${name}`, ...words, context]);
  await run(['docker', 'push', '--quiet', `${registry}/${name}`]);
  return name;
}

/** hitless, from the Dockerfile of this checkout. */
export async function pushHitless(registry: string, name: string): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'hitless-image-'));
  try {
    for (const entry of ['Dockerfile', '.dockerignore', ...sentToEngine()])
      cpSync(join(checkout, entry), join(context, entry), { recursive: true });
    // Where a proxy opens TLS on the way to npm, Node was told so, and the build has to be.
    const authority = process.env.NODE_EXTRA_CA_CERTS;
    if (authority) copyFileSync(authority, join(context, 'ca.pem'));
    return await push(registry, name, context, '--network', 'host');
  } finally {
    rmSync(context, { recursive: true });
  }
}

/** That image with this machine's kubectl in it, as docs/with-argo-cd.md tells to make it. */
export async function pushWithKubectl(registry: string, name: string, base: string): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'hitless-kubectl-'));
  try {
    copyFileSync(await run(['sh', '-c', 'command -v kubectl']), join(context, 'kubectl'));
    chmodSync(join(context, 'kubectl'), 0o755);
    writeFileSync(join(context, 'Dockerfile'), `FROM ${registry}/${base}\nCOPY kubectl /usr/local/bin/\n`);
    return await push(registry, name, context);
  } finally {
    rmSync(context, { recursive: true });
  }
}

/** What .dockerignore does not ignore; ca.pem is nobody's but the machine's. */
function sentToEngine(): string[] {
  const lines = readFileSync(join(checkout, '.dockerignore'), 'utf8').split('\n');
  return lines.flatMap((line) => (line.startsWith('!') && line !== '!ca.pem' ? [line.slice(1)] : []));
}
