import { StreamLanguage } from '@codemirror/language';
import type { StreamParser } from '@codemirror/language';
import { dockerFile } from '@codemirror/legacy-modes/mode/dockerfile';
import { javascript, json } from '@codemirror/legacy-modes/mode/javascript';
import { python } from '@codemirror/legacy-modes/mode/python';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import { html } from '@codemirror/legacy-modes/mode/xml';
import { yaml } from '@codemirror/legacy-modes/mode/yaml';

const byExtension: Readonly<Record<string, StreamParser<unknown>>> = {
  dockerfile: dockerFile,
  sh: shell,
  bash: shell,
  yaml,
  yml: yaml,
  js: javascript,
  mjs: javascript,
  ts: javascript,
  json,
  py: python,
  html,
  htm: html,
  xml: html,
  svg: html,
};

/** By the file's name, or by its first line; undefined for plain text. */
export function languageOf(name: string, firstLine: string): StreamLanguage<unknown> | undefined {
  const mode = modeOf(name, firstLine);
  return mode && StreamLanguage.define(mode);
}

function modeOf(name: string, firstLine: string): StreamParser<unknown> | undefined {
  if (/^(docker|container)file/i.test(name)) return dockerFile;
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const interpreter = /^#!.*\b(python|sh|bash|ash|node)\d?\b/.exec(firstLine)?.[1];
  const byInterpreter = interpreter && { python: 'py', node: 'js' }[interpreter];
  return byExtension[extension] ?? (interpreter ? byExtension[byInterpreter ?? 'sh'] : undefined);
}
