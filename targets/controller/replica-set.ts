import { nowUs } from '../../record/clock.ts';
import type { PodTemplate } from '../manifest/model.ts';
import type { Platform } from './platform.ts';
import { Pod } from './pod.ts';
import { templateHash } from './template-hash.ts';

/** All pods of one version of a Deployment's template, as many as it is told to have. */
export class ReplicaSet {
  readonly deployment: string;
  readonly template: PodTemplate;
  /** pod-template-hash: what tells one template from another, and part of the pods' names. */
  readonly hash: string;
  /** Order of creation, from 1. */
  readonly created: number;
  /** deployment.kubernetes.io/revision: an undo makes an old set the newest revision. */
  revision: number;
  /** How many pods it should have; terminating ones do not count. */
  desired = 0;
  /** replicas + maxSurge of the Deployment when this set was last scaled. */
  maxReplicas = 0;
  readonly #platform: Platform;
  /** All that it ever made. */
  readonly pods: Pod[] = [];

  constructor(parts: { deployment: string; template: PodTemplate; order: number }, platform: Platform) {
    this.deployment = parts.deployment;
    this.template = parts.template;
    this.hash = templateHash(parts.template);
    this.created = parts.order;
    this.revision = parts.order;
    this.#platform = platform;
  }

  get version(): string {
    return imageTag(this.template.container.image);
  }

  /** Those that are neither terminating nor gone. */
  get active(): Pod[] {
    return this.pods.filter((pod) => !pod.terminating && pod.phase !== 'exited');
  }

  available(minReadySeconds: number): number {
    return this.pods.filter((pod) => pod.isAvailable(minReadySeconds)).length;
  }

  /** Some of its containers have not ended. */
  get hasRunning(): boolean {
    return this.pods.some((pod) => pod.phase !== 'exited');
  }

  /** Creates or deletes pods until there are as many as it should have. */
  reconcile(): void {
    const active = this.active;
    for (let missing = this.desired - active.length; missing > 0; missing--) this.pods.push(this.#createPod());
    const surplus = active.length - this.desired;
    if (surplus > 0) for (const pod of deletionOrder(active).slice(0, surplus)) pod.delete();
  }

  #createPod(): Pod {
    const prefix = `${this.deployment}-${this.hash}`;
    const name = `${prefix}-${this.#platform.draw.letters(5, prefix)}`;
    const { deployment, hash: revision, version, template } = this;
    return new Pod({ name, deployment, revision, version, template }, this.#platform);
  }
}

type Ranked = Pick<Pod, 'name' | 'container' | 'restarts' | 'ready' | 'readySinceUs' | 'createdUs'>;

/**
 * Which pods go first when a set shrinks (ActivePodsWithRanks, pkg/controller/controller_utils.go): those that are not
 * running, not ready, ready for less long, restarted more often, younger. Ages within the same power of two count as
 * equal, and then it is chance: here the letters of their names.
 */
export function deletionOrder<P extends Ranked>(pods: readonly P[]): P[] {
  const now = nowUs();
  const age = (us: number | undefined) =>
    us === undefined || us >= now ? -1 : Math.floor(Math.log2((now - us) * 1000));
  const running = (pod: P) => (pod.container === undefined && pod.restarts === 0 ? 0 : 1);
  return [...pods].sort(
    (a, b) =>
      running(a) - running(b) ||
      Number(a.ready) - Number(b.ready) ||
      age(a.readySinceUs) - age(b.readySinceUs) ||
      b.restarts - a.restarts ||
      age(a.createdUs) - age(b.createdUs) ||
      (a.name < b.name ? -1 : 1),
  );
}

/** `v0.0.1` of `mimuc/helloworld:v0.0.1`; without a tag it is `latest`. A digest is the tag where there is no other. */
export function imageTag(image: string): string {
  const [name = image, digest] = image.split('@');
  const tag = /:([^:/]+)$/.exec(name)?.[1];
  return tag ?? digest ?? 'latest';
}
