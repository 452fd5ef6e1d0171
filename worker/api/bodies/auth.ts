import { string, struct } from '../json/schema.ts';

export const authConfig = struct('registry.AuthConfig', {
  username: string,
  password: string,
  auth: string,
  serveraddress: string,
  identitytoken: string,
  registrytoken: string,
  email: string,
});
