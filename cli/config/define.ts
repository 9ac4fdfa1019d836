import type { ConfigInput } from './model.ts';

/** Returns the config as it is: what an editor completes and checks while it is written. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
