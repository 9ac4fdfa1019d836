import { describe, expect, test } from 'vitest';
import { isWrongContentType, wrongContentType } from '../../record/content-type.ts';
import { assetsOf } from '../../runner/traffic/page-assets.ts';

const found = (html: string, path = '/') => assetsOf(Buffer.from(html), path);

describe('the assets that a page names', () => {
  test.each([
    ['scripts', '<script src="/app.js" defer></script><script>inline()</script>', ['/app.js']],
    ['style sheets', "<LINK REL='stylesheet' HREF='/style.css'>", ['/style.css']],
    ['images, without quotes', '<img alt=x src=/logo.svg>', ['/logo.svg']],
    ['what is preloaded', '<link rel="modulepreload" href="/chunk.js">', ['/chunk.js']],
    ['a query, and an encoded ampersand', '<script src="/app.js?a=1&amp;b=2"></script>', ['/app.js?a=1&b=2']],
    ['the same one once', '<img src="/a.png"><img src="/a.png">', ['/a.png']],
  ])('are %s', (_, html, paths) => expect(found(html)).toEqual(paths));

  test.each([
    ['links to other pages', '<a href="/other.html"><link rel="canonical" href="/">'],
    ['what lies elsewhere', '<script src="https://cdn.example/app.js"></script><img src="//other.example/a.png">'],
    ['what is in the page itself', '<img src="data:image/png;base64,AAAA"><script src="javascript:x()"></script>'],
    ['what has no name', '<script src=""></script><img src>'],
    ['data of other attributes', '<script data-src="/no.js"></script>'],
  ])('are not %s', (_, html) => expect(found(html)).toEqual([]));

  test('are relative to the page', () => {
    expect(found('<script src="app.js"></script><img src="../a.png">', '/shop/cart')).toEqual([
      '/shop/app.js',
      '/a.png',
    ]);
  });

  test('can go out on the wire as they are, whatever the page says', () => {
    expect(found('<img src="/a b\r\nx: y.png"><img src="/ü.png">')).toEqual(['/a%20bx:%20y.png', '/%C3%BC.png']);
  });

  test('are 50 at most, and found in a page of any length', () => {
    const many = Array.from({ length: 80 }, (_, i) => `<img src="/${i}.png">`).join('');
    expect(found(many)).toHaveLength(50);
    expect(found('<script '.repeat(100_000))).toEqual([]);
    expect(found(`<script ${'a'.repeat(1_000_000)}`)).toEqual([]);
  });
});

describe('a content type', () => {
  test.each([
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/app.mjs?v=1', 'application/javascript'],
    ['/style.css', 'TEXT/CSS'],
    ['/logo.svg', 'image/svg+xml'],
    ['/font.woff2', 'font/woff2'],
    ['/data.json', 'text/html'],
    ['/app.js', null],
  ])('of %s can be %s', (path, type) => expect(wrongContentType(path, type)).toBeNull());

  test.each([
    ['/app.4f3a.js', 'text/html; charset=utf-8', 'content-type text/html for a script'],
    ['/style.css', 'text/plain', 'content-type text/plain for a style sheet'],
    ['/logo.png', 'text/html', 'content-type text/html for an image'],
    ['/font.woff', 'text/html', 'content-type text/html for a font'],
  ])('of %s cannot be %s', (path, type, detail) => {
    expect(wrongContentType(path, type)).toBe(detail);
    expect(isWrongContentType(detail)).toBe(true);
  });

  test('is not what is wrong with other answers', () => {
    expect(isWrongContentType('header x-version is missing')).toBe(false);
    expect(isWrongContentType(null)).toBe(false);
  });
});
