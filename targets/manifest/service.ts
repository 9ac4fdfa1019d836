import type { Service } from './model.ts';
import { ServiceSchema, type ServiceYaml } from './schema.ts';
import { type ManifestObject, usageError } from './source.ts';
import { validate } from './validate.ts';

/** Judges one Service as the API server would, and fills in its defaults. */
export function readService(object: ManifestObject): Service {
  validate(object, ServiceSchema);
  const { metadata, spec } = object.value as unknown as ServiceYaml;
  const ports = spec.ports.map(({ name, port, targetPort }, index) => {
    if (name === undefined && spec.ports.length > 1)
      throw usageError(
        'HITLESS_MANIFEST_PORT',
        'a Service with several ports must name each',
        object.at(['spec', 'ports', index]),
      );
    return { ...(name === undefined ? {} : { name }), port, targetPort: targetPort ?? port };
  });
  return {
    name: metadata.name,
    selector: spec.selector ?? {},
    ports,
    publishNotReadyAddresses: spec.publishNotReadyAddresses ?? false,
    at: object.at,
  };
}
