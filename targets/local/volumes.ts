import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HitlessError } from '../../record/error.ts';
import type { Deployment, PodTemplate, Volume } from '../manifest/model.ts';
import type { BoundFolder, View } from './mount-namespace.ts';
import { refusalOf, refusalOfAll } from './namespaces-allowed.ts';
import type { Isolation } from './pid-namespace.ts';

export function needVolumes(deployments: readonly Deployment[]): boolean {
  return deployments.some(({ template }) => (template.container.mounts?.length ?? 0) > 0);
}

/**
 * The volumes of a run, folders of its own. What is behind a claim lives as long as the run, whichever pods come and go;
 * an emptyDir as long as its pod, whichever containers do.
 */
export class Volumes {
  readonly #folder: string;

  constructor(runFolder: string) {
    this.#folder = join(runFolder, 'volumes');
  }

  /** What the container of a pod sees; undefined where it mounts nothing. */
  viewOf(pod: string, { volumes = [], container: { mounts = [] } }: PodTemplate): View | undefined {
    if (mounts.length === 0) return undefined;
    const folders = new Map(volumes.map((volume) => [volume.name, this.#folderOf(pod, volume)]));
    return this.#view(
      mounts.map(({ volume, mountPath, readOnly }) => ({
        source: folders.get(volume) as string,
        path: mountPath,
        readOnly,
      })),
    );
  }

  /** Tries out whether the machine allows it, at a path that nobody has; throws a HITLESS_VOLUMES that says why not. */
  requireViews(isolation: Isolation): void {
    const source = made(join(this.#folder, 'trial'));
    const trial = this.#view([{ source, path: '/hitless-trial/volume', readOnly: true }]);
    const refusal = isolation === 'none' ? refusalOfAll(trial) : refusalOf(isolation, trial);
    if (refusal === undefined) return;
    throw new HitlessError('HITLESS_VOLUMES', `no replica can have a volume to itself here: ${refusal.why}`, {
      blame: 'environment',
      hint: `${refusal.mend} Or use --target docker or kubernetes.`.trim(),
    });
  }

  #view(folders: BoundFolder[]): View {
    // From the outside in: a volume may be mounted within another.
    const sorted = folders.toSorted((a, b) => a.path.length - b.path.length);
    return { root: made(join(this.#folder, 'root')), stage: made(join(this.#folder, 'stage')), folders: sorted };
  }

  #folderOf(pod: string, volume: Volume): string {
    if (volume.kind === 'claim') return made(join(this.#folder, 'claims', volume.claim));
    const folder = made(join(this.#folder, 'pods', pod, volume.name));
    if (volume.kind === 'configMap')
      for (const [file, text] of Object.entries(volume.files)) {
        made(dirname(join(folder, file)));
        writeFileSync(join(folder, file), text);
      }
    return folder;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
