import { cpSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { AppSpec } from '../target.ts';

type Images = AppSpec['images'];

const folderOf = (run: string) => join(run, 'contexts');

/**
 * The images with contexts that node can run from. It strips no types below node_modules (nodejs.org/api/typescript.html,
 * "Type stripping in dependencies"), which is where the scenarios that ship with an installed hitless have theirs: those
 * run from a copy in the run's folder, as a container runs from a copy of its context.
 */
export function withRunnableContexts(images: Images, runFolder: string): Images {
  const copies = new Map<string, string>();
  return Object.fromEntries(
    Object.entries(images).map(([name, image]) => [
      name,
      image.context.split(sep).includes('node_modules') ? { ...image, context: copied(image.context) } : image,
    ]),
  );

  function copied(context: string): string {
    const known = copies.get(context);
    if (known !== undefined) return known;
    const copy = join(folderOf(runFolder), String(copies.size));
    cpSync(context, copy, { recursive: true });
    linkModules(context, runFolder);
    copies.set(context, copy);
    return copy;
  }
}

/** What an app imports is found from its copy too: beside the package that it comes from. */
function linkModules(context: string, runFolder: string): void {
  const modules = join(context.slice(0, context.lastIndexOf(`${sep}node_modules${sep}`)), 'node_modules');
  const link = join(folderOf(runFolder), 'node_modules');
  if (!existsSync(link)) symlinkSync(modules, link);
}

export function removeContextCopies(runFolder: string): void {
  rmSync(folderOf(runFolder), { recursive: true, force: true });
}
