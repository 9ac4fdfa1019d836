import { HitlessError } from '../../record/error.ts';
import type { DeploymentFacts } from '../../record/facts.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import type { Workload, WorkloadKind } from '../../record/workload.ts';
import type { AppSpec } from '../target.ts';
import type { KubeObject } from './api.ts';
import { imagesOf } from './apply.ts';
import { mainService, readWanted, type Wanted } from './manifests.ts';
import type { Resources } from './resources.ts';
import type { Service } from './service.ts';
import { isWorkload, workloadFacts } from './workload-facts.ts';

/** What the manifests hold, by the names that steps call it. */
export class App {
  readonly wanted: readonly Wanted[];
  /** The Service that traffic goes to. */
  readonly main: Wanted;

  constructor(wanted: readonly Wanted[], main: Wanted) {
    this.wanted = wanted;
    this.main = main;
  }

  get service(): Service {
    return this.main.object as Service;
  }

  get deployments(): KubeObject[] {
    return this.wanted
      .map(({ object }) => object)
      .filter(({ kind, apiVersion }) => kind === 'Deployment' && apiVersion === 'apps/v1');
  }

  /** Deployments among them, and all else that makes pods and lasts. */
  get workloads(): Workload[] {
    return this.workloadObjects.map(({ kind, metadata }) => ({ kind: kind as WorkloadKind, name: metadata.name }));
  }

  /** Deployments are looked at even where there is none yet. */
  get kinds(): WorkloadKind[] {
    return [...new Set<WorkloadKind>(['Deployment', ...this.workloads.map(({ kind }) => kind)])];
  }

  get workloadObjects(): KubeObject[] {
    return this.wanted.map(({ object }) => object).filter(isWorkload);
  }

  get workloadFacts(): DeploymentFacts[] {
    return this.workloadObjects.map((object) => workloadFacts(object));
  }

  named(kind: string): string[] {
    return this.wanted.filter(({ object }) => object.kind === kind).map(({ object }) => object.metadata.name);
  }

  /** Images that no build of the scenario makes. */
  imagesBesides(images: AppSpec['images']): string[] {
    return [...imagesOf(this.wanted)].filter((image) => !Object.hasOwn(images, image));
  }

  /** Throws HITLESS_UNKNOWN_NAME. */
  mustHave(deployment: string): void {
    const names = this.deployments.map(({ metadata }) => metadata.name);
    if (!names.includes(deployment)) throw unknownName('Deployment', deployment, names);
  }
}

/** Rejects where a manifest cannot be read or the Service is not clear; the API server is asked for kinds alone. */
export async function readApp(spec: AppSpec, namespace: string, resources: Resources): Promise<App> {
  const wanted = await readWanted(spec.manifests, namespace, resources);
  return new App(wanted, mainService(wanted, spec.service, spec.manifests));
}

export function unknownName(what: string, name: string, names: readonly string[]): HitlessError {
  return new HitlessError('HITLESS_UNKNOWN_NAME', `there is no ${what} ${name}: ${meantOrKnown(name, names)}`, {
    blame: 'usage',
  });
}
