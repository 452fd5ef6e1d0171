import { expect, test } from 'vitest';
import { configurationReader, parseConfiguration } from './configuration.ts';
import { defaultLimits as limits } from './layers/limits.ts';

test('without registries there is what comes with the page', () => {
  expect(parseConfiguration('{"relay": ""}')).toEqual({ registries: [{ url: 'registry/' }], limits });
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
    limits,
  });
});

test('how far layers may unpack', () => {
  expect(parseConfiguration('{"limits": {"layerSize": "8g", "layerRatio": 500}}').limits).toEqual({
    ...limits,
    total: 8 * 2 ** 30,
    ratio: 500,
  });
  expect(parseConfiguration('{"limits": {"layerSize": 1000}}').limits).toEqual({ ...limits, total: 1000 });
});

test.each([
  ['{"registries": "images"}', 'must be a list'],
  ['{"registries": [{"name": "a.b"}]}', 'a registry needs a "url"'],
  ['{"registries": [{"url": "x", "name": "course"}]}', 'must begin with a domain'],
  ['{"limits": {"layerSize": "8 apples"}}', "config.json.limits.layerSize: invalid suffix: 'apples'"],
  ['{"limits": {"layerSize": 0}}', 'config.json.limits.layerSize must be more than 0'],
  ['{"limits": {"layerRatio": "1"}}', 'config.json.limits.layerRatio must be a whole number'],
  ['{', 'config.json is not JSON'],
])('what is wrong with %s is said', (text, words) => {
  expect(() => parseConfiguration(text)).toThrow(words);
});

test.each([
  ['is not there', new Response(null, { status: 404 })],
  ['is a page of the server’s own', new Response('<!doctype html><title>Not here</title>')],
])('a config.json that %s', async (_, response) => {
  const configuration = configurationReader(() => Promise.resolve(response));
  expect(await configuration()).toEqual({ registries: [{ url: 'registry/' }], limits });
});
