import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: shop, image: shop:v1 }] }
---
apiVersion: v1
kind: Service
metadata: { name: shop-front }
spec: { ports: [{ port: 8080 }], selector: { app: shop } }
`;

/** A scenario that is right as it is, a line a field: tests make one thing wrong in it. */
export const goodScenario = `name: sample
app:
  manifests: [shop.yml]
  images:
    shop:v1: { context: ., command: [node, shop.js] }
    shop:v2: { context: ., command: [node, shop.js] }
lanes:
  - name: visitors
    rate: 200
  - name: regulars
    connection: kept
    rate: 50
steps:
  - deploy: {}
  - rollout: { deployment: shop, image: shop:v2 }
  - hold: 2s
checks:
  - zero-failed
  - max-outage: { ms: 0, lane: visitors }
`;

/** A new folder with the sample's manifest and these files. */
export function sampleFolder(files: Record<string, string | Uint8Array> = {}): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'hitless-test-'));
  for (const [name, content] of Object.entries({ 'shop.yml': manifest, 'shop.js': '', ...files }))
    writeFileSync(join(path, name), content);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The sample with one text in place of another, which must be there. */
export function sampleWith(from: string, to: string): string {
  if (!goodScenario.includes(from)) throw new Error(`the sample holds no ${from}`);
  return goodScenario.replace(from, () => to);
}
