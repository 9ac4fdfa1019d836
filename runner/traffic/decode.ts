import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { longestBody } from './answer.ts';

const options = { maxOutputLength: longestBody };

/**
 * A body without its content codings (RFC 9110, 8.4), the last applied first. Throws where it is not what its header
 * says, or unpacks to more than 64 MiB.
 */
export function decode(body: Buffer, contentEncoding: string): Buffer {
  const codings = contentEncoding.split(',').map((coding) => coding.trim());
  return codings.reduceRight((bytes, coding) => decodeOne(bytes, coding), body);
}

function decodeOne(bytes: Buffer, coding: string): Buffer {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(bytes, options);
    case 'deflate':
      // Some servers mean raw deflate by it (RFC 9110, 8.4.1.2, note); zlib's own starts with method 8.
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
    case 'br':
      return brotliDecompressSync(bytes, options);
    case 'zstd':
      return zstdDecompressSync(bytes, options);
    case 'identity':
    case '':
      return bytes;
    default:
      throw new Error(`unknown content coding ${coding.slice(0, 40)}`);
  }
}
