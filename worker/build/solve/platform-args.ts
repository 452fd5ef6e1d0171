/** The build arguments that say what is built on what; declared by nobody, seen in FROM, and in a stage that asks for them. */
export function platformArgs(build: string, target: string, stage: string): Map<string, string> {
  return new Map([
    ...argsOf('BUILD', build),
    ...argsOf('TARGET', target),
    ['TARGETSTAGE', stage || 'default'],
  ]);
}

function argsOf(prefix: string, platform: string): [string, string][] {
  const [os = '', arch = '', variant = ''] = platform.split('/');
  return [
    [`${prefix}PLATFORM`, platform],
    [`${prefix}OS`, os],
    [`${prefix}ARCH`, arch],
    [`${prefix}VARIANT`, variant],
  ];
}

const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];

/** `NAME=value` of the proxies among the build arguments, in both spellings: commands see them, images do not. */
export function proxyVariables(given: Readonly<Record<string, string | null>>): string[] {
  return proxies.flatMap((name) => {
    const value = given[name] ?? given[name.toLowerCase()];
    return value ? [`${name}=${value}`, `${name.toLowerCase()}=${value}`] : [];
  });
}
