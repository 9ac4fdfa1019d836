import { EngineRefusal } from './fault.ts';
import type { EngineHttp } from './http.ts';

export interface VolumeSummary {
  name: string;
  labels: Record<string, string>;
}

/** What can be done with volumes that have a name. All reject with a HitlessError, or an EngineRefusal. */
export interface Volumes {
  /** Nothing where one of that name is there. */
  createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** Those that have these labels (`name` or `name=value`). */
  listVolumes(labels: readonly string[]): Promise<VolumeSummary[]>;
  /** Nothing where there is none. Rejects while a container has it. */
  removeVolume(name: string): Promise<void>;
}

export function volumesOf(http: EngineHttp): Volumes {
  return {
    async createVolume(name, labels) {
      await http.json('POST', '/volumes/create', { body: { Name: name, Labels: labels } });
    },

    async listVolumes(labels) {
      const query = { filters: JSON.stringify({ label: labels }) };
      const { Volumes } = await http.json<{ Volumes: RawVolume[] | null }>('GET', '/volumes', { query });
      return (Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, labels: Labels ?? {} }));
    },

    async removeVolume(name) {
      await http.json('DELETE', `/volumes/${name}`).catch((error: unknown) => {
        if (!(error instanceof EngineRefusal && error.status === 404)) throw error;
      });
    },
  };
}

interface RawVolume {
  Name: string;
  Labels: Record<string, string> | null;
}
