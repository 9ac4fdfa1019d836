import { HitlessError } from '../../../record/error.ts';
import type { EngineAddress } from './address.ts';

/** An answer of the engine that is none of success. */
export class EngineRefusal extends HitlessError {
  readonly status: number;
  /** In the engine's own words. */
  readonly said: string;

  constructor(status: number, said: string) {
    super('HITLESS_ENGINE', `the Docker engine refuses (${status}): ${said}`, { blame: 'environment' });
    this.status = status;
    this.said = said;
  }
}

/** What a person can do about an engine that cannot be reached. */
export function unreachable({ host, source }: EngineAddress, cause: unknown): HitlessError {
  const code = codeOf(cause);
  const where = `${host} (${source})`;
  const environment = (message: string, hint: string) =>
    new HitlessError('HITLESS_NO_ENGINE', message, { blame: 'environment', hint, cause });
  if (code === 'EACCES' || code === 'EPERM')
    return environment(
      `you may not use the Docker engine at ${where}`,
      'Join the group that owns the socket (`sudo usermod -aG docker $USER`, then log in anew), or use a rootless engine.',
    );
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return environment(
      `no Docker engine answers at ${where}: ${code}`,
      'Start one (dockerd, Docker Desktop, `podman system service`), or say where it is: DOCKER_HOST, or --context.',
    );
  const said = cause instanceof Error ? cause.message : String(cause);
  return environment(
    `the Docker engine at ${where} cannot be spoken to: ${code ?? said}`,
    'See that it runs and that DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are those of `docker version`.',
  );
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' ? code : codeOf(cause);
}

/** What the engine says of an image that it could not get or give away, in our words. */
export function registryFault(verb: 'pull' | 'push', image: string, said: string): HitlessError {
  const registry = (message: string, hint: string) =>
    new HitlessError('HITLESS_REGISTRY', `${image} cannot be ${verb}ed: ${message}`, { blame: 'environment', hint });
  const quoted = said.trim();
  if (/denied|unauthorized|authentication required|no basic auth/i.test(quoted))
    return registry(`the registry denies it (${quoted})`, 'Check the name, or `docker login` at its registry first.');
  if (/not found|manifest unknown|does not exist|no such image|not known/i.test(quoted))
    return registry(
      `there is no such image (${quoted})`,
      verb === 'pull'
        ? 'Check its name and tag, or describe it under app.images to have it built.'
        : 'Build or tag it first.',
    );
  if (/connection refused|no such host|i\/o timeout|dial tcp|context deadline|TLS|HTTP response to HTTPS/i.test(quoted))
    return registry(
      `its registry does not answer the engine (${quoted})`,
      'See that the registry runs and that the engine can reach it; one without TLS has to be on 127.0.0.1 or among its insecure-registries.',
    );
  return registry(quoted, 'The engine said no more than that.');
}
