import { HitlessError } from '../../record/error.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import { judgeReplicas } from '../controller/replicas.ts';
import type { Deployment } from '../manifest/model.ts';
import { usageError } from '../manifest/source.ts';
import type { AppSpec, ImageSpec } from '../target.ts';
import { requireExecutable } from './executable.ts';

type Images = AppSpec['images'];

/** What an image is made of. Throws where the scenario does not say, with the images that it does know. */
export function imageOf(images: Images, image: string): ImageSpec {
  const spec = Object.hasOwn(images, image) ? images[image] : undefined;
  if (spec !== undefined) return spec;
  throw new HitlessError('HITLESS_UNKNOWN_IMAGE', unknown(images, image), { blame: 'usage', hint });
}

const hint = 'Describe it under app.images: its context, and the command that starts it.';

function unknown(images: Images, image: string): string {
  return `the image ${image} is not among app.images: ${meantOrKnown(image, Object.keys(images))}`;
}

/** Judges that each image of the manifests is known and that all known ones could be started here. */
export function judgeImages(images: Images, deployments: readonly Deployment[]): void {
  for (const { template, replicas, at } of deployments) {
    judgeReplicas(replicas, at(['spec', 'replicas']));
    const { image, command, args } = template.container;
    const place = at(['spec', 'template', 'spec', 'containers', 0, 'image']);
    if (!Object.hasOwn(images, image)) throw usageError('HITLESS_UNKNOWN_IMAGE', unknown(images, image), place, hint);
    const own = command?.[0] ?? args?.[0];
    const spec = imageOf(images, image);
    if (own === undefined && spec.command === undefined)
      throw usageError(
        'HITLESS_NO_COMMAND',
        `local does not know how to start ${image}: it has no command`,
        place,
        hint,
      );
    if (own !== undefined && !own.includes('$(')) requireExecutable(own, spec.context, image);
  }
  for (const [name, { command, context }] of Object.entries(images))
    if (command?.[0] !== undefined) requireExecutable(command[0], context, name);
}
