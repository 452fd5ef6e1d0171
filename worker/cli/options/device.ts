import type { DeviceMapping } from '../../protocol/engine-api.ts';
import { cut } from '../flags/kinds.ts';
import { cleanPath } from '../path.ts';

/** `vendor.com/class=name`: a device that the engine is to look up (https://github.com/cncf-tags/container-device-interface). */
export function isQualifiedDevice(text: string): boolean {
  const [kind, name] = cut(text, '=');
  const [vendor, type] = cut(kind, '/');
  const named = name !== undefined && /^[a-zA-Z0-9](?:[\w.:-]*[a-zA-Z0-9])?$/.test(name);
  return (
    named &&
    /^[a-zA-Z](?:[\w.-]*[a-zA-Z0-9])?$/.test(vendor) &&
    /^[a-zA-Z](?:[\w-]*[a-zA-Z0-9])?$/.test(type ?? '')
  );
}

/** `host[:container][:mode]`. @throws Error in Docker's words */
export function readDevice(text: string): DeviceMapping {
  const parts = text.split(':');
  const [host = '', second, mode] = parts;
  if (parts.length > 3 || host === '') throw new Error(`bad format for path: ${text}`);
  if (mode !== undefined) return device(host, second ?? '', checkedMode(mode));
  if (second === undefined) return device(cleaned(host), cleaned(host), 'rwm');
  if (isMode(second)) return device(cleaned(host), cleaned(host), second);
  return device(host, cleaned(second), 'rwm');
}

function device(host: string, container: string, mode: string): DeviceMapping {
  return { PathOnHost: host, PathInContainer: absolute(container) || host, CgroupPermissions: mode };
}

function cleaned(path: string): string {
  return cleanPath(absolute(path));
}

function absolute(path: string): string {
  if (!path.startsWith('/')) throw new Error(`${path} is not an absolute path`);
  return path;
}

function checkedMode(mode: string): string {
  if (!isMode(mode)) throw new Error(`bad mode specified: ${mode}`);
  return mode;
}

/** Each of r, w and m at most once. */
function isMode(text: string): boolean {
  return /^[rwm]+$/.test(text) && new Set(text).size === text.length;
}

/** `c 1:3 rwm`. @throws Error */
export function validDeviceRule(text: string): string {
  if (/^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$/.test(text)) return text;
  throw new Error(`invalid device cgroup format '${text}'`);
}
