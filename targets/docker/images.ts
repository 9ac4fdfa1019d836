import type { AppSpec, ImageSpec } from '../target.ts';
import type { Engine } from './engine/engine.ts';
import type { ImageFacts } from './engine/images.ts';

/** An image that is there, by its id: the same whatever becomes of its tag. */
export type KnownImage = Pick<ImageFacts, 'id' | 'ports'>;

/** On what we built: they stay for the next run, and `docker image prune` with this label removes them. */
export const builtLabel = 'hitless.built';

/** Images of a run: those that the scenario describes are built, others are the engine's own, or pulled. */
export class Images {
  readonly #engine: Engine;
  readonly #specs: AppSpec['images'];
  readonly #signal: AbortSignal;
  readonly #onNotice: (line: string) => void;
  readonly #known = new Map<string, Promise<KnownImage>>();

  constructor(engine: Engine, specs: AppSpec['images'], signal: AbortSignal, onNotice: (line: string) => void) {
    this.#engine = engine;
    this.#specs = specs;
    this.#signal = signal;
    this.#onNotice = onNotice;
  }

  /** One after the other: they share layers. */
  async buildAll(): Promise<void> {
    for (const image of Object.keys(this.#specs)) await this.idOf(image);
  }

  /** Rejects with a HitlessError where it can neither be built nor pulled; asked again, it is tried again. */
  idOf(image: string): Promise<KnownImage> {
    const known = this.#known.get(image);
    if (known !== undefined) return known;
    const spec = Object.hasOwn(this.#specs, image) ? this.#specs[image] : undefined;
    const finding = spec === undefined ? this.#find(image) : this.#build(image, spec);
    this.#known.set(image, finding);
    finding.catch(() => this.#known.delete(image));
    return finding;
  }

  async #build(tag: string, { context, dockerfile, args, network }: ImageSpec): Promise<KnownImage> {
    const before = (await this.#engine.inspectImage(tag))?.id;
    const id = await this.#engine.buildImage({
      context,
      tag,
      labels: { [builtLabel]: 'app' },
      signal: this.#signal,
      ...(dockerfile !== undefined && { dockerfile }),
      ...(args !== undefined && { args }),
      ...(network !== undefined && { network }),
    });
    if (id !== before) this.#onNotice(`built ${tag}`);
    return this.#inspected(id);
  }

  async #find(image: string): Promise<KnownImage> {
    const there = await this.#engine.inspectImage(image);
    if (there !== undefined) return there;
    this.#onNotice(`pulling ${image}`);
    await this.#engine.pull(image, this.#signal);
    return this.#inspected(image);
  }

  async #inspected(image: string): Promise<KnownImage> {
    const { id, ports } = (await this.#engine.inspectImage(image)) ?? { id: image, ports: [] };
    return { id, ports };
  }
}
