import type { Engine } from './engine/engine.ts';

/** An engine for the steps of a scenario that deploys nothing by manifests. */
export interface EngineInHand {
  engine: Engine;
  /** To be given to every container and every image, so that it is removed with the run; what happens to containers is in the record. */
  labels: Readonly<Record<string, string>>;
  /** A name that no other run uses. */
  runId: string;
  /** Where traffic goes on 127.0.0.1: publish the app there. */
  port: number;
  /** Where images may be pushed; undefined where nobody said. */
  registry: string | undefined;
}
