import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HitlessError } from '../../record/error.ts';
import type { Engine } from './engine/engine.ts';

/**
 * What holds a pod's network while its containers come and go, as Kubernetes's pause container does: a program that
 * waits for ever. It is written here byte by byte, so that no image has to be fetched from anywhere.
 */
const programs: Readonly<Record<string, { machine: number; code: readonly number[] }>> = {
  amd64: {
    machine: 0x3e,
    // mov eax, 34 (pause); syscall; jmp to the start
    code: [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7],
  },
  arm64: {
    machine: 0xb7,
    // x0 to x4 = 0; x8 = 73 (ppoll, without files and without a limit); svc 0; b to the start
    code: [0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800004, 0xd2800928, 0xd4000001, 0x17fffff9].flatMap(
      (word) => [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24],
    ),
  },
};

export const pauseImage = 'hitless/pause:1';

/** Makes the image where the engine does not have it; returns its id. */
export async function ensurePauseImage(engine: Engine, architecture: string, signal: AbortSignal): Promise<string> {
  const found = await engine.inspectImage(pauseImage);
  if (found !== undefined) return found.id;
  const context = mkdtempSync(join(tmpdir(), 'hitless-pause-'));
  try {
    writeFileSync(join(context, 'pause'), programFor(architecture), { mode: 0o755 });
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n');
    return await engine.buildImage({ context, tag: pauseImage, labels: { 'hitless.built': 'pause' }, signal });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** An executable of one loaded part (elf(5)): header, program header, code. */
function programFor(architecture: string): Buffer {
  const program = programs[architecture === 'x86_64' ? 'amd64' : architecture === 'aarch64' ? 'arm64' : architecture];
  if (program === undefined)
    throw new HitlessError(
      'HITLESS_ENGINE',
      `the Docker engine runs on ${architecture}, for which there is no pause program`,
      {
        blame: 'environment',
        hint: `Give the engine an image ${pauseImage} whose entry point waits for ever.`,
      },
    );
  const address = 0x400000n;
  const headers = 64 + 56;
  const size = headers + program.code.length;
  const file = Buffer.alloc(size);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, lowest byte first, version 1
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(program.machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(address + BigInt(headers), 24); // where it starts
  file.writeBigUInt64LE(64n, 32); // where the program header is
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // to be loaded
  file.writeUInt32LE(5, 68); // readable, executable
  file.writeBigUInt64LE(address, 80);
  file.writeBigUInt64LE(address, 88);
  file.writeBigUInt64LE(BigInt(size), 96);
  file.writeBigUInt64LE(BigInt(size), 104);
  file.writeBigUInt64LE(0x10000n, 112);
  file.set(program.code, headers);
  return file;
}
