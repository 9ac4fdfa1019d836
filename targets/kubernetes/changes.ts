import { setTimeout as sleep } from 'node:timers/promises';
import { type App, unknownName } from './app.ts';
import type { Observer } from './observe/observer.ts';
import { apps, core } from './resources.ts';
import { generationOf, setImage, undo } from './revisions.ts';
import type { Run } from './run.ts';
import { listsSelected } from './selected.ts';

/** A switch is through when the controller of EndpointSlices has seen it; the step waits for connections to follow. */
const followsWithinMs = 10_000;

/** What steps change of Deployments and Services that are there. */
export class Changes {
  readonly #run: Run;
  readonly #app: App;
  readonly #observer: Observer;
  readonly #onChange: () => void;

  /** `onChange`: what the observer says of a Deployment is another thing now. */
  constructor(run: Run, app: App, observer: Observer, onChange: () => void) {
    this.#run = run;
    this.#app = app;
    this.#observer = observer;
    this.#onChange = onChange;
  }

  /** `image` as the nodes call it. */
  rollout(deployment: string, image: string): Promise<void> {
    const { api, namespace } = this.#run;
    return this.#change(deployment, 'set its image', () => setImage(api, namespace, deployment, image));
  }

  undo(deployment: string): Promise<void> {
    const { api, namespace } = this.#run;
    return this.#change(deployment, 'undo its rollout', () => undo(api, namespace, deployment));
  }

  pause(deployment: string, paused: boolean): Promise<void> {
    return this.#merge(deployment, paused ? 'pause it' : 'resume it', { paused });
  }

  scale(deployment: string, replicas: number): Promise<void> {
    return this.#merge(deployment, 'scale it', { replicas });
  }

  /** Of the first container of each pod that runs. */
  async resize(deployment: string, resources: { cpu?: string; memory?: string }): Promise<void> {
    const { api, namespace } = this.#run;
    this.#app.mustHave(deployment);
    await this.#run.asking(`resize the pods of ${deployment}`, async () => {
      for (const replica of this.#observer.state().replicas) {
        const name = this.#observer.find('pods', replica.pod)?.spec.containers[0]?.name;
        if (replica.deployment !== deployment || replica.phase !== 'running' || name === undefined) continue;
        const containers = [{ name, resources: { requests: resources, limits: resources } }];
        await api.patch(`${core(namespace, 'pods', replica.pod)}/resize`, { spec: { containers } });
      }
    });
  }

  /** Resolves when the list of endpoints is that of the new selector. */
  async switch(service: string, selector: Record<string, string>): Promise<void> {
    const { api, namespace, ended } = this.#run;
    const path = core(namespace, 'services', service);
    await this.#run.asking(`switch the Service ${service}`, async () => {
      if ((await api.find(path)) === undefined) throw unknownName('Service', service, this.#app.named('Service'));
      // The whole selector at once: a pair that is not in the new one has to go.
      await api.operate(path, [{ op: 'replace', path: '/spec/selector', value: selector }]);
    });
    const untilMs = performance.now() + followsWithinMs;
    while (!listsSelected(this.#observer, service, selector) && performance.now() < untilMs)
      await sleep(20, undefined, { signal: ended });
  }

  #merge(deployment: string, doing: string, spec: object): Promise<void> {
    const { api, namespace } = this.#run;
    return this.#change(deployment, doing, async () =>
      generationOf(await api.merge(apps(namespace, 'deployments', deployment), { spec })),
    );
  }

  /** What was seen of a Deployment before a change does not count after it. */
  async #change(deployment: string, doing: string, change: () => Promise<number>): Promise<void> {
    this.#app.mustHave(deployment);
    this.#observer.expect(deployment, await this.#run.asking(`${doing}: ${deployment}`, change));
    this.#onChange();
  }
}
