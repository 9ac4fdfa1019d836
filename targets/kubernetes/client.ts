import { registerHooks } from 'node:module';

/** Sources run as they are, and as JavaScript once they are built. */
const parts = new URL(import.meta.url.endsWith('.ts') ? './client-parts.ts' : './client-parts.js', import.meta.url)
  .href;

/**
 * What is used of @kubernetes/client-node: the way that a kubeconfig says to an API server, and commands in containers. Our
 * requests are our own (api.ts). Left alone, its config.js imports a class for every kind of the whole API, 830 modules of
 * 17 MB, for the two things in client-parts.ts; as it is loaded here it imports those two.
 */
const hooks = registerHooks({
  resolve: (specifier, context, next) => {
    const isAll =
      specifier === './gen/index.js' && context.parentURL?.endsWith('/@kubernetes/client-node/dist/config.js') === true;
    return isAll ? { url: parts, shortCircuit: true } : next(specifier, context);
  },
});
export const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
export type KubeConfig = InstanceType<typeof KubeConfig>;
export const { HttpMethod, RequestContext } = await import('@kubernetes/client-node/dist/gen/http/http.js');
export const { Exec } = await import('@kubernetes/client-node/dist/exec.js');
hooks.deregister();
