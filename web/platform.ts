/** Where Cmd is the key for commands and Ctrl is the programs'. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
