/**
 * Brings a clone into a state in which `npm start` and `npm test` work, and does only what is missing. Plain JavaScript,
 * because it runs before anything is installed.
 *
 *   node scripts/setup.mjs page|test
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const what = process.argv[2];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Node ${process.versions.node} is too old: Bottleship needs Node 20.19 or newer.`);
}

installPackages();
if (what === 'page') run('building the page', 'npm', ['run', '--silent', 'build']);
if (what === 'test') {
  installBrowser();
  run('building the machine image', process.execPath, ['--import', 'tsx', 'scripts/build-machine.ts']);
  buildDebian();
  installClients();
  run('building the page', 'npm', ['run', '--silent', 'build']);
}

function installPackages() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  const mark = join(root, 'node_modules/.bottleship-lock');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === digest) return;
  run('installing npm packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, digest);
}

/** The end-to-end tests drive Debian's Chromium, or the browser that CHROMIUM names. */
function installBrowser() {
  const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  if (process.env['CHROMIUM'] || browsers.some((path) => existsSync(path))) return;
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) {
    fail(
      'No browser was found and there is no apt-get to install one: set CHROMIUM to the path of a Chromium.',
    );
  }
  run('reading the package lists', 'apt-get', ['-qq', 'update']);
  run('installing Chromium', 'apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'chromium']);
}

/** The debian image is not in a clone: it is made from Debian's packages, where they can be had. */
function buildDebian() {
  try {
    run(
      'building the debian image',
      process.execPath,
      ['--import', 'tsx', 'kernel-image/images/build.ts', 'debian'],
      true,
    );
  } catch (error) {
    process.stdout.write(`setup: ${error.message} The tests that need it are skipped.\n`);
  }
}

/** Real clients, that the engine is tried with; what cannot be had is said, and its tests are skipped. */
function installClients() {
  try {
    run('getting clients', process.execPath, ['--import', 'tsx', 'test/api/install-clients.ts'], true);
  } catch (error) {
    process.stdout.write(`setup: ${error.message} The tests that need them are skipped.\n`);
  }
}

function run(title, command, args, mayFail = false) {
  const started = Date.now();
  process.stdout.write(`setup: ${title}\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0) {
    const cause = error ? `: ${error.message}` : '';
    const message = `Setting up failed while ${title} (${command} ${args.join(' ')}${cause}).`;
    if (mayFail) throw new Error(message);
    fail(message);
  }
  process.stdout.write(`setup: ${title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}
