import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import dockerignore from '@balena/dockerignore';
import { pack } from 'tar-fs';
import { HitlessError } from '../../../record/error.ts';

/**
 * A build context as a tar, without what its .dockerignore names. The Dockerfile and .dockerignore themselves always go
 * along, as with docker's own command; all belongs to root, and nothing but names, modes and content tells two apart.
 *
 * @throws HitlessError HITLESS_DOCKERFILE where there is no Dockerfile
 */
export function packContext(context: string, dockerfile: string): Readable {
  if (!existsSync(join(context, dockerfile)) || relative(context, join(context, dockerfile)).startsWith('..'))
    throw new HitlessError('HITLESS_DOCKERFILE', `there is no ${dockerfile} in the build context ${context}`, {
      blame: 'usage',
      hint: 'The dockerfile of an image is a path in its context, Dockerfile where none is said.',
    });
  const ignored = ignoredBy(context, dockerfile);
  const tar = pack(context, {
    ignore: (path) => ignored(relative(context, path).split(sep).join('/')),
    map: (header) => ({ ...header, uid: 0, gid: 0, mtime: new Date(0) }),
    // Sockets and the like are left out.
    strict: false,
  });
  // What tar-fs gives is a stream of another make, which undici does not take.
  return Readable.from(tar as AsyncIterable<Buffer>, { objectMode: false });
}

function ignoredBy(context: string, dockerfile: string): (path: string) => boolean {
  const file = join(context, '.dockerignore');
  if (!existsSync(file)) return () => false;
  const rules = readFileSync(file, 'utf8');
  const matcher = dockerignore.default({ ignorecase: false }).add(rules);
  const always = new Set([dockerfile.split(sep).join('/'), '.dockerignore', '']);
  // A rule may let in again what lies below a folder that another one keeps out.
  const hasExceptions = /^\s*!/m.test(rules);
  const holds = (folder: string) => [...always].some((path) => path.startsWith(`${folder}/`));
  return (path) => {
    if (always.has(path) || !matcher.ignores(path)) return false;
    const mayHoldOthers = hasExceptions || holds(path);
    return !(mayHoldOthers && lstatSync(join(context, path)).isDirectory());
  };
}
