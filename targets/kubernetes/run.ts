import { setTimeout as sleep } from 'node:timers/promises';
import { HitlessError } from '../../record/error.ts';
import { Lease } from '../lease.ts';
import { startReaper } from '../reaper.ts';
import type { TargetContext } from '../target.ts';
import { Api } from './api.ts';
import { Claim } from './claim.ts';
import { clusterFault } from './fault.ts';
import { type Cluster, loadCluster } from './kubeconfig.ts';
import { removeRun } from './removal.ts';
import { core } from './resources.ts';

/** What a run has on a cluster: the way to it, and a place there that is removed at the end. */
export class Run {
  readonly cluster: Cluster;
  readonly api: Api;
  readonly claim: Claim;
  /** Aborted when the run is being removed: nothing is begun from then on. */
  readonly ended: AbortSignal;
  readonly #id: string;
  #lease: Lease | undefined;
  #stopReaper: (() => void) | undefined;

  /** Throws what `loadCluster` throws; nothing is asked of the cluster yet. */
  constructor({ settings = {}, runId, verbs = [] }: TargetContext, ended: AbortSignal) {
    this.cluster = loadCluster(settings);
    this.api = new Api(this.cluster.kubeConfig, this.cluster.server);
    this.claim = new Claim(this.api, runId, settings.namespace, verbs.includes('kill'));
    this.ended = ended;
    this.#id = runId;
  }

  get namespace(): string {
    return this.claim.place.namespace;
  }

  /** What fails on the way to the API server, or there, is told in words that say what to do. */
  async asking<T>(doing: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.mustBeOpen();
      throw clusterFault(error, { doing, server: this.api.server });
    }
  }

  mustBeOpen(): void {
    if (this.ended.aborted) throw new HitlessError('HITLESS_CLEANED_UP', 'the run was ended', { blame: 'environment' });
  }

  /** From here on there is something to remove: the lease knows of it before it is made. */
  async makePlace(): Promise<void> {
    const lease = new Lease(this.#id);
    this.#lease = lease;
    this.#stopReaper = startReaper(lease.path);
    lease.addCluster({ ...this.cluster.choice, place: this.claim.place });
    await this.claim.make();
  }

  /** Pods are refused until the controller has made their account, a moment after the namespace. */
  async accountMade(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const account = await this.api.find(core(this.namespace, 'serviceaccounts', 'default')).catch(() => ({}));
      if (account !== undefined) break;
      await sleep(50, undefined, { signal: this.ended });
    }
  }

  /** Removes the place with all that is in it; where that fails the lease stays, and who finds it tries again. */
  async remove(onNotice: (line: string) => void): Promise<void> {
    try {
      if (this.#lease !== undefined) await removeRun(this.api, this.claim.place);
      this.#lease?.release();
      this.#stopReaper?.();
    } catch (error) {
      const { message } = clusterFault(error, { doing: 'remove what the run made', server: this.api.server });
      onNotice(`what the run made in ${this.namespace} is still there: ${message}; hitless clean removes it`);
    } finally {
      await this.api.close();
    }
  }
}
