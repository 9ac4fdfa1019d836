import type { KubernetesObject, Resource } from './objects.ts';

/**
 * What came from the API server, and when, on our clock. All that is recorded of a cluster follows from these messages
 * alone, so that a stream of them can be kept and read again.
 */
export type Message =
  /** Any answer, by its Date header. */
  | { kind: 'answer'; date: string; sentUs: number; receivedUs: number }
  /** The store's newest revision, as a list said it. */
  | { kind: 'revision'; revision: string; sentUs: number; receivedUs: number }
  /** All there is of a kind. `since`: what was known before; null for the first list. */
  | {
      kind: 'list';
      resource: Resource;
      items: KubernetesObject[];
      sentUs: number;
      receivedUs: number;
      since: Known | null;
    }
  | { kind: 'change'; resource: Resource; type: ChangeType; object: KubernetesObject; receivedUs: number }
  /** The kind was not watched. `missedSince`: what came after that and went again before `toUs` was never seen; null where nothing was missed. */
  | {
      kind: 'blind';
      resource: Resource;
      fromUs: number;
      toUs: number;
      missedSince: Known | null;
      ended: boolean;
      why: string;
    };

/** Up to here everything of a kind was known: by the moment of the last list, and by the last revision that came. */
export interface Known {
  us: number;
  revision: string;
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';
