import { expect, test } from 'vitest';
import { isLoopback, isLoopback4 } from '../../targets/address.ts';

test.each([
  '127.0.0.1',
  '127.9.8.7',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  'localhost',
  'a.LOCALHOST.',
])('%s is this machine', (host) => expect(isLoopback(host)).toBe(true));

test.each([
  '128.0.0.1',
  '10.127.0.1',
  '::2',
  '::ffff:10.0.0.1',
  '::',
  '0.0.0.0',
  '127.0.0.1.example.com',
  '127.example',
  'localhost.example',
  'notlocalhost',
  '',
])('%s may be anywhere', (host) => expect(isLoopback(host)).toBe(false));

test('connections to 127/8 alone can come from any address of it', () => {
  expect(['127.0.0.1', '127.255.0.9'].every(isLoopback4)).toBe(true);
  expect(['::1', '::ffff:127.0.0.1', 'localhost', '127.0.0.1.example.com', '12.7.0.1'].some(isLoopback4)).toBe(false);
});
