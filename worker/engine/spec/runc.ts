/** What runc finds wrong with a configuration, as dockerd hands it on. */
export function runcFailure(text: string): string {
  return `failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: ${text}`;
}
