import type { RunFacts } from '../../record/facts.ts';

/** Every replica that the platform told of, by its pod, with its version (the image's tag) where that was said. */
export function platformVersions({ events }: RunFacts): Map<string, string | null> {
  const versions = new Map<string, string | null>();
  for (const { subject, version } of events)
    if (subject.kind === 'replica') versions.set(subject.name, version ?? versions.get(subject.name) ?? null);
  return versions;
}
