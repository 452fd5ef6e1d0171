import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HtmlTagDescriptor, Plugin, Rolldown, UserConfig } from 'vite';
import { defineConfig } from 'vite';

const here = import.meta.dirname;

/**
 * What the page may load. Inline scripts are let in by their hashes, which are added below. v86 makes its timer's worker
 * from a blob; the machine's worker takes its own policy from its own response, so registries are not limited here.
 */
const policy = {
  'default-src': ["'none'"],
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'", 'blob:'],
  'connect-src': ["'self'", 'https:', 'http:'],
  // xterm writes its colours and cell sizes into style elements.
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

function contentSecurityPolicy(html: string): string {
  const inline = html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g);
  const hashes = [...inline].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  const withHashes = { ...policy, 'script-src': [...policy['script-src'], ...hashes] };
  return Object.entries(withHashes)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}

function metaTag(html: string): HtmlTagDescriptor {
  const attrs = { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy(html) };
  return { tag: 'meta', attrs, injectTo: 'head-prepend' };
}

/**
 * Chunks the entry asks for later (the terminals, the machine's worker) start downloading with the HTML. The saved machine
 * is not among them: it is too large for the cache of a private window, which then fetched it twice (measured).
 */
function preloadTags(files: string[]): HtmlTagDescriptor[] {
  const wanted = files.filter((file) => /assets\/(app|main|preload-helper)-[^/]+\.js$/.test(file));
  return wanted.map((file) => ({
    tag: 'link',
    attrs: { rel: 'modulepreload', href: `./${file}` },
    injectTo: 'head',
  }));
}

/** What is bundled, the worker's part too, asks for its notices in every copy. */
function notices(): string {
  const { dependencies } = JSON.parse(readFileSync(resolve(here, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.keys(dependencies).map(notice).join('\n\n');
}

function notice(name: string): string {
  const folder = resolve(here, 'node_modules', name);
  const texts = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
  return [name, ...texts.map((file) => readFileSync(resolve(folder, file), 'utf8'))].join('\n\n');
}

function page(): Plugin {
  return {
    name: 'bottleship-page',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: notices() });
    },
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle }) => [metaTag(html), ...preloadTags(Object.keys(bundle ?? {}))],
    },
  };
}

/** `--mode double` puts a machine of the tests' own in the real one's place. */
function machineDouble(mode: string): NonNullable<UserConfig['resolve']> {
  if (mode !== 'double') return {};
  const replacement = resolve(here, 'web/testing/engine-worker.ts');
  return { alias: [{ find: /^\.\/engine-worker\.ts$/, replacement }] };
}

/** v86 asks for Node's modules where it runs in Node; that they are not there in a browser is no news. */
function withoutNode(
  level: Rolldown.LogLevel,
  log: Rolldown.RolldownLog,
  handle: Rolldown.LogOrStringHandler,
): void {
  if (!log.message.includes('externalized for browser compatibility')) handle(level, log);
}

export default defineConfig(({ mode }) => ({
  root: 'web',
  base: './',
  publicDir: '../public',
  resolve: machineDouble(mode),
  plugins: [page()],
  worker: { format: 'es', rolldownOptions: { onLog: withoutNode } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // The oldest browsers that can run the machine at all.
    cssTarget: ['chrome116', 'safari17.4', 'firefox124'],
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: { onLog: withoutNode },
  },
  server: { host: '127.0.0.1', fs: { allow: [here] } },
}));
