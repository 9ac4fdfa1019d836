import type { Deployment } from '../manifest/model.ts';
import { onlyOnCluster } from '../manifest/source.ts';

/** Throws where a container is to see a volume that only a cluster has. */
export function judgeVolumes(deployments: readonly Deployment[]): void {
  for (const { template, at } of deployments)
    for (const [index, volume] of (template.volumes ?? []).entries())
      if (volume.kind === 'other' && template.container.mounts?.some((mount) => mount.volume === volume.name))
        throw onlyOnCluster(
          `do ${volume.source} volumes, only persistentVolumeClaim, emptyDir and configMap`,
          at(['spec', 'template', 'spec', 'volumes', index, volume.source]),
        );
}
