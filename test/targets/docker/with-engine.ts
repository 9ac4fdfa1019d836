import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test as base } from 'vitest';
import { type Engine, openEngine } from '../../../targets/docker/engine/engine.ts';

/** On all that these tests make. */
export const testLabel = 'hitless.test';

interface Fixtures {
  engine: Engine;
  /** A folder with these files, for a build. */
  contextOf(files: Record<string, string>): string;
  /** A name that no other test uses; what it names is removed after the test. */
  imageName: string;
}

let names = 0;

/** A test with the real engine, which removes the containers and images that it made. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures it needs
  engine: async ({}, use) => {
    const engine = await openEngine();
    await use(engine);
    await engine.close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  contextOf: async ({}, use) => {
    const folders: string[] = [];
    await use((files) => {
      const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
      folders.push(folder);
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      }
      return folder;
    });
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  },
  imageName: async ({ engine }, use) => {
    const name = `hitless-test/${process.pid}-${names++}:v1`;
    await use(name);
    for (const { id, image } of await engine.listContainers([testLabel]))
      if (image === name) await engine.removeContainer(id);
    if ((await engine.inspectImage(name)) !== undefined) await engine.removeImage(name, true);
  },
});
