import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-fs';
import type { PodTemplate, Volume } from '../manifest/model.ts';
import type { Engine } from './engine/engine.ts';

/** Where the container that holds a pod's network has its volumes: no app sees it there. */
const heldAt = '/volumes';

/** The volumes of one pod. */
export interface PodVolumes {
  /** For the container that holds the pod's network: it has them as long as the pod lives. */
  held: string[];
  /** For the app's container: each where it is to be mounted. */
  mounted: string[];
  /** Gives them to everybody, as an emptyDir is, and a ConfigMap's its files; `holder` has to run. */
  fill(holder: string): Promise<void>;
  /** Removes those that live no longer than the pod; its containers are gone. Never rejects. */
  remove(): Promise<void>;
}

/**
 * Volumes of the engine that belong to a run. What is behind a claim lives as long as the run, whichever pods come and go;
 * an emptyDir as long as its pod, whichever containers do.
 */
export class Volumes {
  readonly #engine: Engine;
  readonly #runId: string;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #folder: string;

  constructor(engine: Engine, run: { runId: string; folder: string; labels: Readonly<Record<string, string>> }) {
    this.#engine = engine;
    this.#runId = run.runId;
    this.#labels = run.labels;
    this.#folder = join(run.folder, 'volumes');
  }

  async of(pod: string, { volumes = [], container: { mounts = [] } }: PodTemplate): Promise<PodVolumes> {
    const used = volumes.filter(({ name }) => mounts.some(({ volume }) => volume === name));
    const names = new Map(used.map((volume) => [volume.name, this.#nameOf(pod, volume)]));
    for (const name of names.values()) await this.#engine.createVolume(name, this.#labels);
    const own = used.filter(({ kind }) => kind !== 'claim').map(({ name }) => names.get(name) ?? '');
    return {
      held: [...names].map(([volume, name]) => `${name}:${heldAt}/${volume}`),
      // Without nocopy an empty volume is filled with what the image has at its place: no cluster does that.
      mounted: mounts.map(
        ({ volume, mountPath, readOnly }) => `${names.get(volume)}:${mountPath}:${readOnly ? 'ro' : 'rw'},nocopy`,
      ),
      fill: async (holder) => {
        if (used.length > 0) await this.#engine.copyInto(holder, heldAt, this.#contentOf(pod, used));
      },
      remove: async () => {
        for (const name of own) await this.#engine.removeVolume(name).catch(() => {});
      },
    };
  }

  #nameOf(pod: string, { kind, name, ...volume }: Volume): string {
    return `hitless-${this.#runId}-${'claim' in volume ? `claim-${volume.claim}` : `${pod}-${name}`}`;
  }

  /** A folder for each, which anybody may write to, with the files of a ConfigMap. */
  #contentOf(pod: string, volumes: readonly Volume[]): Readable {
    const folder = join(this.#folder, pod);
    for (const volume of volumes) {
      mkdirSync(join(folder, volume.name), { recursive: true });
      for (const [file, text] of Object.entries(volume.kind === 'configMap' ? volume.files : {})) {
        mkdirSync(dirname(join(folder, volume.name, file)), { recursive: true });
        writeFileSync(join(folder, volume.name, file), text);
      }
    }
    const tar = pack(folder, {
      entries: volumes.map(({ name }) => name),
      map: (header) => ({ ...header, uid: 0, gid: 0, mode: header.type === 'directory' ? 0o777 : 0o644 }),
      finalize: true,
    });
    tar.once('end', () => rmSync(folder, { recursive: true, force: true }));
    // What tar-fs gives is a stream of another make, which undici does not take.
    return Readable.from(tar as AsyncIterable<Buffer>, { objectMode: false });
  }
}
