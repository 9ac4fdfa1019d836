import type { Finding, Look } from './finding.ts';

const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];

/** Variables that make other programs send by a proxy; ours connects to the address that it was given. */
export const lookAtProxy: Look = async ({ url }) => [proxyFinding(process.env, url)];

export function proxyFinding(environment: NodeJS.ProcessEnv, url: URL | undefined): Finding {
  const name = 'proxy';
  const set = variables.flatMap((variable) =>
    [variable, variable.toLowerCase()].filter((one) => (environment[one] ?? '') !== ''),
  );
  if (set.length === 0) return { name, status: 'ok', message: 'no variable names one: traffic goes straight there' };
  const named = set.map((variable) => `${variable}=${withoutSecrets(environment[variable] ?? '')}`).join(', ');
  const where = url === undefined ? 'the address' : url.host;
  return {
    name,
    status: 'warning',
    message: `${named}: hitless ignores it; traffic goes straight to ${where}, and questions to the API server of the cluster go as the kubeconfig says (proxy-url)`,
    mend: 'Where only the proxy gets there, run hitless where it is not needed, or give the proxy itself as --url if it serves the app.',
  };
}

/** Proxies are often given with a name and a password. */
function withoutSecrets(value: string): string {
  const url = URL.parse(/^[a-z0-9+.-]+:\/\//i.test(value) ? value : `http://${value}`);
  return url === null ? '(no URL)' : `${url.protocol}//${url.username === '' ? '' : '***@'}${url.host}`;
}
