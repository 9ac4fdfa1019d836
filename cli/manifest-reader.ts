import type { ManifestReader } from '../runner/scenario/load.ts';
import { readManifests } from '../targets/manifest/manifests.ts';
import { readOutline } from '../targets/manifest/outline.ts';

/** By whose rules manifests are read: what Kubernetes runs, the target kubernetes runs, and its API server is the judge. */
export function manifestReaderFor(target: string | undefined): ManifestReader {
  return target === 'kubernetes' ? readOutline : readManifests;
}
