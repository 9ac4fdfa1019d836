import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const hitless = fileURLToPath(new URL('../../../bin/hitless.js', import.meta.url));
const scenario = fileURLToPath(new URL('../../../scenarios/rolling-update.yml', import.meta.url));

test('a wrong DOCKER_HOST ends in exit code 3, and says where it was looked for and what to do', async () => {
  const run = spawn(process.execPath, [hitless, 'run', scenario, '--target', 'docker'], {
    env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [run.stdout, run.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
  expect(await once(run, 'close')).toEqual([3, null]);
  expect(said.replaceAll(/\s+/g, ' ')).toMatch(
    /no Docker engine answers at unix:\/\/\/nowhere\/docker\.sock \(DOCKER_HOST\): ENOENT.*DOCKER_HOST/,
  );
  expect(said).not.toMatch(/^\s+at /m);
});
