import { HitlessError } from '../../record/error.ts';
import type { TargetFacts } from '../../record/facts.ts';
import { cleanDeadRuns } from '../lease.ts';
import type { Capability, Route, Target, TargetContext, TargetFactory, TargetState } from '../target.ts';
import { baseOf, urlFault } from './address.ts';
import { reach } from './reach.ts';

/** Somebody else's deployment: traffic goes to a URL, a command or somebody rolls it out, and nothing is deployed. */
export const createUrlTarget: TargetFactory = (context) => new UrlTarget(context);

const unseen =
  'Nothing was seen of the replicas behind the URL: an old one may have ended, and lost requests, when traffic was over.';

class UrlTarget implements Target {
  readonly kind = 'url';
  readonly capabilities: ReadonlySet<Capability> = new Set();
  readonly replicasUnseen = true;
  readonly #context: TargetContext;
  readonly #url: URL;
  readonly #ended = new AbortController();

  constructor(context: TargetContext) {
    const { url = '' } = context.app;
    const fault = urlFault(url);
    if (fault !== undefined) throw new HitlessError('HITLESS_URL', `app.url: ${fault}`, { blame: 'usage' });
    this.#context = context;
    this.#url = baseOf(url);
  }

  async prepare(): Promise<void> {
    const { onNotice } = this.#context;
    for (const line of await cleanDeadRuns()) onNotice(line);
    const line = await reach(this.#url, this.#ended.signal);
    if (line !== undefined) onNotice(line);
  }

  async route(): Promise<Route> {
    return { kind: 'address', url: this.#url.href };
  }

  state(): TargetState {
    return { deployments: [], replicas: [] };
  }

  onChange(): () => void {
    return () => {};
  }

  facts(): TargetFacts {
    return {
      kind: this.kind,
      path: 'unknown',
      approximate: [],
      equalShares: false,
      details: { url: this.#url.href },
      notes: [unseen],
    };
  }

  apply = () => this.#refuse('deploy');
  rollout = () => this.#refuse('rollout');
  undo = () => this.#refuse('undo');
  switch = () => this.#refuse('switch');
  scale = () => this.#refuse('scale');
  kill = () => this.#refuse('kill');
  exec = () => this.#refuse('exec');

  /** Steps are refused before the start; a function of a scenario's own is not. */
  async #refuse(what: string): Promise<never> {
    throw new HitlessError('HITLESS_TARGET_LACKS', `the target url cannot ${what}: what is there is somebody else's`, {
      blame: 'usage',
      hint: 'A step "run" starts any command.',
    });
  }

  async cleanup(): Promise<void> {
    this.#ended.abort();
  }
}
