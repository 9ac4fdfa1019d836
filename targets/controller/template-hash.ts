import type { PodTemplate } from '../manifest/model.ts';

/**
 * A pod template's hash, written as Kubernetes writes its own (FNV-1a of 32 bits, its decimal digits spelled with an
 * alphabet without vowels): equal templates have equal hashes. It is not the number that a cluster would give.
 */
export function templateHash(template: PodTemplate): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(JSON.stringify(template))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return [...String(hash)].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}
