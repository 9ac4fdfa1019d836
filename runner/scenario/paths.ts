import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { didYouMean } from '../../record/nearest.ts';
import { resolutionOf } from '../../targets/resolve.ts';
import type { TlsSettings } from '../../targets/tls.ts';
import type { ScenarioInput } from './model.ts';
import { type FieldPath, fieldName, type Problem, shown } from './problem.ts';
import type { Scenario } from './scenario.ts';

/** The app with its paths absolute: they are relative to the folder of the scenario's file. `tls`: what its files hold. */
export function appOf(app: ScenarioInput['app'], folder: string, tls?: TlsSettings): Scenario['app'] {
  const service = app.service === undefined ? {} : { service: app.service };
  const resolutions = app.resolve?.map(resolutionOf).filter((each) => each !== undefined);
  if (app.url !== undefined)
    return { url: app.url, ...(tls && { tls }), ...(resolutions && { resolve: resolutions }), ...service };
  const images = Object.entries(app.images ?? {}).map(([name, image]) => [
    name,
    { ...image, context: resolve(folder, image.context) },
  ]);
  return {
    manifests: (app.manifests ?? []).map((path) => resolve(folder, path)),
    images: Object.fromEntries(images),
    ...service,
    ...(app.port === undefined ? {} : { port: app.port }),
  };
}

/** Each path that leads nowhere. */
export function missingPaths(app: ScenarioInput['app'], folder: string): Problem[] {
  const manifests = (app.manifests ?? []).map((path, index) =>
    missing(['app', 'manifests', index], resolve(folder, path), path, 'file or folder'),
  );
  const contexts = Object.entries(app.images ?? {}).flatMap(([name, { context, dockerfile }]) => {
    const path = ['app', 'images', name];
    const place = resolve(folder, context);
    const noContext = missing([...path, 'context'], place, context, 'folder');
    if (noContext || dockerfile === undefined) return [noContext];
    return [missing([...path, 'dockerfile'], resolve(place, dockerfile), dockerfile, 'file')];
  });
  return [...manifests, ...contexts].filter((problem) => problem !== undefined);
}

type Wanted = 'file' | 'folder' | 'file or folder';

export function missing(path: FieldPath, place: string, written: string, wanted: Wanted): Problem | undefined {
  const kind = kindOf(place);
  if (kind !== undefined && wanted.includes(kind)) return undefined;
  const hint = kind === undefined ? didYouMean(basename(place), neighbours(place)) : `, it is a ${kind}`;
  return { path, at: 'value', message: `${fieldName(path)}: there is no ${wanted} ${shown(written)}${hint}` };
}

function kindOf(place: string): 'file' | 'folder' | undefined {
  if (place.includes('\0') || !existsSync(place)) return undefined;
  return statSync(place).isDirectory() ? 'folder' : 'file';
}

function neighbours(place: string): string[] {
  try {
    return readdirSync(dirname(place));
  } catch {
    return [];
  }
}
