import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, test } from 'vitest';
import { lacks } from '../../available.ts';
import { checkout, scratch } from '../../e2e/run-cli.ts';
import { type CommandEnd, end, run } from '../command.ts';
import { type Example, exampleOf, writeFiles } from './page.ts';
import { pushShop } from './shop.ts';

const registry = process.env.CLUSTER_REGISTRY ?? '';
const skipped = lacks('cluster') || lacks('docker') || registry === '';

/** The lanes that verify has by itself, for a machine on which an answer may take its time. */
const patience = 'resolution: 60s, limits: { connect: 60s, headers: 60s }';
const config = `lanes:
  - { name: fresh, connection: fresh, rate: 10, ${patience} }
  - { name: kept, connection: kept, connections: 5, rate: 10, ${patience} }
`;

/** A shell of its own with `hitless`, the files of an example, and a namespace that its words are turned to. */
class Reader {
  readonly namespace: string;
  readonly folder: string;
  /** In every text of a page. */
  readonly replaced: [RegExp, string][];
  /** In files alone. */
  readonly inFiles: [RegExp, string][];
  readonly #bin: string;

  constructor(page: string, image: string, onTestFinished: (clean: () => Promise<void>) => void) {
    const { folder, remove } = scratch();
    this.folder = folder;
    this.namespace = `hitless-docs-${page}-${randomBytes(3).toString('hex')}`;
    this.#bin = join(folder, 'bin');
    mkdirSync(this.#bin);
    writeFileSync(join(folder, 'hitless.config.yml'), config);
    this.command('hitless', `exec ${process.execPath} ${join(checkout, 'bin/hitless.js')} "$@"`);
    const port = 20_000 + (randomBytes(2).readUInt16BE() % 8000);
    this.replaced = [
      [/http:\/\/shop\.example\.com:8080/, `http://127.0.0.1:${port}`],
      [/(?<=-n )shop\b/, this.namespace],
    ];
    this.inFiles = [
      [/registry\.example\.com\/shop/, image],
      [/(?<=port: )8080/, String(port)],
      // Longer than a busy machine takes to lead connections elsewhere.
      [/(?<=seconds: )3\b/, '8'],
      [/(?<=GracePeriodSeconds: )15/, '30'],
    ];
    onTestFinished(async () => {
      await run(['kubectl', 'delete', 'namespace', this.namespace, '--ignore-not-found', '--wait=false']);
      remove();
    });
  }

  /** A command of the reader's own, as a script of the shell. */
  command(name: string, script: string): void {
    writeFileSync(join(this.#bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.#bin, name), 0o755);
  }

  read(page: string, replaced = this.replaced): Example {
    const example = exampleOf(page, replaced);
    writeFiles(example.files, this.folder);
    return example;
  }

  async makeNamespace(): Promise<void> {
    await run(['kubectl', 'create', 'namespace', this.namespace]);
  }

  types(script: string): Promise<CommandEnd> {
    const env = { PATH: [this.#bin, process.env.PATH].join(delimiter), NO_COLOR: '1' };
    return end(['sh', '-e', '-c', script], { cwd: this.folder, env });
  }

  image(): Promise<string> {
    const path = 'jsonpath={.spec.template.spec.containers[0].image}';
    return run(['kubectl', '-n', this.namespace, 'get', 'deployment', 'shop', '-o', path]);
  }
}

describe.skipIf(skipped)('the example of', { timeout: 600_000 }, () => {
  let image = '';
  beforeAll(async () => {
    image = await pushShop(registry);
  });

  /** The app of docs/with-kubectl.md, version 1.0, ready. */
  async function deployed(reader: Reader): Promise<Example> {
    const all: [RegExp, string][] = [
      ...reader.replaced,
      ...reader.inFiles,
      [/(?<=namespace: )shop\b/, reader.namespace],
    ];
    const example = reader.read('with-kubectl', all);
    await reader.makeNamespace();
    await run(['kubectl', 'apply', '-f', join(reader.folder, 'shop.yml')]);
    await run(['kubectl', '-n', reader.namespace, 'rollout', 'status', 'deployment/shop', '--timeout=180s']);
    return example;
  }

  test.concurrent('docs/with-kubectl.md', async ({ expect, onTestFinished }) => {
    const reader = new Reader('kubectl', image, onTestFinished);
    const { scripts } = await deployed(reader);
    expect(scripts).toHaveLength(2);
    const good = await reader.types(scripts[0] ?? '');
    expect(good).toMatchObject({ code: 0, stdout: expect.stringMatching(/PASS/) });
    const bad = await reader.types(scripts[1] ?? '');
    expect(bad).toMatchObject({ code: 1, stdout: expect.stringMatching(/FAIL/) });
    expect(await reader.image()).toBe(`${image}:1.1`);
  });

  test.skipIf(lacks('helm')).concurrent('docs/with-helm.md', async ({ expect, onTestFinished }) => {
    const reader = new Reader('helm', image, onTestFinished);
    const [install = '', upgrade = ''] = reader.read('with-helm', [...reader.replaced, ...reader.inFiles]).scripts;
    await reader.makeNamespace();
    expect(await reader.types(install)).toMatchObject({ code: 0 });
    expect(await reader.types(upgrade)).toMatchObject({ code: 0, stdout: expect.stringMatching(/PASS/) });
    const bad = await reader.types(upgrade.replace('tag=1.1 --wait', 'tag=1.2'));
    expect(bad).toMatchObject({ code: 1, stdout: expect.stringMatching(/FAIL/) });
    expect(await reader.image()).toBe(`${image}:1.1`);
    expect(await reader.types(`helm history shop -n ${reader.namespace}`)).toMatchObject({
      stdout: expect.stringMatching(/Rollback to 2/),
    });
  });

  // What Argo CD and Flux do after a push, by the names under which they do it.
  test.concurrent.for([
    ['with-argo-cd', 'argocd-controller'],
    ['with-flux', 'kustomize-controller'],
  ])('docs/%s.md', async ([page = '', manager = ''], { expect, onTestFinished }) => {
    const reader = new Reader(page, image, onTestFinished);
    await deployed(reader);
    const { scripts } = reader.read(page);
    const apply = `kubectl apply --server-side --force-conflicts --field-manager=${manager} -f -`;
    const begun = `grep -qs "somebody else's rollout" .hitless/*/events.ndjson`;
    reader.command(
      'git',
      `[ "$1" != push ] || (until ${begun}; do sleep 0.2; done; sed s/shop:1.0/shop:1.1/ shop.yml | ${apply}) > applied 2>&1 &`,
    );
    expect(await reader.types(scripts[0] ?? '')).toMatchObject({ code: 0, stdout: expect.stringMatching(/PASS/) });
    expect(await reader.image()).toBe(`${image}:1.1`);
  });
});
