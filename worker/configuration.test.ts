import { expect, test } from 'vitest';
import { configurationReader, parseConfiguration } from './configuration.ts';

test('without registries there is what comes with the page', () => {
  expect(parseConfiguration('{"relay": ""}')).toEqual({ registries: [{ url: 'registry/' }] });
});

test('folders by address, and with a name of their own', () => {
  const text = JSON.stringify({
    relay: 'https://relay.example/',
    registries: ['images', { url: 'https://tutorials.example/i//', name: 'tutorials.example/course' }],
  });
  expect(parseConfiguration(text)).toEqual({
    relay: 'https://relay.example/',
    registries: [
      { url: 'images/' },
      { url: 'https://tutorials.example/i/', name: 'tutorials.example/course' },
    ],
  });
});

test.each([
  ['{"registries": "images"}', 'must be a list'],
  ['{"registries": [{"name": "a.b"}]}', 'a registry needs a "url"'],
  ['{"registries": [{"url": "x", "name": "course"}]}', 'must begin with a domain'],
  ['{', 'config.json is not JSON'],
])('what is wrong with %s is said', (text, words) => {
  expect(() => parseConfiguration(text)).toThrow(words);
});

test.each([
  ['is not there', new Response(null, { status: 404 })],
  ['is a page of the server’s own', new Response('<!doctype html><title>Not here</title>')],
])('a config.json that %s', async (_, response) => {
  const configuration = configurationReader(() => Promise.resolve(response));
  expect(await configuration()).toEqual({ registries: [{ url: 'registry/' }] });
});
