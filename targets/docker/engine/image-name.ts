/** Docker's own registry, as config.json and image names call it (distribution/reference, `splitDockerDomain`). */
export const dockerHub = 'docker.io';

/** `{ repository: 'localhost:5000/app', tag: 'v1' }` of `localhost:5000/app:v1`; without a tag and digest it is `latest`. */
export function splitTag(image: string): { repository: string; tag: string } {
  const [name = image, digest] = image.split('@');
  if (digest !== undefined) return { repository: name.replace(/:[^:/]+$/, ''), tag: digest };
  const [, repository = name, tag = 'latest'] = /^(.*):([^:/]+)$/.exec(name) ?? [];
  return { repository, tag };
}

/** The registry that a name leads to: what comes before the first slash, where that looks like a host. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  return isHost ? first : dockerHub;
}
