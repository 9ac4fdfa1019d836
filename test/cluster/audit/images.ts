import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the two versions of helloworld and gives them to the cluster's registry. Returns the names that nodes pull. */
export function pushImages(registry: string): [string, string] {
  const context = join(import.meta.dirname, '../../../helloworld');
  return ['v0.0.1', 'v0.0.2'].map((version) => {
    const name = `hitless-test/audit:${version}`;
    const docker = (...args: string[]) => execFileSync('docker', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    docker('build', '--build-arg', `VERSION=${version}`, '-t', `${registry}/${name}`, context);
    docker('push', `${registry}/${name}`);
    return name;
  }) as [string, string];
}
