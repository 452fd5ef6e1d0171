import { atMost, command } from '../command-spec.ts';
import { eraseCredentials, indexServer, registryHost } from '../credentials.ts';

/** https://github.com/docker/cli/blob/v28.5.2/cli/command/registry/logout.go */
export const logout = command({
  usage: '[SERVER]',
  short: 'Log out from a registry',
  long: 'Log out from a registry.\nIf no server is specified, the default is defined by the daemon.',
  args: atMost(1),
  flags: {},
  async run({ session, config, args: [server = ''], out }) {
    const host = server === '' ? indexServer : registryHost(server);
    // Others keep them under names with a scheme.
    const names = server === '' ? [indexServer] : [server, host, `http://${host}`, `https://${host}`];
    await out.println(`Removing login credentials for ${host}`);
    await eraseCredentials({ session, config }, names);
  },
});
