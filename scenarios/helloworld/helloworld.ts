import type { ScenarioDefinition } from 'hitless';

type Images = NonNullable<ScenarioDefinition['app']['images']>;

/** A good answer of the app. */
export const hello = { status: 200, json: { type: 'object', required: ['hello', 'name'] } };

/** The app that says goodbye, in these versions; paths are as seen from a scenario. */
export function helloworld(...versions: readonly string[]): Images {
  const image = (version: string) => ({
    context: '../helloworld',
    dockerfile: 'Dockerfile.hitless',
    args: { VERSION: version },
    command: ['node', 'src/server.ts'],
    env: { VERSION: version },
  });
  return Object.fromEntries(versions.map((version) => [`mimuc/helloworld:${version}`, image(version)]));
}
